// SPDX-License-Identifier: Apache-2.0
// A network device between a driver and a network that keeps what comes.
#ifndef DMAR_DEVICES_TESTS_NET_FIXTURE_HPP
#define DMAR_DEVICES_TESTS_NET_FIXTURE_HPP

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "devices/tests/fake_port.hpp"
#include "devices/tests/net_driver.hpp"
#include "devices/virtio_net.hpp"
#include "net/frame_sink.hpp"

namespace dmar::devices {

class KeptFrames : public net::FrameSink {
 public:
  void frame(std::span<const std::uint8_t> bytes) override {
    frames_.emplace_back(bytes.begin(), bytes.end());
  }
  Frames take() { return std::exchange(frames_, {}); }

 private:
  Frames frames_;
};

inline constexpr MacAddress kStation{0x52, 0x54, 0x00, 0x12, 0x34, 0x56};
inline constexpr MacAddress kOther{0x52, 0x54, 0x00, 0xAA, 0xBB, 0xCC};
inline constexpr MacAddress kGroup{0x33, 0x33, 0x00, 0x00, 0x00, 0x01};
inline constexpr MacAddress kBroadcast{0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};

// Recognisable bytes behind the destination; the type is IPv4.
inline Bytes make_frame(const MacAddress &to, std::size_t bytes, std::uint8_t seed = 1) {
  Bytes frame(bytes);
  for (std::size_t i = 0; i < bytes; ++i) frame[i] = static_cast<std::uint8_t>(i * 11 + seed);
  std::ranges::copy(to, frame.begin());
  frame[12] = 0x08;
  frame[13] = 0x00;
  return frame;
}

class NetFixture : public ::testing::Test {
 protected:
  NetFixture() { port_.answer_later(); }

  [[nodiscard]] VirtioNet::Statistics statistics() const { return device_->statistics(); }
  // What the driver receives of one frame.
  Frames receive(const Bytes &frame) {
    device_->frame(frame);
    EXPECT_TRUE(port_.drain());
    return driver_.received();
  }
  void expect_nothing_done() {
    EXPECT_TRUE(network_.take().empty());
    for (std::uint16_t queue = 0; queue < 3; ++queue) EXPECT_EQ(driver_.queue(queue).answers(), 0u);
  }
  void notify_all() {
    for (std::uint16_t queue = 0; queue < 3; ++queue) driver_.queue(queue).notify_always();
  }
  // From the reset on, both ways.
  void expect_works() {
    ASSERT_TRUE(driver_.start());
    driver_.add_buffers(4);
    const Bytes in = make_frame(kStation, 100, 3);
    EXPECT_EQ(receive(in), Frames{in});
    const Bytes out = make_frame(kOther, 200, 4);
    network_.take();
    driver_.send(out);
    driver_.transmit().notify();
    EXPECT_TRUE(port_.drain());
    EXPECT_EQ(network_.take(), Frames{out});
    EXPECT_EQ(driver_.command({0, 0, 1}), NetDriver::kOkay);
  }

  FakePort port_;
  KeptFrames network_;
  std::unique_ptr<VirtioNet> device_ = std::make_unique<VirtioNet>(port_, network_);
  NetDriver driver_{port_, *device_};
};

}  // namespace dmar::devices

#endif  // DMAR_DEVICES_TESTS_NET_FIXTURE_HPP
