// SPDX-License-Identifier: Apache-2.0
// What tests of drivers that break the rules share.
#ifndef DMAR_DEVICES_TESTS_MALFORMED_FIXTURE_HPP
#define DMAR_DEVICES_TESTS_MALFORMED_FIXTURE_HPP

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "devices/tests/blk_fixture.hpp"
#include "devices/tests/net_fixture.hpp"

namespace dmar::devices {

// On top of the fixture of a device.
template <class Fixture>
class MalformedFor : public Fixture {
 protected:
  using Fixture::device_;
  using Fixture::port_;

  [[nodiscard]] bool needs_reset() const {
    return (device_->status() & virtio_status::kNeedsReset) != 0;
  }
  // What the driver made available cannot be: the device says so, once, and does nothing else.
  void expect_broken(const char *error) {
    Fixture::notify_all();
    ASSERT_TRUE(port_.drain());
    EXPECT_TRUE(needs_reset());
    EXPECT_THAT(device_->last_error(), ::testing::HasSubstr(error));
    EXPECT_EQ(device_->errors(), 1u);
    EXPECT_THAT(port_.messages, ::testing::ElementsAre(VirtioDriver::kConfigMessage));
    Fixture::expect_nothing_done();
    expect_recovery();
  }
  // The device is idle and silent, whatever is notified, until it is reset; then it works.
  void expect_recovery() {
    EXPECT_TRUE(device_->idle());
    const unsigned started = port_.started();
    Fixture::notify_all();
    EXPECT_TRUE(port_.drain());
    EXPECT_EQ(port_.started(), started) << "a device that needs a reset goes on with the queue";
    port_.refuse_nothing();
    Fixture::expect_works();
    EXPECT_FALSE(needs_reset());
  }
};

using Malformed = MalformedFor<BlkFixture>;
using MalformedNet = MalformedFor<NetFixture>;

}  // namespace dmar::devices

#endif  // DMAR_DEVICES_TESTS_MALFORMED_FIXTURE_HPP
