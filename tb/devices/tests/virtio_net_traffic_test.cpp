// SPDX-License-Identifier: Apache-2.0
// Random traffic of a good driver, both ways at once: features, sizes, split of frames and buffers,
// and the order of transfers are random; every frame arrives byte by byte, in its order.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "bench/random.hpp"
#include "devices/tests/chaos.hpp"
#include "devices/tests/net_fixture.hpp"

namespace dmar::devices {
namespace {

class Traffic {
 public:
  explicit Traffic(std::uint64_t seed) : port_(seed), random_(seed, 2) { port_.answer_later(); }

  void run() {
    ASSERT_TRUE(driver_.start(options_));
    for (unsigned i = 0; i < 3000 && !::testing::Test::HasFailure(); ++i) step();
    driver_.transmit().notify();
    // What is still under way, for which there may be no buffers yet.
    for (unsigned i = 0; i < 400 && got_.size() < wanted_.size(); ++i) {
      add_buffer();
      ASSERT_TRUE(port_.drain());
      look();
    }
    ASSERT_TRUE(port_.drain());
    look();
    EXPECT_EQ(got_.size(), wanted_.size());
    EXPECT_EQ(got_, wanted_);
    EXPECT_EQ(network_.take(), sent_);
    EXPECT_EQ(answered_, sent_.size());
    EXPECT_EQ(device_.last_error(), "");
    const VirtioNet::Statistics all = device_.statistics();
    EXPECT_EQ(all.sent_frames, sent_.size());
    EXPECT_EQ(all.received_frames, wanted_.size());
    EXPECT_EQ(all.filtered, filtered_);
    EXPECT_EQ(all.dropped + all.refused + all.failed_reads + all.failed_writes + all.errors, 0u);
  }
  [[nodiscard]] std::size_t frames() const { return sent_.size() + got_.size(); }

 private:
  Bytes some_frame(const MacAddress &to) {
    const std::size_t bytes = random_.percent(20) ? 1514 : 14 + random_.below(1501);
    Bytes frame = make_frame(to, bytes);
    for (std::size_t i = 6; i < bytes; ++i) frame[i] = static_cast<std::uint8_t>(random_.next());
    frame[12] = 0x08;
    return frame;
  }
  // Cuts `bytes` into some pieces, now and then an empty one.
  std::vector<std::uint32_t> some_pieces(std::uint32_t bytes) {
    std::vector<std::uint32_t> pieces;
    for (std::uint64_t more = random_.below(4); more > 0; --more) {
      const std::uint64_t most = random_.percent(50) ? bytes : std::min(bytes, 14U);
      pieces.push_back(static_cast<std::uint32_t>(random_.below(most + 1)));
      bytes -= pieces.back();
    }
    pieces.push_back(bytes);
    return pieces;
  }
  void send() {
    const Bytes frame = some_frame(kOther);
    const auto pieces = some_pieces(static_cast<std::uint32_t>(frame.size() + 12));
    if (!driver_.transmit().fits(pieces.size())) return;
    sent_.push_back(frame);
    driver_.send(frame, pieces);
    if (random_.percent(60)) driver_.transmit().notify();
  }
  void add_buffer() {
    // Enough of them for the longest frame fit into the queue.
    const std::uint32_t least = !options_.mergeable ? 1530 : options_.queue_size == 16 ? 600 : 200;
    const auto pieces =
        some_pieces(static_cast<std::uint32_t>(least + random_.below(1531 - least)));
    QueueDriver &queue = driver_.receive();
    if (queue.fits(pieces.size())) {
      std::uint64_t at = NetDriver::data_of(queue.index(), queue.next_head(pieces.size()));
      std::vector<Buffer> buffer;
      for (const std::uint32_t bytes : pieces) {
        buffer.push_back({at, bytes, true});
        at += bytes + 16;
      }
      driver_.add_buffer(buffer);
    }
    if (random_.percent(60) || !queue.fits(pieces.size())) queue.notify();
  }
  void arrive() {
    if (wanted_.size() - got_.size() > 100) return;
    const MacAddress others[] = {kOther, kBroadcast};
    const MacAddress to = random_.percent(70) ? station_ : others[random_.below(2)];
    const Bytes frame = some_frame(to);
    device_.frame(frame);
    if (to == kOther && !promiscuous_) {
      ++filtered_;
    } else {
      wanted_.push_back(frame);
    }
  }
  void command() {
    if (!options_.control) return;
    if (random_.percent(50)) {
      promiscuous_ = !promiscuous_;
      EXPECT_EQ(driver_.command({0, 0, promiscuous_}), NetDriver::kOkay);
    } else {
      station_[5] = static_cast<std::uint8_t>(random_.next());
      Bytes bytes{1, 1};
      bytes.insert(bytes.end(), station_.begin(), station_.end());
      EXPECT_EQ(driver_.command(bytes), NetDriver::kOkay);
    }
    look();
  }
  // As an operating system does it: looks at a used ring only after an interrupt. A lost wake-up
  // shows as something that is never answered.
  void look() {
    for (; messages_ < port_.messages.size(); ++messages_) {
      for (unsigned queue = 0; queue < 2; ++queue) {
        told_[queue] |= port_.messages[messages_] == NetDriver::message_of(queue + 1);
      }
    }
    if (port_.pin && driver_.host().read(VirtioPci::kIsrOffset, 1) != 0) told_[0] = told_[1] = true;
    if (std::exchange(told_[0], false)) {
      for (Bytes &frame : driver_.received()) got_.push_back(std::move(frame));
    }
    if (std::exchange(told_[1], false)) answered_ += driver_.transmit().collect().size();
  }
  void step() {
    const std::uint64_t choice = random_.below(1000);
    if (choice < 100) send();
    if (choice >= 100 && choice < 300) add_buffer();
    if (choice >= 300 && choice < 400) arrive();
    if (choice == 400) command();
    if (choice == 401) driver_.transmit().notify();
    if (choice == 402) driver_.receive().notify();
    for (unsigned i = 0; i < 6; ++i) port_.pump();
    if (random_.percent(20)) look();
    if (!port_.pending()) {
      driver_.transmit().notify();
      look();
    }
  }

  FakePort port_;
  bench::Random random_;
  NetDriverOptions options_{
      .mergeable = random_.percent(60),
      .indirect = random_.percent(50),
      .event_index = random_.percent(50),
      .control = random_.percent(70),
      .msix = random_.percent(70),
      .queue_size = random_.percent(50) ? std::uint16_t{16} : std::uint16_t{64}};
  KeptFrames network_;
  VirtioNet device_{port_,
                    network_,
                    {.offer_mtu = random_.percent(50),
                     .mergeable = options_.mergeable || random_.percent(50),
                     .control = options_.control || random_.percent(50),
                     .indirect = options_.indirect || random_.percent(50),
                     .event_index = options_.event_index || random_.percent(50)}};
  NetDriver driver_{port_, device_};
  MacAddress station_ = kStation;
  bool promiscuous_ = false;
  Frames sent_;
  Frames wanted_;  // by the driver
  Frames got_;
  std::uint64_t filtered_ = 0;
  std::size_t answered_ = 0;
  std::size_t messages_ = 0;  // seen of all
  bool told_[2] = {false, false};
};

TEST(NetTraffic, ArrivesWholeAndInOrder) {
  std::size_t frames = 0;
  const std::vector<std::uint64_t> all = chaos_seeds();
  for (const std::uint64_t seed : all) {
    SCOPED_TRACE("replay with DMAR_DEVICES_SEED=" + std::to_string(seed));
    Traffic traffic(seed);
    traffic.run();
    if (::testing::Test::HasFailure()) return;
    frames += traffic.frames();
  }
  EXPECT_GT(frames, 100 * all.size()) << "frames that do not move test little";
}

}  // namespace
}  // namespace dmar::devices
