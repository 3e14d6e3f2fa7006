// SPDX-License-Identifier: Apache-2.0
// The network device and a driver that keeps to the rules: what it offers, frames both ways, order.
#include "devices/virtio_net.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <span>
#include <stdexcept>
#include <string>

#include "devices/tests/net_fixture.hpp"

namespace dmar::devices {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class Net : public NetFixture {};

TEST_F(Net, LooksLikeAVirtioNetworkCard) {
  EXPECT_EQ(device_->config_read(0x00, 4), 0x1041'1AF4u);
  EXPECT_EQ(device_->config_read(0x08, 4), 0x0200'0001u);
  const std::uint32_t msix = driver_.host().capabilities(0x11).at(0);
  EXPECT_EQ(device_->config_read(msix + 2, 2), 3u) << "four vectors";
}

TEST_F(Net, OffersWhatADriverNeeds) {
  driver_.host().enable(NetDriver::kBar);
  EXPECT_EQ(driver_.host().read(4), 0x3097'8028u);
  driver_.host().write(0, 1);
  EXPECT_EQ(driver_.host().read(4), 0x3u);
  EXPECT_EQ(driver_.host().read(0x12, 2), 3u) << "queues";
}

TEST_F(Net, OffersLessWhenToldSo) {
  VirtioNet device(port_, network_,
                   {.offer_mtu = false,
                    .mergeable = false,
                    .control = false,
                    .indirect = false,
                    .event_index = false});
  PciHost host(device);
  host.enable(NetDriver::kBar);
  EXPECT_EQ(host.read(4), 0x0001'0020u);
  EXPECT_EQ(host.read(0x12, 2), 2u) << "queues";
}

TEST_F(Net, ConfigurationIsReadOnly) {
  driver_.host().enable(NetDriver::kBar);
  const std::uint64_t at = VirtioPci::kDeviceOffset;
  for (unsigned i = 0; i < 2; ++i) {
    EXPECT_EQ(driver_.host().read(at, 8), 0x0001'5634'1200'5452u);
    EXPECT_EQ(driver_.host().read(at + 8), 1u | (1500u << 16)) << "one pair of queues";
    EXPECT_EQ(driver_.host().read(at + 12), 0u);
    EXPECT_EQ(driver_.host().read(0x15, 1), 0u) << "generation";
    driver_.host().write(at, ~std::uint64_t{0}, 8);
    driver_.host().write(at + 8, ~std::uint64_t{0});
  }
}

TEST_F(Net, OptionsThatCannotBe) {
  EXPECT_THROW(VirtioNet(port_, network_, {.mac = kGroup}), std::invalid_argument);
  EXPECT_THROW(VirtioNet(port_, network_, {.mac = {}}), std::invalid_argument);
  EXPECT_THROW(VirtioNet(port_, network_, {.mtu = 67}), std::invalid_argument);
}

TEST_F(Net, FeaturesOfTheControlQueueNeedIt) {
  const std::uint64_t base = feature_bit(virtio_feature::kVersion1);
  const std::uint64_t queue = feature_bit(net_feature::kHasControlQueue);
  EXPECT_TRUE(driver_.begin(base | queue));
  for (const unsigned feature :
       {net_feature::kReceiveModes, net_feature::kMoreReceiveModes, net_feature::kControlAddress}) {
    EXPECT_FALSE(driver_.begin(base | feature_bit(feature))) << feature;
    EXPECT_TRUE(driver_.begin(base | queue | feature_bit(feature))) << feature;
  }
}

class NetKinds : public NetFixture, public ::testing::WithParamInterface<NetDriverOptions> {
 protected:
  void SetUp() override { ASSERT_TRUE(driver_.start(GetParam())); }
};

TEST_P(NetKinds, SendsFramesOfEveryLengthAndSplit) {
  for (const std::size_t bytes : {14U, 15U, 60U, 1513U, 1514U}) {
    const Bytes frame = make_frame(kOther, bytes);
    const auto rest = static_cast<std::uint32_t>(bytes);
    for (const std::vector<std::uint32_t> &pieces :
         {std::vector<std::uint32_t>{rest + 12}, {12, rest}, {1, 0, 11, rest}, {20, 1, rest - 9}}) {
      driver_.send(frame, pieces);
      driver_.transmit().notify();
      ASSERT_TRUE(port_.drain());
      EXPECT_EQ(network_.take(), Frames{frame}) << bytes;
      EXPECT_THAT(driver_.transmit().collect(), SizeIs(1));
    }
  }
  EXPECT_EQ(statistics().sent_frames, 20u);
  EXPECT_EQ(statistics().sent_bytes, 4u * (14 + 15 + 60 + 1513 + 1514));
  EXPECT_EQ(device_->last_error(), "");
}

TEST_P(NetKinds, ReceivesFramesOfEveryLength) {
  for (const std::size_t bytes : {14U, 15U, 60U, 1513U, 1514U}) {
    driver_.add_buffers(2);
    const Bytes frame = make_frame(kStation, bytes);
    EXPECT_EQ(receive(frame), Frames{frame});
    EXPECT_EQ(receive(frame), Frames{frame});
  }
  EXPECT_EQ(statistics().received_frames, 10u);
  EXPECT_EQ(statistics().received_bytes, 2u * (14 + 15 + 60 + 1513 + 1514));
  EXPECT_EQ(device_->last_error(), "");
}

TEST_P(NetKinds, BuffersInPiecesOfAnySize) {
  const Bytes frame = make_frame(kStation, 300);
  driver_.add_buffer(
      {{0x40'0003, 7, true}, {0x41'0000, 0, true}, {0x42'0FFF, 30, true}, {0x43'0001, 2000, true}});
  driver_.receive().notify();
  EXPECT_EQ(receive(frame), Frames{frame});
}

// In flight at once, with transfers that end in any order.
TEST_P(NetKinds, FramesKeepTheirOrder) {
  for (unsigned round = 0; round < 30; ++round) {
    Frames in;
    Frames out;
    driver_.add_buffers(8);
    for (unsigned i = 0; i < 8; ++i) {
      in.push_back(
          make_frame(kStation, 20 + (i * 173 + round * 31) % 1400, static_cast<std::uint8_t>(i)));
      device_->frame(in.back());
      out.push_back(
          make_frame(kOther, 20 + (i * 331 + round * 17) % 1400, static_cast<std::uint8_t>(i)));
      driver_.send(out.back());
      if (i % 2 == round % 2) driver_.transmit().notify();
    }
    driver_.transmit().notify();
    ASSERT_TRUE(port_.drain());
    ASSERT_EQ(driver_.received(), in) << "round " << round;
    ASSERT_EQ(network_.take(), out) << "round " << round;
    ASSERT_THAT(driver_.transmit().collect(), SizeIs(8));
  }
}

// Looked at after every single transfer: a frame is whole at the moment its buffers appear, and
// the interrupt comes behind that.
TEST_P(NetKinds, ReceivedFramesAreCompleteAtTheMomentTheyAppear) {
  for (unsigned round = 0; round < 40; ++round) {
    driver_.add_buffers(4);
    port_.drain();
    Frames sent;
    for (unsigned i = 0; i < 4; ++i) {
      sent.push_back(make_frame(kStation, 700, static_cast<std::uint8_t>(round + i)));
      device_->frame(sent.back());
    }
    Frames seen;
    const std::uint64_t before = statistics().interrupts;
    while (port_.pump()) {
      for (Bytes &frame : driver_.received()) seen.push_back(std::move(frame));
      ASSERT_LE(statistics().interrupts - before, seen.size());
    }
    ASSERT_EQ(seen, sent);
    if (!GetParam().event_index) {
      ASSERT_GE(statistics().interrupts - before, 1u);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Options, NetKinds,
    ::testing::Values(NetDriverOptions{}, NetDriverOptions{.mergeable = false},
                      NetDriverOptions{.indirect = true}, NetDriverOptions{.event_index = true},
                      NetDriverOptions{.mergeable = false, .indirect = true, .event_index = true},
                      NetDriverOptions{.control = false, .msix = false, .queue_size = 256}),
    [](const auto &info) {
      const NetDriverOptions &options = info.param;
      return std::string(options.mergeable ? "Mergeable" : "Single") +
             (options.indirect ? "Indirect" : "Direct") +
             (options.event_index ? "EventIndex" : "") + (options.msix ? "" : "Pin");
    });

TEST_F(Net, EachQueueHasItsVector) {
  ASSERT_TRUE(driver_.start());
  driver_.add_buffers(1);
  receive(make_frame(kStation, 60));
  EXPECT_THAT(port_.messages, ElementsAre(NetDriver::message_of(1)));
  driver_.send(make_frame(kOther, 60));
  driver_.transmit().notify();
  ASSERT_TRUE(port_.drain());
  EXPECT_THAT(port_.messages, ElementsAre(NetDriver::message_of(1), NetDriver::message_of(2)));
  driver_.command({0, 0, 0});
  EXPECT_EQ(port_.messages.at(2), NetDriver::message_of(3));
}

TEST_F(Net, FramesAreFetchedSideBySide) {
  ASSERT_TRUE(driver_.start());
  for (unsigned i = 0; i < 8; ++i) driver_.send(make_frame(kOther, 60));
  driver_.transmit().notify();
  std::size_t most = 0;
  while (port_.pump()) most = std::max(most, port_.pending());
  EXPECT_GE(most, 8u);
}

TEST_F(Net, LargerMtuMeansLongerFrames) {
  VirtioNet device(port_, network_, {.mtu = 9000});
  NetDriver driver(port_, device);
  ASSERT_TRUE(driver.start());
  EXPECT_EQ(driver.host().read(VirtioPci::kDeviceOffset + 10, 2), 9000u);
  driver.add_buffers(8);
  const Bytes frame = make_frame(kStation, 9014);
  device.frame(frame);
  driver.send(frame);
  driver.transmit().notify();
  ASSERT_TRUE(port_.drain());
  EXPECT_EQ(driver.received(), Frames{frame});
  EXPECT_EQ(network_.take(), Frames{frame});
  device.frame(make_frame(kStation, 9015));
  EXPECT_EQ(device.statistics().dropped, 1u);
}

class Cable : public net::FrameSink {
 public:
  void frame(std::span<const std::uint8_t> bytes) override { end_->frame(bytes); }
  void lead_to(net::FrameSink &end) { end_ = &end; }

 private:
  net::FrameSink *end_ = nullptr;
};

// What one sends the other begins to receive in the same moment. Each has memory of its own.
TEST_F(Net, TwoOnACable) {
  FakePort far_port(2);
  Cable there;
  Cable back;
  VirtioNet near(port_, there);
  VirtioNet far(far_port, back, {.mac = kOther});
  there.lead_to(far);
  back.lead_to(near);
  NetDriver near_driver(port_, near);
  NetDriver far_driver(far_port, far);
  ASSERT_TRUE(near_driver.start({.event_index = true}));
  ASSERT_TRUE(far_driver.start({.indirect = true}));
  near_driver.add_buffers(8);
  far_driver.add_buffers(8);
  Frames sent;
  Frames sent_back;
  for (std::uint8_t i = 0; i < 8; ++i) {
    sent.push_back(make_frame(kOther, 100U + 150U * i, i));
    near_driver.send(sent.back());
    sent_back.push_back(make_frame(kStation, 1500U - 150U * i, i));
    far_driver.send(sent_back.back());
  }
  near_driver.transmit().notify();
  far_driver.transmit().notify();
  for (bool moved = true; moved;) {
    moved = port_.pump();
    moved = far_port.pump() || moved;
  }
  EXPECT_EQ(far_driver.received(), sent);
  EXPECT_EQ(near_driver.received(), sent_back);
}

// With a tag of a virtual LAN a frame may be four bytes longer.
TEST_F(Net, LongestFramesBothWays) {
  ASSERT_TRUE(driver_.start());
  driver_.add_buffers(4);
  Bytes tagged = make_frame(kStation, 1518);
  EXPECT_THAT(receive(tagged), IsEmpty());
  tagged[12] = 0x81;
  EXPECT_EQ(receive(tagged), Frames{tagged});
  tagged.push_back(0);
  EXPECT_THAT(receive(tagged), IsEmpty());
  EXPECT_THAT(receive(make_frame(kStation, 14)), SizeIs(1));
  EXPECT_THAT(receive(Bytes(13)), IsEmpty());
  EXPECT_EQ(statistics().dropped, 3u);
  tagged.pop_back();
  driver_.send(tagged);
  driver_.send(make_frame(kOther, 1515));
  driver_.transmit().notify();
  ASSERT_TRUE(port_.drain());
  EXPECT_EQ(network_.take(), Frames{tagged});
  EXPECT_EQ(statistics().refused, 1u);
}

}  // namespace
}  // namespace dmar::devices
