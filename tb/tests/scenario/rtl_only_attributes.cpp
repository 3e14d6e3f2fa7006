// SPDX-License-Identifier: Apache-2.0
// A device that asks for exclusive accesses, early answers, caches and the secure world gets none
// of them: memory sees the attributes of the unit. AxQOS alone is the choice of the device.
#include <span>
#include <vector>

#include "bench/attribute_rules.hpp"
#include "bench/dma_burst.hpp"
#include "dmar/pattern.hpp"
#include "tests/scenario/rtl_scenario.hpp"

namespace dmar {
namespace {

class Attributes : public RtlScenario {
 protected:
  struct Wish {
    std::uint8_t lock;
    std::uint8_t cache;
    std::uint8_t prot;
    std::uint8_t qos;
  };
  static constexpr Wish kWishes[]{
      {1, 0xF, 5, 0xA}, {1, 0x0, 2, 0x0}, {0, 0x1, 0, 0xF}, {0, 0x3, 7, 0x5}, {0, 0x2, 2, 0x1}};

  // What memory saw of this request.
  bench::AddressBeat seen_of(const Request &request, std::span<const std::uint8_t> data,
                             const Wish &wish) {
    bench::AxiBurst burst = bench::make_burst(request, data, 3);
    burst.address.lock = wish.lock;
    burst.address.cache = wish.cache;
    burst.address.prot = wish.prot;
    burst.address.qos = wish.qos;
    unit().take_dma_accesses();
    EXPECT_THAT(unit().wait(unit().submit_rogue(request, burst)).completion, IsOkay());
    const auto accesses = unit().take_dma_accesses();
    EXPECT_EQ(accesses.size(), 1U);
    return accesses.empty() ? bench::AddressBeat{} : accesses[0].address;
  }
  void expect_own(const Request &request, std::span<const std::uint8_t> data, std::uint8_t cache) {
    for (const Wish &wish : kWishes) {
      const bench::AddressBeat seen = seen_of(request, data, wish);
      EXPECT_EQ(seen.lock, 0);
      EXPECT_EQ(seen.cache, cache);
      EXPECT_EQ(seen.prot, bench::kProtData);
      EXPECT_EQ(seen.qos, wish.qos);
    }
  }
};

TEST_P(Attributes, OfDmaAreTheUnits) {
  start_with_page();
  expect_own(read_of(kIova, 64), {}, bench::kCacheMemory);
  const Request write = write_of(kIova, 64);
  expect_own(write, pattern(write), bench::kCacheMemory);
}

// Writes that leave one behind the other, each taken in the first clock in which it is there.
TEST_P(Attributes, OfWritesInARowAreTheirOwn) {
  start_with_page();
  unit().accept_every_burst_type(true);
  unit().block_dma_channels({.aw = true});
  std::vector<bench::AddressBeat> asked;
  for (unsigned n = 0; n < 2 * parameter("WriteSlots"); ++n) {
    const Request write = write_of(Iova(kIova.raw() + 64 * n), 64);
    bench::AxiBurst burst = bench::make_burst(write, {}, 3);
    burst.address.burst = n % 2 == 0 ? bench::kBurstWrap : bench::kBurstIncr;
    burst.address.qos = static_cast<std::uint8_t>(n % 16);
    asked.push_back(burst.address);
    unit().submit_rogue(write, burst);
  }
  unit().step(400);
  EXPECT_TRUE(unit().take_dma_accesses().empty());
  unit().block_dma_channels({});
  unit().step_until([this] { return unit().at_rest(); }, "the rest");
  const auto accesses = unit().take_dma_accesses();
  ASSERT_EQ(accesses.size(), asked.size());
  for (std::size_t n = 0; n < asked.size(); ++n) {
    EXPECT_EQ(accesses[n].address.burst, asked[n].burst) << n;
    EXPECT_EQ(accesses[n].address.qos, asked[n].qos) << n;
  }
}

TEST_P(Attributes, OfMessagesAreThoseOfADevice) {
  const Request message = interrupt_of(Message{0xFEE0'1000, 0x41}, kDevice);
  expect_own(message, message_bytes(message), bench::kCacheDevice);
}

// Walks and the queue read, statuses are written, as memory; check_attributes() of the bench looks
// at every access, this test makes sure that there are some.
TEST_P(Attributes, OfTablesAreTheUnits) {
  unsigned reads = 0, writes = 0;
  unit().observe_table_accesses([&](const bench::AxiAccess &access) {
    ++(access.write ? writes : reads);
    EXPECT_EQ(access.address.cache, bench::kCacheMemory);
    EXPECT_EQ(access.address.prot, bench::kProtData);
    EXPECT_EQ(access.address.qos, 0);
  });
  start_with_page();
  EXPECT_THAT(unit().access(read_of(kIova)), IsOkay());
  begin_invalidation(true);
  finish_invalidation();
  EXPECT_GT(reads, 0U);
  EXPECT_GT(writes, 0U);
}

DMAR_RTL_SCENARIO(Attributes);

}  // namespace
}  // namespace dmar
