// SPDX-License-Identifier: Apache-2.0
// Worked translations of the architecture digest, typed in: tables, request, output or record.
#include "golden_examples.hpp"

#include <string>

namespace dmar::golden::examples {
namespace {

std::vector<TableRead> reads_of(const std::vector<Step> &steps) {
  std::vector<TableRead> reads;
  for (const Step &step : steps) {
    if (step.address) reads.push_back({step.address->raw(), step.words});
  }
  return reads;
}

TEST(GoldenExamples, FourLevelWalkReadsSixEntriesInOrder) {
  ExampleMachine machine;
  std::vector<Step> steps;
  const Verdict verdict =
      machine.unit.translate({.source_id = kFirst, .address = kFirstAddress}, &steps);
  EXPECT_THAT(verdict, GoesTo(0x12'3456'7ABC));
  EXPECT_EQ(std::get<Translation>(verdict).page_size, PageSize::k4K);
  EXPECT_EQ(std::get<Translation>(verdict).domain, DomainId(0x42));
  const std::vector<TableRead> expected{
      {kRoot, {0x1000'1001, 0}}, {kContext, {0x1001'0001, 0x4202}},
      {kPml4e, {0x1001'1003}},   {kPdpe, {0x1001'2003}},
      {kPde, {0x1001'3003}},     {kPte, {0x12'3456'7003}}};
  EXPECT_EQ(reads_of(steps), expected);
  std::vector<HostAddr> addresses;
  for (const TableRead &read : expected) addresses.emplace_back(read.address);
  EXPECT_EQ(machine.bus.reads, addresses);
}

TEST(GoldenExamples, TablesAreLittleEndian) {
  ExampleMachine machine;
  const std::array<std::uint8_t, 8> expected{0x03, 0x70, 0x56, 0x34, 0x12, 0, 0, 0};
  std::array<std::uint8_t, 8> bytes{};
  machine.memory.load(HostAddr(kPte), bytes);
  EXPECT_EQ(bytes, expected);
}

TEST(GoldenExamples, ThreeLevelWalkReadsFiveEntriesInOrder) {
  ExampleMachine machine;
  std::vector<Step> steps;
  const Request request{
      .source_id = kSecond, .address = kSecondAddress, .kind = AccessKind::kWrite};
  EXPECT_THAT(machine.unit.translate(request, &steps), GoesTo(0x89AB'C004));
  const std::vector<TableRead> expected{{0x1000'0000, {0x1000'2001, 0}},
                                        {kSecondContext, {0x1002'0005, 0x701}},
                                        {0x1002'08B8, {0x1002'1003}},
                                        {0x1002'1028, {0x1002'2003}},
                                        {0x1002'2008, {0x89AB'C002}}};
  EXPECT_EQ(reads_of(steps), expected);
}

struct Variation {
  std::string name;
  std::vector<Word> changes;
  Request request;
  std::optional<Translation> output;       // compared in address, size, permissions, snoop
  FaultReason fault = FaultReason::kNone;  // when there is no output
  std::optional<FaultRecord> record = {};  // nullopt: nothing recorded

  friend std::ostream &operator<<(std::ostream &out, const Variation &row) {
    return out << row.name;
  }
};

Request first(AccessKind kind) {
  return {.source_id = kFirst, .address = kFirstAddress, .kind = kind};
}
Request second(AccessKind kind, Iova address = kSecondAddress) {
  return {.source_id = kSecond, .address = address, .kind = kind};
}
Translation page(std::uint64_t address, PageSize size, bool read = true, bool write = true) {
  return {.address = HostAddr(address),
          .page_size = size,
          .read = read,
          .write = write,
          .domain = DomainId(0x42)};
}
Translation same(std::uint64_t address) {
  return {.address = HostAddr(address), .identity = true, .domain = DomainId(0x42)};
}
Translation write_only(std::uint64_t address) {
  return {.address = HostAddr(address), .read = false, .domain = DomainId(7)};
}

constexpr std::uint64_t kFirstInfo = 0x7F45'2075'3000;
constexpr std::uint64_t kSecondInfo = 0x45'C0A0'1000;
constexpr auto kRead = AccessKind::kRead;
constexpr auto kWrite = AccessKind::kWrite;
using Reason = FaultReason;

const std::vector<Variation> kVariations{
    {"E2_ReadOnlyPage",
     {{kPte, 0x12'3456'7001}},
     first(kWrite),
     {},
     Reason::kWriteNotPermitted,
     FaultRecord{kFirstInfo, 0x8000'0005'0000'3A10}},
    {"E3_TwoMebibytePage",
     {{kPde, 0x1'4000'0083}},
     first(kWrite),
     page(0x1'4015'3ABC, PageSize::k2M)},
    {"E4_OneGibibytePageSnooped",
     {{kPdpe, 0x30'0000'0883}},
     first(kRead),
     page(0x30'2075'3ABC, PageSize::k1G)},
    {"E5_LowAddressBitsOfLargePage",
     {{kPde, 0x1'4001'2083}},
     first(kRead),
     {},
     Reason::kPagingEntryReserved,
     FaultRecord{kFirstInfo, 0xC000'000C'0000'3A10}},
    {"E6_OutputInInterruptRange",
     {{kPte, 0xFEE0'0003}},
     first(kWrite),
     {},
     Reason::kInterruptRangeOutput,
     FaultRecord{kFirstInfo, 0x8000'000E'0000'3A10}},
    {"E7_AtomicThroughReadOnlyTable",
     {{kPde, 0x1001'3001}},
     first(AccessKind::kAtomic),
     {},
     Reason::kWriteNotPermitted,
     FaultRecord{kFirstInfo, 0xC000'0005'1000'3A10}},
    {"E8_ContextNotPresent",
     {{kContext, 0}, {kContext + 8, 0}},
     first(kRead),
     {},
     Reason::kContextNotPresent,
     FaultRecord{kFirstInfo, 0xC000'0002'0000'3A10}},
    {"E9_ContextNotPresentFpd", {{kContext, 2}}, first(kRead), {}, Reason::kContextNotPresent},
    {"E10_RootReservedHigh",
     {{kRoot + 8, 0x10}},
     first(kRead),
     {},
     Reason::kRootReserved,
     FaultRecord{kFirstInfo, 0xC000'000A'0000'3A10}},
    {"E11_RootNotPresent",
     {{kRoot, 0}},
     first(kRead),
     {},
     Reason::kRootNotPresent,
     FaultRecord{kFirstInfo, 0xC000'0001'0000'3A10}},
    {"E12_TranslationRequestForbidden",
     {},
     {.source_id = kFirst,
      .address = Iova(0x7F45'2075'3000),
      .bytes = 8,
      .at = AddressType::kTranslationRequest},
     {},
     Reason::kTranslationTypeBlocked,
     FaultRecord{kFirstInfo, 0xD000'000D'0000'3A10}},
    {"E13_PassThrough",
     {{kContext, 9}},
     {.source_id = kFirst, .address = Iova(0x2000'1234'5678), .kind = kWrite},
     same(0x2000'1234'5678)},
    {"E13b_PassThroughBeyondHostWidth",
     {{kContext, 9}},
     {.source_id = kFirst, .address = Iova(0x4000'0000'0000), .kind = kWrite},
     {},
     Reason::kAddressBeyondWidth,
     FaultRecord{0x4000'0000'0000, 0x8000'0004'0000'3A10}},
    {"E13c_NotPresentWrite",
     {{kPte, 0}},
     first(kWrite),
     {},
     Reason::kWriteNotPermitted,
     FaultRecord{kFirstInfo, 0x8000'0005'0000'3A10}},
    {"E13d_NotPresentRead",
     {{kPte, 0}},
     first(kRead),
     {},
     Reason::kReadNotPermitted,
     FaultRecord{kFirstInfo, 0xC000'0006'0000'3A10}},
    {"E13e_ReservedButNotPresent",
     {{kPte, 0x4000'0000'0000'0000}},
     first(kRead),
     {},
     Reason::kReadNotPermitted,
     FaultRecord{kFirstInfo, 0xC000'0006'0000'3A10}},
    {"E13f_Bit62",
     {{kPte, 0x4000'0012'3456'7003}},
     first(kRead),
     {},
     Reason::kPagingEntryReserved,
     FaultRecord{kFirstInfo, 0xC000'000C'0000'3A10}},
    {"E13g_AddressBit46",
     {{kPte, 0x4012'3456'7003}},
     first(kRead),
     {},
     Reason::kPagingEntryReserved,
     FaultRecord{kFirstInfo, 0xC000'000C'0000'3A10}},
    {"E13h_IgnoredBits",
     {{kPte, 0xB000'0012'3456'7403}},
     first(kRead),
     page(0x12'3456'7ABC, PageSize::k4K)},
    {"E14b_ReadOfWriteOnlyPage",
     {},
     second(kRead),
     {},
     Reason::kReadNotPermitted,
     FaultRecord{kSecondInfo, 0xC000'0006'0000'00F8}},
    {"E14c_ZeroLengthRead", {}, second(AccessKind::kZeroLengthRead), write_only(0x89AB'C004)},
    {"E14d_AddressBeyondTable",
     {},
     second(kWrite, Iova(0xC5'C0A0'1004)),
     {},
     Reason::kAddressBeyondWidth,
     FaultRecord{0xC5'C0A0'1000, 0x8000'0004'0000'00F8}},
    {"E14e_WidthNotSupported",
     {{kSecondContext + 8, 0x703}},
     second(kRead),
     {},
     Reason::kContextInvalid,
     FaultRecord{kSecondInfo, 0xC000'0003'0000'00F8}},
    {"E14f_WidthZero",
     {{kSecondContext + 8, 0x700}},
     second(kRead),
     {},
     Reason::kContextInvalid,
     FaultRecord{kSecondInfo, 0xC000'0003'0000'00F8}},
    {"E14g_ContextReserved",
     {{kSecondContext, 0x1002'0015}},
     second(kRead),
     {},
     Reason::kContextReserved,
     FaultRecord{kSecondInfo, 0xC000'000B'0000'00F8}},
    {"E14h_TranslationTypeThree",
     {{kSecondContext, 0x1002'000D}},
     second(kRead),
     {},
     Reason::kContextInvalid,
     FaultRecord{kSecondInfo, 0xC000'0003'0000'00F8}},
};

class GoldenExampleVariations : public ::testing::TestWithParam<Variation> {};

TEST_P(GoldenExampleVariations, GivesTheDocumentedResult) {
  const Variation &row = GetParam();
  ExampleMachine machine(row.changes);
  const Verdict verdict = machine.unit.translate(row.request);
  if (row.output) {
    EXPECT_EQ(verdict, Verdict{*row.output});
  } else {
    EXPECT_THAT(verdict, FaultsWith(row.fault));
  }
  EXPECT_EQ(machine.record(0), row.record.value_or(FaultRecord{}));
  EXPECT_EQ(machine.record(1), FaultRecord{});
}

INSTANTIATE_TEST_SUITE_P(Digest, GoldenExampleVariations, ::testing::ValuesIn(kVariations),
                         [](const auto &info) { return info.param.name; });

TEST(GoldenExamples, SnpForcesSnoopOfNoSnoopRequests) {
  ExampleMachine snooped({{kPdpe, 0x30'0000'0883}});
  ExampleMachine plain({{kPdpe, 0x30'0000'0083}});
  const Request request{.source_id = kFirst, .address = kFirstAddress, .no_snoop = true};
  EXPECT_TRUE(std::get<Translation>(snooped.unit.translate(request)).snoop);
  EXPECT_FALSE(std::get<Translation>(plain.unit.translate(request)).snoop);
}

}  // namespace
}  // namespace dmar::golden::examples
