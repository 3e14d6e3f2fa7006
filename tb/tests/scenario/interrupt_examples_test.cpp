// SPDX-License-Identifier: Apache-2.0
// Worked examples of interrupt remapping, typed in as they stand: table, requests, messages,
// records.
#include <optional>
#include <string>
#include <vector>

#include "tests/scenario/interrupt_scenario.hpp"

namespace dmar {
namespace {

class InterruptExamples : public InterruptScenario {
 protected:
  struct Example {
    std::string name;
    std::uint16_t source_id;
    std::uint64_t address;
    std::uint32_t data;
    std::optional<Message> message = std::nullopt;  // none: blocked
    std::optional<FaultEntry> record = std::nullopt;
  };

  // 256 entries at 3000_0000h.
  void fill_table() {
    constexpr std::uint64_t kTable256 = 7;
    ASSERT_EQ(kTable.raw() | kTable256, 0x3000'0007U);
    struct Row {
      unsigned index;
      std::uint64_t lo, hi;
    };
    for (const Row &row : {Row{0x25, 0x0000'0300'0041'0001, 0x4'3A10},
                           {0x30, 0x0000'0F00'0052'003D, 0x4'F0F8},
                           {0x43, 0x0000'0200'0063'0001, 0x4'3A10},
                           {0x50, 0x0000'0100'0071'0001, 0x8'0508},
                           {0x51, 0x0000'0100'0072'0001, 0x7'0508},
                           {0x52, 0x0000'0100'0073'1001, 0x4'3A10},
                           {0x53, 0x0000'0100'0074'0001, 0xC'3A10},
                           {0x54, 0x2, 0}}) {
      table().set_raw(row.index, row.lo, row.hi);
    }
  }
  void expect_example(const Example &example) {
    SCOPED_TRACE(example.name);
    const Completion completion =
        access(interrupt_of({example.address, example.data}, SourceId(example.source_id)));
    if (example.message) {
      EXPECT_THAT(completion, Delivers(*example.message));
    } else {
      EXPECT_EQ(completion.status, Completion::Status::kBlocked);
    }
    const std::vector<FaultEntry> records = driver().drain_faults();
    ASSERT_EQ(records.size(), example.record ? 1U : 0U);
    if (example.record) {
      EXPECT_EQ(records.front(), *example.record);
    }
  }
};

TEST_P(InterruptExamples, ShortIds) {
  fill_table();
  start_remapping(7);
  using M = Message;
  using F = FaultEntry;
  const std::vector<Example> examples{
      {"edge", 0x3A10, 0xFEE0'04B0, 0, M{0xFEE0'3000, 0x4041}},
      {"logical, level", 0xF0F8, 0xFEE0'0610, 0x8052, M{0xFEE0'F00C, 0xC152}},
      {"sub-handle", 0x3A10, 0xFEE0'0818, 3, M{0xFEE0'2000, 0x4063}},
      {"data 31:16", 0x3A10, 0xFEE0'0818, 0x1'0003, {}, F{0, 0x8000'0020'0000'3A10}},
      {"bus 06h", 0x0600, 0xFEE0'0A10, 0, M{0xFEE0'1000, 0x4071}},
      {"bus 09h", 0x0900, 0xFEE0'0A10, 0, {}, F{0x0050'0000'0000'0000, 0x8000'0026'0000'0900}},
      {"SQ=11", 0x050D, 0xFEE0'0A30, 0, M{0xFEE0'1000, 0x4072}},
      {"SQ=11, device", 0x0510, 0xFEE0'0A30, 0, {}, F{0x0051ULL << 48, 0x8000'0026'0000'0510}},
      {"source", 0x3A11, 0xFEE0'04B0, 0, {}, F{0x0025ULL << 48, 0x8000'0026'0000'3A11}},
      {"index 100h", 0x3A10, 0xFEE0'2010, 0, {}, F{0x0100ULL << 48, 0x8000'0021'0000'3A10}},
      {"index 8025h", 0x3A10, 0xFEE0'04B4, 0, {}, F{0x8025ULL << 48, 0x8000'0021'0000'3A10}},
      {"absent", 0x3A10, 0xFEE0'0C10, 0, {}, F{0x0060ULL << 48, 0x8000'0022'0000'3A10}},
      {"absent, FPD", 0x3A10, 0xFEE0'0A90, 0},
      {"reserved bit", 0x3A10, 0xFEE0'0A50, 0, {}, F{0x0052ULL << 48, 0x8000'0024'0000'3A10}},
      {"SVT=11", 0x3A10, 0xFEE0'0A70, 0, {}, F{0x0053ULL << 48, 0x8000'0024'0000'3A10}},
      {"compatible", 0x3A10, 0xFEE0'1000, 0x4041, {}, F{0, 0x8000'0025'0000'3A10}},
  };
  for (const Example &example : examples) expect_example(example);
  driver().allow_compatibility(true);
  expect_example({"compatible, CFI", 0x3A10, 0xFEE0'1000, 0x4041, M{0xFEE0'1000, 0x4041}});
  driver().disable_interrupt_remapping();
  expect_example({"off", 0x3A10, 0xFEE0'04B0, 0, M{0xFEE0'04B0, 0}});
  // An x2APIC id in an entry that is used in xAPIC mode.
  driver().enable_interrupt_remapping();
  table().set_raw(0x25, 0x0001'2345'0041'0001, 0x4'3A10);
  driver().invalidate(InterruptScope{});
  expect_example(
      {"long id", 0x3A10, 0xFEE0'04B0, 0, {}, F{0x0025ULL << 48, 0x8000'0024'0000'3A10}});
}

// The record of annex A: 22h, index 42h, requester F0F8h.
TEST_P(InterruptExamples, RecordOfAnAbsentEntry) {
  start_remapping(7);
  expect_example(
      {"absent", 0xF0F8, 0xFEE0'0850, 0, {}, FaultEntry{0x0042ULL << 48, 0x8000'0022'0000'F0F8}});
}

DMAR_INTERRUPT_SCENARIO(InterruptExamples);

class InterruptExamplesExtended : public InterruptExamples {};

TEST_P(InterruptExamplesExtended, LongIds) {
  table().set_raw(0x25, 0x0001'2345'0041'0001, 0x4'3A10);
  start_remapping(7, true);
  driver().allow_compatibility(true);
  expect_example({"long id", 0x3A10, 0xFEE0'04B0, 0, Message{0x0001'2300'FEE4'5000, 0x4041}});
  expect_example(
      {"compatible", 0x3A10, 0xFEE0'1000, 0x4041, {}, FaultEntry{0, 0x8000'0025'0000'3A10}});
}

// The register value of a driver that uses a full table in x2APIC mode.
TEST_P(InterruptExamplesExtended, FullTableAboveFourGigabytes) {
  constexpr HostAddr kHigh{0x1'0000'0000};
  start_remapping(kLargest, true);
  use_table(kLargest, true, kHigh);
  EXPECT_EQ(driver().read64(reg::kIrta), 0x0000'0001'0000'080FU);
  table(kHigh).set(0xFFFF, {.vector = 0x66});
  EXPECT_THAT(access(interrupt(0xFFFF)), Delivers(Message{0xFEE0'0000, 0x4066}));
}

DMAR_SCENARIO_WITH(
    InterruptExamplesExtended,
    +[](const Config &config) { return config.extended_interrupt_mode; });

}  // namespace
}  // namespace dmar
