// SPDX-License-Identifier: Apache-2.0
// Words: the steps of a translation, verdicts, and the lines Linux prints.
#include "dmar/fault_names.hpp"
#include "golden/explain.hpp"
#include "golden_fixture.hpp"

namespace dmar::golden {
namespace {

using ::testing::HasSubstr;

std::string explain(Machine &machine, const Request &request) {
  std::vector<Step> steps;
  static_cast<void>(machine.unit.judge(request, &steps));
  return render(steps);
}

TEST(GoldenExplain, NamesEveryEntryOfAWalk) {
  Machine machine;
  Domain domain = machine.tables.create_domain({.id = 0x42});
  domain.map(Iova(0x7F45'2075'3000), HostAddr(0x12'3456'7000));
  machine.tables.attach(bdf(0x3A, 2, 0), domain);
  machine.enable_translation();
  const std::string text =
      explain(machine, {.source_id = bdf(0x3A, 2, 0), .address = Iova(0x7F45'2075'3ABC)});
  for (const char *part :
       {" 1. root entry of bus 3ah at 0x100003a0: 0000000000000000_", " 2. context entry of 02.0",
        " 3. second-stage PML4E", " 4. second-stage PDPE", " 5. second-stage PDE",
        " 6. second-stage PTE", "= 0x1234567000  page", "= 0x42  domain", "4 levels",
        " 7. verdict\n    -> permitted, goes to 0x1234567abc (4 KiB page, read and write)\n"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
}

TEST(GoldenExplain, GivesTheReasonOfAFault) {
  Machine machine;
  machine.enable_translation();
  const std::string text = explain(machine, {.source_id = bdf(1, 0, 0), .address = Iova(0)});
  EXPECT_THAT(text, HasSubstr("-> fault 01h: the root entry is not present"));
  EXPECT_THAT(text, HasSubstr("verdict\n    -> blocked, fault 01h (LRT.2)"));
  machine.memory.inject_error(machine.tables.root_table(), machine.tables.root_table());
  EXPECT_THAT(explain(machine, {.source_id = bdf(0, 0, 0), .address = Iova(0)}),
              HasSubstr("at 0x10000000: no data"));
}

TEST(GoldenExplain, DescribesEveryVerdict) {
  EXPECT_EQ(
      describe(Verdict{Translation{.address = HostAddr(0x1000), .snoop = false, .identity = true}}),
      "permitted, goes to 0x1000 (address unchanged, read and write, not snooped)");
  EXPECT_EQ(describe(Verdict{Translation{
                .address = HostAddr(0x20'0000), .page_size = PageSize::k2M, .write = false}}),
            "permitted, goes to 0x200000 (2 MiB page, read only)");
  EXPECT_EQ(describe(Verdict{Fault{FaultReason::kContextNotPresent, true, true}}),
            "blocked, fault 02h (LCT.2): the context entry is not present; not recorded because "
            "FPD is set");
  EXPECT_THAT(describe(Verdict{Blocked{}}), HasSubstr("unsupported request"));
  EXPECT_THAT(describe(Verdict{Blocked{Blocked::Cause::kProtectedMemory}}),
              HasSubstr("protected memory"));
  EXPECT_THAT(describe(Verdict{Interrupt{}}), HasSubstr("passed unchanged"));
  EXPECT_THAT(describe(Verdict{NoAccess{}}), HasSubstr("without touching"));
}

TEST(GoldenExplain, DescribesRequests) {
  EXPECT_EQ(
      describe(Request{
          .source_id = bdf(0, 0x1F, 2), .address = Iova(0xFEE0'1000), .kind = AccessKind::kWrite}),
      "write of 4 bytes at 0xfee01000 by 00:1f.2");
  EXPECT_EQ(describe(Request{.source_id = bdf(0x3A, 2, 0),
                             .address = Iova(0x1000),
                             .bytes = 64,
                             .at = AddressType::kTranslated,
                             .pasid = Pasid(0x12)}),
            "read of 64 bytes at 0x1000 by 3a:02.0, translated, PASID 0x12");
}

TEST(GoldenExplain, PrintsFaultsAsLinuxDoes) {
  EXPECT_EQ(dmesg_line({0xDEAD'B000, 0x8000'0005'0000'0030}),
            "DMAR: [DMA Write NO_PASID] Request device [00:06.0] fault addr 0xdeadb000 "
            "[fault reason 0x05] PTE Write access is not set");
  EXPECT_EQ(dmesg_line({0x7F45'2075'3000, 0xC000'0002'0000'3A10}),
            "DMAR: [DMA Read NO_PASID] Request device [3a:02.0] fault addr 0x7f4520753000 "
            "[fault reason 0x02] Present bit in context entry is clear");
  EXPECT_THAT(dmesg_line({0, 0x8000'0029'0000'0001}), HasSubstr("[fault reason 0x29] Unknown"));
}

TEST(GoldenExplain, EveryReasonHasItsOwnWords) {
  std::vector<std::string_view> seen;
  for (const FaultName &name : kFaultNames) {
    EXPECT_EQ(&fault_name(name.reason), &name);
    EXPECT_THAT(seen, ::testing::Not(::testing::Contains(name.description)));
    seen.push_back(name.description);
  }
}

}  // namespace
}  // namespace dmar::golden
