// SPDX-License-Identifier: Apache-2.0
// Random rings, configuration and register writes while frames come and go: the network device
// never crashes, always becomes idle, and works after a reset.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "bench/random.hpp"
#include "devices/tests/chaos.hpp"
#include "devices/tests/net_fixture.hpp"

namespace dmar::devices {
namespace {

// Everything of one run; the same seed gives the same run, whatever ran before.
class NetWorld {
 public:
  explicit NetWorld(std::uint64_t seed) : port_(seed), random_(seed, 3) { port_.answer_later(); }

  void run() {
    begin();
    for (unsigned i = 0; i < 1000; ++i) step();
    ASSERT_TRUE(port_.drain()) << "still at work after 100000 transfers";
    ASSERT_TRUE(device_.idle());
    for (const Bytes &frame : network_.take()) {
      ASSERT_GE(frame.size(), 14u);
      ASSERT_LE(frame.size(), 1518u);
    }
    device_.reset();
    const VirtioNet::Statistics all = device_.statistics();
    ASSERT_EQ(all.received_frames + all.filtered + all.dropped + all.failed_writes, arrived_)
        << "a frame from the network was forgotten, or counted twice";
  }
  void expect_recovery() {
    port_.refuse_nothing();
    ASSERT_TRUE(device_.idle());
    ASSERT_TRUE(driver_.start());
    driver_.add_buffers(1);
    const Bytes in = make_frame(kStation, 60);
    device_.frame(in);
    const Bytes out = make_frame(kOther, 60);
    driver_.send(out);
    driver_.transmit().notify();
    ASSERT_TRUE(port_.drain());
    ASSERT_EQ(driver_.received(), Frames{in});
    ASSERT_EQ(network_.take(), Frames{out});
  }
  [[nodiscard]] VirtioNet::Statistics statistics() const { return device_.statistics(); }

 private:
  static std::vector<std::uint64_t> places() {
    std::vector<std::uint64_t> all;
    for (std::uint16_t queue = 0; queue < 3; ++queue) {
      const std::uint64_t base = NetDriver::kSpace * (queue + 1U);
      for (const std::uint64_t offset : {0x0U, 0x8000U, 0x1'0000U, 0x20'0000U}) {
        all.push_back(base + offset);
      }
      all.push_back(NetDriver::data_of(queue, 0));
    }
    return all;
  }
  QueueDriver &some_queue() { return driver_.queue(static_cast<std::uint16_t>(random_.below(3))); }
  // As a good driver does it, now and then with a buffer in the wrong direction or too short.
  void add_request() {
    const auto bytes = static_cast<std::uint32_t>(random_.percent(3) ? chaos_.some_length()
                                                                     : 26 + random_.below(1505));
    const bool wrong = random_.percent(2);
    QueueDriver &queue = some_queue();
    queue.collect();
    if (!queue.fits(2)) return;
    const std::uint64_t at = NetDriver::data_of(queue.index(), queue.next_head(2));
    if (queue.index() == VirtioNet::kReceiveQueue) {
      queue.add({{at, 64, !wrong}, {at + 64, bytes, true}});
    } else if (queue.index() == VirtioNet::kTransmitQueue) {
      port_.memory.store(HostAddr(at), Bytes(12));
      queue.add({{at, 12, false}, {at + 12, bytes, wrong}});
    } else {
      const auto any = [&](std::uint64_t bound) {
        return static_cast<std::uint8_t>(random_.below(bound));
      };
      Bytes command{any(3), any(7), any(3), 0, 0, 0, any(2), any(2), any(2)};
      command.resize(2 + random_.below(16));
      port_.memory.store(HostAddr(at), command);
      queue.add({{at, static_cast<std::uint32_t>(command.size()), false},
                 {at + 64, wrong ? 0U : 1U, true}});
    }
    queue.notify();
  }
  void arrive() {
    const MacAddress to[] = {kStation, kStation, kOther, kGroup, kBroadcast};
    device_.frame(make_frame(to[random_.below(5)], 14 + random_.below(1505)));
    ++arrived_;
  }
  void step() {
    if (random_.percent(20)) add_request();
    if (random_.percent(10)) arrive();
    const std::uint64_t choice = random_.below(200);
    if (choice == 0 && random_.percent(30)) chaos_.scribble_rings(some_queue());
    if (choice == 1) some_queue().notify_always();
    if (choice == 2 && random_.percent(50)) chaos_.spoil_a_byte();
    if (choice == 3) chaos_.poke_registers();
    if (choice == 4) chaos_.poke_configuration();
    if (choice == 5 && random_.percent(30)) device_.reset();
    if (choice == 6 && random_.percent(30)) driver_.host().write(0x14, 0, 1);
    if (choice == 7) port_.refuse(chaos_.some_address(), 1 + random_.below(512));
    if (choice == 8) port_.refuse_nothing();
    const bool works = device_.status() == 0x0F;
    if (choice == 9 || (choice < 50 && !works)) begin();
    for (unsigned i = 0; i < 3 && choice >= 20; ++i) port_.pump();
  }
  void begin() {
    port_.refuse_nothing();
    driver_.start({.mergeable = random_.percent(70),
                   .indirect = random_.percent(50),
                   .event_index = random_.percent(50),
                   .control = random_.percent(80),
                   .msix = random_.percent(70)});
    if (random_.percent(20)) chaos_.scribble_rings(some_queue());
    for (std::uint16_t queue = 0; queue < 3; ++queue) driver_.queue(queue).notify_always();
  }

  FakePort port_;
  KeptFrames network_;
  VirtioNet device_{port_, network_};
  NetDriver driver_{port_, device_};
  bench::Random random_;
  Chaos chaos_{port_, driver_.host(), random_, places()};
  std::uint64_t arrived_ = 0;
};

TEST(NetFuzz, AlwaysBecomesIdleAndRecovers) {
  VirtioNet::Statistics sum;
  const std::vector<std::uint64_t> all = chaos_seeds();
  for (const std::uint64_t seed : all) {
    SCOPED_TRACE("replay with DMAR_DEVICES_SEED=" + std::to_string(seed));
    NetWorld world(seed);
    world.run();
    if (::testing::Test::HasFailure()) return;
    sum.sent_frames += world.statistics().sent_frames;
    sum.received_frames += world.statistics().received_frames;
    sum.commands += world.statistics().commands;
    sum.errors += world.statistics().errors;
    world.expect_recovery();
    if (::testing::Test::HasFailure()) return;
  }
  if (all.size() == 1) return;
  EXPECT_GT(sum.sent_frames, 5 * all.size()) << "random rings that never work test little";
  EXPECT_GT(sum.received_frames, 5 * all.size());
  EXPECT_GT(sum.commands, 5 * all.size());
  EXPECT_GT(sum.errors, 5 * all.size());
}

}  // namespace
}  // namespace dmar::devices
