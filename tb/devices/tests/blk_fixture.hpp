// SPDX-License-Identifier: Apache-2.0
// A block device on a small image, with a driver.
#ifndef DMAR_DEVICES_TESTS_BLK_FIXTURE_HPP
#define DMAR_DEVICES_TESTS_BLK_FIXTURE_HPP

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "devices/tests/blk_driver.hpp"
#include "devices/tests/fake_port.hpp"
#include "devices/tests/temporary_disk.hpp"
#include "devices/virtio_blk.hpp"

namespace dmar::devices {

class BlkFixture : public ::testing::Test {
 protected:
  BlkFixture() { port_.answer_later(); }

  static constexpr std::uint32_t kIn = 0;
  static constexpr std::uint32_t kOut = 1;
  static constexpr std::uint32_t kFlush = 4;
  static constexpr std::uint32_t kGetId = 8;
  static constexpr std::uint8_t kOkay = 0;
  static constexpr std::uint8_t kIoError = 1;
  static constexpr std::uint8_t kUnsupported = 2;
  static constexpr std::size_t kImageBytes = 256 * 1024;

  std::vector<std::uint8_t> memory_bytes(std::uint64_t address, std::size_t bytes) {
    std::vector<std::uint8_t> out(bytes);
    port_.memory.load(HostAddr(address), out);
    return out;
  }
  // Puts recognisable data into memory.
  std::vector<std::uint8_t> fill(std::uint64_t address, std::size_t bytes, std::uint8_t seed) {
    std::vector<std::uint8_t> data(bytes);
    for (std::size_t i = 0; i < bytes; ++i) data[i] = static_cast<std::uint8_t>(i * 13 + seed);
    port_.memory.store(HostAddr(address), data);
    return data;
  }
  // As the image was in the beginning.
  static std::vector<std::uint8_t> image_bytes(std::size_t offset, std::size_t bytes) {
    std::vector<std::uint8_t> out(bytes);
    for (std::size_t i = 0; i < bytes; ++i) out[i] = TemporaryDisk::byte_at(offset + i);
    return out;
  }
  [[nodiscard]] std::vector<std::uint8_t> image_now(std::size_t offset, std::size_t bytes) const {
    const auto all = image_.contents();
    const auto first = all.begin() + static_cast<std::ptrdiff_t>(offset);
    return {first, first + static_cast<std::ptrdiff_t>(bytes)};
  }

  // The first request has no answer.
  void expect_nothing_done() { EXPECT_EQ(driver_.answer(0), BlkDriver::kUnanswered); }
  void notify_all() { driver_.notify_always(); }
  // From the reset on.
  void expect_works() {
    ASSERT_TRUE(driver_.start());
    EXPECT_EQ(driver_.run(kIn, 1, {{BlkDriver::kData, 512, true}}), kOkay);
  }

  FakePort port_;
  TemporaryDisk image_{kImageBytes};
  Disk disk_{image_.path()};
  std::unique_ptr<VirtioBlk> device_ = std::make_unique<VirtioBlk>(port_, disk_);
  BlkDriver driver_{port_, *device_};
};

}  // namespace dmar::devices

#endif  // DMAR_DEVICES_TESTS_BLK_FIXTURE_HPP
