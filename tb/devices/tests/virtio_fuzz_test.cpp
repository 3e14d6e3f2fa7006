// SPDX-License-Identifier: Apache-2.0
// Random rings, configuration and register writes: the device never crashes, always becomes idle,
// and works after a reset.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "bench/random.hpp"
#include "devices/tests/blk_driver.hpp"
#include "devices/tests/temporary_disk.hpp"

namespace dmar::devices {
namespace {

using ::testing::Optional;

// DMAR_DEVICES_SEED=n runs one seed alone.
std::vector<std::uint64_t> seeds() {
  if (const char *one = std::getenv("DMAR_DEVICES_SEED")) return {std::stoull(one)};
  std::vector<std::uint64_t> all;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) all.push_back(seed);
  return all;
}

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
  // Mostly small and in the rings' memory, so that chains lead somewhere.
  std::uint64_t some_address() {
    if (random_.percent(5)) return random_.next();
    const std::uint64_t places[] = {BlkDriver::kDescriptors, BlkDriver::kAvailable,
                                    BlkDriver::kUsed,        BlkDriver::kTables,
                                    BlkDriver::kHeaders,     BlkDriver::kData};
    return places[random_.below(6)] + random_.below(256);
  }
  std::uint32_t some_length() {
    const std::uint32_t lengths[] = {0, 1, 15, 16, 17, 32, 64, 511, 512, 513, 4096, 70'000};
    if (random_.percent(3)) return static_cast<std::uint32_t>(random_.next());
    return lengths[random_.below(12)];
  }
  void scribble_descriptors(std::uint64_t table) {
    for (std::uint16_t i = 0; i < 16; ++i) {
      const Buffer buffer{some_address(), some_length(), random_.percent(40)};
      const std::uint64_t flags = random_.percent(10) ? random_.below(8) : random_.below(2);
      const auto next = static_cast<std::uint16_t>(random_.below(random_.percent(5) ? 99 : 16));
      driver_.put_descriptor(table, i, buffer, static_cast<std::uint16_t>(flags), next);
    }
  }
  void scribble_rings() {
    scribble_descriptors(BlkDriver::kDescriptors);
    scribble_descriptors(BlkDriver::kTables);
    for (unsigned i = 0; i < 64; ++i) {
      port_.memory.write32(HostAddr(BlkDriver::kHeaders + 4 * i),
                           static_cast<std::uint32_t>(random_.below(10)));
    }
    for (std::uint64_t i = random_.below(12); i > 0; --i) {
      driver_.offer(static_cast<std::uint16_t>(random_.below(random_.percent(5) ? 99 : 16)));
    }
  }
  void poke_registers() {
    const unsigned bytes = 1U << random_.below(4);
    const std::uint64_t offset = random_.below(VirtioPci::kBarBytes / bytes) * bytes;
    const std::uint64_t near = random_.below(0x38 / bytes) * bytes;  // the common structure
    const std::uint64_t at = random_.percent(50) ? near : offset;
    driver_.host().write(at, random_.percent(50) ? random_.below(32) : random_.next(), bytes);
    driver_.host().read(random_.percent(50) ? near : offset, bytes);
  }
  void poke_configuration() {
    const unsigned bytes = 1U << random_.below(3);
    const auto offset = static_cast<std::uint32_t>(random_.below(256 / bytes) * bytes);
    device_.config_write(offset, bytes, static_cast<std::uint32_t>(random_.next()));
    device_.config_read(offset, bytes);
    if (random_.percent(80)) driver_.host().enable(BlkDriver::kBar);
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
      buffer = {place, random_.percent(3) ? some_length() : bytes, type != 1};
    }
    if (random_.percent(3) && !data.empty()) data[0].writable = !data[0].writable;
    driver_.request(type, random_.below(140), data);  // the image has 128 sectors
    ++under_way_;
    driver_.notify();
  }
  void spoil_a_byte() {
    const std::uint64_t places[] = {BlkDriver::kDescriptors, BlkDriver::kAvailable,
                                    BlkDriver::kTables, BlkDriver::kHeaders};
    const std::uint64_t at = places[random_.below(4)] + random_.below(64);
    port_.memory.write8(HostAddr(at), static_cast<std::uint8_t>(random_.next()));
  }
  void step() {
    if (random_.percent(10)) add_request();
    const std::uint64_t choice = random_.below(200);
    if (choice == 0) scribble_rings();
    if (choice == 1) driver_.notify_always();
    if (choice == 2) spoil_a_byte();
    if (choice == 3) poke_registers();
    if (choice == 4) poke_configuration();
    if (choice == 5 && random_.percent(30)) device_.reset();
    if (choice == 6) driver_.host().write(0x14, 0, 1);
    if (choice == 7) port_.refuse(some_address(), 1 + random_.below(512));
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
};

TEST(BlockFuzz, AlwaysBecomesIdleAndRecovers) {
  std::uint64_t requests = 0;
  std::uint64_t errors = 0;
  const std::vector<std::uint64_t> all = seeds();
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
