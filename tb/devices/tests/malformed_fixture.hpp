// SPDX-License-Identifier: Apache-2.0
// What tests of drivers that break the rules share.
#ifndef DMAR_DEVICES_TESTS_MALFORMED_FIXTURE_HPP
#define DMAR_DEVICES_TESTS_MALFORMED_FIXTURE_HPP

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "devices/tests/blk_fixture.hpp"

namespace dmar::devices {

class Malformed : public BlkFixture {
 protected:
  [[nodiscard]] bool needs_reset() const {
    return (device_->status() & virtio_status::kNeedsReset) != 0;
  }
  // The device is idle and silent, whatever is notified, until it is reset; then it works.
  void expect_recovery() {
    EXPECT_TRUE(device_->idle());
    const unsigned started = port_.started();
    driver_.notify_always();
    EXPECT_TRUE(port_.drain());
    EXPECT_EQ(port_.started(), started) << "a device that needs a reset goes on with the queue";
    port_.refuse_nothing();
    ASSERT_TRUE(driver_.start());
    EXPECT_FALSE(needs_reset());
    EXPECT_THAT(driver_.run(kIn, 1, {{BlkDriver::kData, 512, true}}), ::testing::Optional(kOkay));
  }
};

}  // namespace dmar::devices

#endif  // DMAR_DEVICES_TESTS_MALFORMED_FIXTURE_HPP
