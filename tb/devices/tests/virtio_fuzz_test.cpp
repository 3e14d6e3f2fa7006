// SPDX-License-Identifier: Apache-2.0
// Random rings, configuration and register writes: the device never crashes, always becomes idle,
// and works after a reset.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "bench/random.hpp"
#include "devices/tests/blk_driver.hpp"
#include "devices/tests/chaos.hpp"
#include "devices/tests/temporary_disk.hpp"

namespace dmar::devices {
namespace {

using ::testing::Optional;

// Everything of one run; the same seed gives the same run, whatever ran before.
class World {
 public:
  explicit World(std::uint64_t seed) : port_(seed), random_(seed, 1) { port_.answer_later(); }

  void run() {
    begin();
    for (unsigned i = 0; i < 1000; ++i) step();
    ASSERT_TRUE(port_.drain()) << "still at work after 100000 transfers";
    ASSERT_TRUE(device_.idle());
  }
  void expect_recovery() {
    port_.refuse_nothing();
    device_.reset();
    ASSERT_TRUE(device_.idle());
    ASSERT_TRUE(driver_.start());
    ASSERT_THAT(driver_.run(0, 1, {{BlkDriver::kData, 512, true}}), Optional(0));
  }
  [[nodiscard]] VirtioBlk::Statistics statistics() const { return device_.statistics(); }

 private:
  void scribble_rings() {
    chaos_.scribble_rings(driver_.queue());
    for (unsigned i = 0; i < 64; ++i) {
      port_.memory.write32(HostAddr(BlkDriver::kHeaders + 4 * i),
                           static_cast<std::uint32_t>(random_.below(10)));
    }
  }
  // As a good driver makes it, now and then with a buffer in the wrong direction.
  void add_request() {
    under_way_ -= static_cast<unsigned>(driver_.collect().size());
    if (under_way_ >= 3) return;
    const std::uint32_t types[] = {0, 0, 0, 1, 1, 4, 8, 11};
    const std::uint32_t type = types[random_.below(8)];
    std::vector<Buffer> data(type == 4 ? 0 : random_.below(3));
    for (Buffer &buffer : data) {
      const std::uint64_t place = BlkDriver::kData + random_.below(0x10'0000);
      const auto bytes = static_cast<std::uint32_t>(512 * random_.below(9));
      buffer = {place, random_.percent(3) ? chaos_.some_length() : bytes, type != 1};
    }
    if (random_.percent(3) && !data.empty()) data[0].writable = !data[0].writable;
    driver_.request(type, random_.below(140), data);  // the image has 128 sectors
    ++under_way_;
    driver_.notify();
  }
  void step() {
    if (random_.percent(10)) add_request();
    const std::uint64_t choice = random_.below(200);
    if (choice == 0) scribble_rings();
    if (choice == 1) driver_.notify_always();
    if (choice == 2) chaos_.spoil_a_byte();
    if (choice == 3) chaos_.poke_registers();
    if (choice == 4) chaos_.poke_configuration();
    if (choice == 5 && random_.percent(30)) device_.reset();
    if (choice == 6) driver_.host().write(0x14, 0, 1);
    if (choice == 7) port_.refuse(chaos_.some_address(), 1 + random_.below(512));
    if (choice == 8) port_.refuse_nothing();
    const bool works = device_.status() == 0x0F;
    if (choice == 9 || (choice < 50 && !works)) begin();
    if (choice >= 20) port_.pump();
  }
  void begin() {
    port_.refuse_nothing();
    under_way_ = 0;
    driver_.start({.indirect = random_.percent(50),
                   .event_index = random_.percent(50),
                   .msix = random_.percent(70)});
    if (random_.percent(30)) scribble_rings();
    driver_.notify_always();
  }

  unsigned under_way_ = 0;  // requests, as a good driver counts
  FakePort port_;
  TemporaryDisk image_{64 * 1024};
  Disk disk_{image_.path()};
  VirtioBlk device_{port_, disk_};
  BlkDriver driver_{port_, device_};
  bench::Random random_;
  Chaos chaos_{port_,
               driver_.host(),
               random_,
               {BlkDriver::kDescriptors, BlkDriver::kAvailable, BlkDriver::kUsed,
                BlkDriver::kTables, BlkDriver::kHeaders, BlkDriver::kData}};
};

TEST(BlockFuzz, AlwaysBecomesIdleAndRecovers) {
  std::uint64_t requests = 0;
  std::uint64_t errors = 0;
  const std::vector<std::uint64_t> all = chaos_seeds();
  for (const std::uint64_t seed : all) {
    SCOPED_TRACE("replay with DMAR_DEVICES_SEED=" + std::to_string(seed));
    World world(seed);
    world.run();
    if (::testing::Test::HasFailure()) return;
    requests += world.statistics().requests;
    errors += world.statistics().errors;
    world.expect_recovery();
    if (::testing::Test::HasFailure()) return;
  }

  if (all.size() == 1) return;
  EXPECT_GT(requests, 5 * all.size()) << "random rings that never work test little";
  EXPECT_GT(errors, 5 * all.size());
}

}  // namespace
}  // namespace dmar::devices
