// SPDX-License-Identifier: Apache-2.0
// Worked interrupt requests of the architecture digest, typed in: table, request, message or
// record. The digest posts through entry 70h; a unit without posting refuses it.
#include <string>

#include "golden_interrupt_fixture.hpp"

namespace dmar::golden {
namespace {

struct Entry {
  unsigned index;
  std::uint64_t lo;
  std::uint64_t hi;
};

const std::vector<Entry> kEntries{{0x25, 0x0000'0300'0041'0001, 0x4'3A10},
                                  {0x30, 0x0000'0F00'0052'003D, 0x4'F0F8},
                                  {0x43, 0x0000'0200'0063'0001, 0x4'3A10},
                                  {0x50, 0x0000'0100'0071'0001, 0x8'0508},
                                  {0x51, 0x0000'0100'0072'0001, 0x7'0508},
                                  {0x52, 0x0000'0100'0073'1001, 0x4'3A10},
                                  {0x53, 0x0000'0100'0074'0001, 0xC'3A10},
                                  {0x54, 0x0000'0000'0000'0002, 0},
                                  {0x70, 0x3456'7FC0'00A3'8001, 0x0000'0012'0004'3A10}};

constexpr Entry kWideDestination{0x25, 0x0001'2345'0041'0001, 0x4'3A10};

struct Example {
  std::string name;
  std::uint16_t source_id;
  Message request;
  std::optional<Message> message;  // what leaves; otherwise:
  FaultReason fault = FaultReason::kNone;
  std::optional<FaultRecord> record = {};  // nullopt: nothing recorded
  bool extended = false;                   // IRTA.EIME
  bool compatibility = false;              // CFI
  bool enabled = true;                     // IRE
  std::optional<Entry> change = {};

  friend std::ostream &operator<<(std::ostream &out, const Example &row) { return out << row.name; }
};

class GoldenInterruptExamples : public ::testing::TestWithParam<Example> {};

TEST_P(GoldenInterruptExamples, GiveTheMessageOrTheRecord) {
  const Example &row = GetParam();
  InterruptMachine machine({}, row.extended);
  for (const Entry &entry : kEntries) machine.entries.set_raw(entry.index, entry.lo, entry.hi);
  if (row.change) machine.entries.set_raw(row.change->index, row.change->lo, row.change->hi);
  machine.write32(reg::kGcmd,
                  (row.enabled ? gcmd::kIre : 0) | (row.compatibility ? gcmd::kCfi : 0));
  const Verdict verdict = machine.interrupt(SourceId(row.source_id), row.request);
  if (row.message) {
    EXPECT_THAT(verdict, LeavesAs(row.message->address, row.message->data));
  } else {
    EXPECT_THAT(verdict, FaultsWith(row.fault));
  }
  EXPECT_EQ(machine.record(0), row.record.value_or(FaultRecord{}));
}

constexpr Message kHandle25{0xFEE0'04B0, 0};
constexpr Message kHandle40Plus3{0xFEE0'0818, 3};
constexpr Message kCompatible{0xFEE0'1000, 0x4041};

INSTANTIATE_TEST_SUITE_P(
    Remapped, GoldenInterruptExamples,
    ::testing::Values(
        Example{"edge", 0x3A10, kHandle25, Message{0xFEE0'3000, 0x4041}},
        Example{"logical, level", 0xF0F8, {0xFEE0'0610, 0x8052}, Message{0xFEE0'F00C, 0xC152}},
        Example{"sub-handle", 0x3A10, kHandle40Plus3, Message{0xFEE0'2000, 0x4063}},
        Example{"bus in range", 0x0600, {0xFEE0'0A10, 0}, Message{0xFEE0'1000, 0x4071}},
        Example{"function ignored", 0x050D, {0xFEE0'0A30, 0}, Message{0xFEE0'1000, 0x4072}},
        Example{.name = "32-bit destination",
                .source_id = 0x3A10,
                .request = kHandle25,
                .message = Message{0x0001'2300'FEE4'5000, 0x4041},
                .extended = true,
                .change = kWideDestination}));

INSTANTIATE_TEST_SUITE_P(Passed, GoldenInterruptExamples,
                         ::testing::Values(Example{.name = "compatibility format",
                                                   .source_id = 0x3A10,
                                                   .request = kCompatible,
                                                   .message = kCompatible,
                                                   .compatibility = true},
                                           Example{.name = "remapping off",
                                                   .source_id = 0x3A10,
                                                   .request = kHandle25,
                                                   .message = kHandle25,
                                                   .enabled = false}));

using Reason = FaultReason;

INSTANTIATE_TEST_SUITE_P(
    Blocked, GoldenInterruptExamples,
    ::testing::Values(Example{"reserved data",
                              0x3A10,
                              {0xFEE0'0818, 0x1'0003},
                              {},
                              Reason::kInterruptRequestReserved,
                              FaultRecord{0, 0x8000'0020'0000'3A10}},
                      Example{"bus outside",
                              0x0900,
                              {0xFEE0'0A10, 0},
                              {},
                              Reason::kInterruptSourceInvalid,
                              FaultRecord{0x0050'0000'0000'0000, 0x8000'0026'0000'0900}},
                      Example{"device differs",
                              0x0510,
                              {0xFEE0'0A30, 0},
                              {},
                              Reason::kInterruptSourceInvalid,
                              FaultRecord{0x0051'0000'0000'0000, 0x8000'0026'0000'0510}},
                      Example{"function differs",
                              0x3A11,
                              kHandle25,
                              {},
                              Reason::kInterruptSourceInvalid,
                              FaultRecord{0x0025'0000'0000'0000, 0x8000'0026'0000'3A11}},
                      Example{"index 100h",
                              0x3A10,
                              {0xFEE0'2010, 0},
                              {},
                              Reason::kInterruptIndexBeyondTable,
                              FaultRecord{0x0100'0000'0000'0000, 0x8000'0021'0000'3A10}},
                      Example{"handle bit 15",
                              0x3A10,
                              {0xFEE0'04B4, 0},
                              {},
                              Reason::kInterruptIndexBeyondTable,
                              FaultRecord{0x8025'0000'0000'0000, 0x8000'0021'0000'3A10}},
                      Example{"entry absent",
                              0x3A10,
                              {0xFEE0'0C10, 0},
                              {},
                              Reason::kInterruptEntryNotPresent,
                              FaultRecord{0x0060'0000'0000'0000, 0x8000'0022'0000'3A10}},
                      Example{"entry absent, FPD",
                              0x3A10,
                              {0xFEE0'0A90, 0},
                              {},
                              Reason::kInterruptEntryNotPresent,
                              std::nullopt},
                      Example{"reserved bit",
                              0x3A10,
                              {0xFEE0'0A50, 0},
                              {},
                              Reason::kInterruptEntryReserved,
                              FaultRecord{0x0052'0000'0000'0000, 0x8000'0024'0000'3A10}},
                      Example{"SVT 3",
                              0x3A10,
                              {0xFEE0'0A70, 0},
                              {},
                              Reason::kInterruptEntryReserved,
                              FaultRecord{0x0053'0000'0000'0000, 0x8000'0024'0000'3A10}},
                      Example{"posted",
                              0x3A10,
                              {0xFEE0'0E10, 0},
                              {},
                              Reason::kInterruptEntryReserved,
                              FaultRecord{0x0070'0000'0000'0000, 0x8000'0024'0000'3A10}},
                      Example{"compatibility format",
                              0x3A10,
                              kCompatible,
                              {},
                              Reason::kInterruptCompatibilityBlocked,
                              FaultRecord{0, 0x8000'0025'0000'3A10}},
                      Example{.name = "compatibility format, EIME",
                              .source_id = 0x3A10,
                              .request = kCompatible,
                              .message = {},
                              .fault = Reason::kInterruptCompatibilityBlocked,
                              .record = FaultRecord{0, 0x8000'0025'0000'3A10},
                              .extended = true,
                              .compatibility = true},
                      Example{.name = "32-bit destination, no EIME",
                              .source_id = 0x3A10,
                              .request = kHandle25,
                              .message = {},
                              .fault = Reason::kInterruptEntryReserved,
                              .record = FaultRecord{0x0025'0000'0000'0000, 0x8000'0024'0000'3A10},
                              .change = kWideDestination}));

TEST(GoldenInterruptRecord, OfAnAbsentEntry) {
  InterruptMachine machine;
  machine.interrupt(SourceId(0xF0F8), remappable_message(0x42));
  EXPECT_EQ(machine.record(0), (FaultRecord{0x0042'0000'0000'0000, 0x8000'0022'0000'F0F8}));
}

}  // namespace
}  // namespace dmar::golden
