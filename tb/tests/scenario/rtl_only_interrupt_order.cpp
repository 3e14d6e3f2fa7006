// SPDX-License-Identifier: Apache-2.0
// A device writes its data, then its interrupt: when the message leaves, the data is in memory,
// however slow memory is and wherever the entry comes from.
#include <fmt/format.h>

#include <map>
#include <vector>

#include "bench/dma_burst.hpp"
#include "bench/random.hpp"
#include "tables/interrupt_table.hpp"
#include "tests/scenario/rtl_scenario.hpp"

namespace dmar {
namespace {

class InterruptOrder : public RtlScenario {
 protected:
  static constexpr unsigned kLong = 1500;  // cycles in which everything would have happened
  static constexpr unsigned kIndex = 0x25;

  enum class Entry { kCached, kNotCached, kCompatibility, kOff };
  static constexpr Entry kAll[]{Entry::kCached, Entry::kNotCached, Entry::kCompatibility,
                                Entry::kOff};

  // Translation with pages for both devices, and remapping unless it is to stay off.
  void start(Entry entry) {
    Domain domain = start_with_page();
    tables().attach(kNeighbour, domain);
    unit().access(read_of(kIova));
    InterruptTable table(memory(), HostAddr(0x3000'0000), 8);
    for (unsigned n = 0; n < 2; ++n) table.set(kIndex + n, {.vector = 0x41 + n});
    if (entry != Entry::kOff) {
      driver().set_interrupt_table(table.base(), table.size_exponent());
      driver().allow_compatibility(true);
      driver().enable_interrupt_remapping();
    }
    if (entry == Entry::kCached) {
      for (unsigned n = 0; n < 2; ++n) submit_and_wait(message_of(Entry::kCached, n));
    }
    unit().take_dma_accesses();
  }
  static Message message_of(Entry entry, unsigned n) {
    const bool remappable = entry == Entry::kCached || entry == Entry::kNotCached;
    return remappable ? remappable_message(kIndex + n) : Message{0xFEE0'1000, 0x41 + n};
  }
  bench::RtlIommu::Handle submit(const Message &message, SourceId source_id = kDevice,
                                 std::optional<std::uint8_t> id = std::nullopt) {
    const Request request = interrupt_of(message, source_id);
    return unit().submit(request, message_bytes(request), id);
  }
  void submit_and_wait(const Message &message) {
    EXPECT_THAT(unit().wait(submit(message)).completion, IsOkay());
  }
  [[nodiscard]] bool possible(Entry entry) const {
    return entry == Entry::kOff || config().interrupt_remapping;
  }
  static bool is_message(const bench::AxiAccess &access) {
    return ((access.address.user >> bench::dma_user::kInterrupt) & 1) != 0;
  }
  static SourceId source_of(const bench::AxiAccess &access) {
    return SourceId(static_cast<std::uint16_t>(access.address.user));
  }
};

// Memory keeps the answer to the data write to itself. The same AXI ID, and another one.
TEST_P(InterruptOrder, MessageWaitsForTheAnswerToTheData) {
  for (const Entry entry : kAll) {
    if (!possible(entry)) continue;
    for (const std::uint8_t id : {std::uint8_t{4}, std::uint8_t{9}}) {
      SCOPED_TRACE(fmt::format("entry {}, id {}", static_cast<int>(entry), id));
      make({});
      start(entry);
      unit().hold_dma_answers([](const bench::AddressBeat &burst, bool write) {
        return write && !in_interrupt_range(burst.address);
      });
      const auto data = unit().submit(write_of(kIova, 128), {}, std::uint8_t{4});
      const auto message = submit(message_of(entry, 0), kDevice, id);
      unit().step(kLong);
      EXPECT_TRUE(unit().take_dma_accesses().empty());
      EXPECT_FALSE(unit().poll(message).has_value());
      release();
      EXPECT_THAT(unit().wait(data).completion, Reaches(kData));
      EXPECT_TRUE(unit().wait(message).completion.interrupt.has_value());
      const auto accesses = unit().take_dma_accesses();
      ASSERT_EQ(accesses.size(), 2U);
      EXPECT_TRUE(is_message(accesses[1]));
      EXPECT_GT(accesses[1].cycle, accesses[0].perform_cycle);
    }
  }
}

// The walk of the message is under way when the data write comes to its end, at any distance: 200
// clocks of memory latency on both sides.
TEST_P(InterruptOrder, SlowMemory) {
  for (const Entry entry : kAll) {
    if (!possible(entry)) continue;
    SCOPED_TRACE(static_cast<int>(entry));
    make({.dma_memory = {.min_latency = 200, .max_latency = 200},
          .table_memory = {.min_latency = 60, .max_latency = 60}});
    start(entry);
    for (unsigned round = 0; round < 4; ++round) {
      std::vector<bench::RtlIommu::Handle> handles;
      for (unsigned n = 0; n < 3; ++n) {
        handles.push_back(unit().submit(write_of(Iova(kIova.raw() + 64 * n), 48)));
      }
      handles.push_back(submit(message_of(entry, round % 2)));
      for (const auto handle : handles) EXPECT_THAT(unit().wait(handle).completion, IsOkay());
      const auto accesses = unit().take_dma_accesses();
      ASSERT_EQ(accesses.size(), 4U);
      EXPECT_TRUE(is_message(accesses[3]));
      for (unsigned n = 0; n < 3; ++n) {
        EXPECT_GT(accesses[3].cycle, accesses[n].perform_cycle) << round;
      }
    }
  }
}

// Two devices whose writes and messages mix, memory in any order: each message comes after all
// that its own device wrote before it.
TEST_P(InterruptOrder, TwoDevices) {
  make({.dma_memory = {.min_latency = 1, .max_latency = 200, .reorder = true, .stall_percent = 20},
        .table_memory = {.min_latency = 1, .max_latency = 40, .reorder = true}});
  const Entry entry = config().interrupt_remapping ? Entry::kNotCached : Entry::kOff;
  start(entry);
  bench::Random random(scenario_seed());
  std::vector<bench::RtlIommu::Handle> handles;
  // Of each device: how many writes were submitted before each of its messages.
  std::map<SourceId, std::vector<unsigned>> before;
  std::map<SourceId, unsigned> writes;
  for (unsigned n = 0; n < 120; ++n) {
    const SourceId device = random.below(2) == 0 ? kDevice : kNeighbour;
    if (random.below(3) != 0) {
      const Iova place(kIova.raw() + 16 * random.below(200));
      handles.push_back(unit().submit(write_of(place, 16, device)));
      ++writes[device];
    } else {
      handles.push_back(submit(message_of(entry, device == kDevice ? 0 : 1), device));
      before[device].push_back(writes[device]);
    }
  }
  for (const auto handle : handles) EXPECT_THAT(unit().wait(handle).completion, IsOkay());
  std::map<SourceId, std::size_t> messages;
  std::map<SourceId, unsigned> performed;
  for (const bench::AxiAccess &access : unit().take_dma_accesses()) {
    const SourceId device = source_of(access);
    if (!is_message(access)) {
      ++performed[device];
      continue;
    }
    ASSERT_LT(messages[device], before[device].size());
    EXPECT_GE(performed[device], before[device][messages[device]++]);
  }
  for (const SourceId device : {kDevice, kNeighbour}) {
    EXPECT_EQ(messages[device], before[device].size());
    EXPECT_GT(messages[device], 5U);
  }
}

// A message that is blocked waits for nobody, and holds nobody up.
TEST_P(InterruptOrder, BlockedMessageBehindAHeldWrite) {
  start(config().interrupt_remapping ? Entry::kNotCached : Entry::kOff);
  hold_dma(false, true);
  const auto data = unit().submit(write_of(kIova, 32), {}, std::uint8_t{4});
  Request bad = write_of(Iova(0xFEE0'1000), 8);
  const auto blocked = unit().submit(bad, {}, std::uint8_t{9});
  unit().step(kLong);
  EXPECT_TRUE(unit().take_dma_accesses().empty());
  release();
  EXPECT_THAT(unit().wait(data).completion, Reaches(kData));
  EXPECT_THAT(unit().wait(blocked).completion, Faults(FaultReason::kInterruptRequestInvalid));
}

DMAR_RTL_SCENARIO(InterruptOrder);

}  // namespace
}  // namespace dmar
