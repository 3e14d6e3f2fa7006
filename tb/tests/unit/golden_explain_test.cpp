// SPDX-License-Identifier: Apache-2.0
// Words: the steps of a translation, verdicts, and the lines Linux prints.
#include "dmar/fault_names.hpp"
#include "golden/explain.hpp"
#include "golden_interrupt_fixture.hpp"

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

TEST(GoldenExplain, DecodesTheEntryOfAnInterrupt) {
  InterruptMachine machine;
  machine.entries.set_raw(0x30, 0x0000'0F00'0052'003D, 0x6'F0F8);
  Request request = interrupt_request_of(SourceId(0xF0F8), remappable_message(0x2E, 2));
  EXPECT_EQ(explain(machine, request),
            " 1. interrupt address range\n"
            "    -> untranslated, without PASID, into FEEx_xxxxh: never DMA-remapped\n"
            " 2. interrupt request in remappable format\n"
            "      handle               = 0x2e  A[2], A[19:5]\n"
            "      SHV                  = 0x1  sub-handle valid\n"
            "      sub-handle           = 0x2  D[15:0]\n"
            "      reserved             = 0x0  D[31:16]\n"
            "      index                = 0x30  of 256 entries\n"
            "    -> the index lies in the table\n"
            " 3. interrupt entry 30h at 0x30000300: 000000000006f0f8_00000f000052003d\n"
            "      P                    = 0x1  present\n"
            "      FPD                  = 0x0  fault processing disable\n"
            "      DM                   = 0x1  logical\n"
            "      RH                   = 0x1  redirection hint\n"
            "      TM                   = 0x1  level\n"
            "      DLM                  = 0x1  lowest priority\n"
            "      IM                   = 0x0  remapped\n"
            "      V                    = 0x52  vector\n"
            "      DST                  = 0xf  APIC id of 8 bits\n"
            "      SID                  = 0xf0f8\n"
            "      SQ                   = 0x2\n"
            "      SVT                  = 0x1  requester f0:1f.0, compared bits 0xfff9\n"
            "      reserved             = 0x0\n"
            "      reserved (high half) = 0x0\n"
            "    -> present, valid, and the requester may use it\n"
            " 4. verdict\n"
            "    -> an interrupt message, remapped: 0xfee0f00c with data 0xc152\n");
  request.source_id = SourceId(0xF0F9);
  EXPECT_THAT(explain(machine, request),
              HasSubstr("-> fault 26h: the interrupt entry belongs to another requester\n"));
}

TEST(GoldenExplain, SaysWhyAnInterruptDoesNotReachTheTable) {
  InterruptMachine machine;
  const auto text = [&machine](const Message &message) {
    return explain(machine, interrupt_request_of(SourceId(1), message));
  };
  EXPECT_THAT(text(remappable_message(0x100)),
              HasSubstr("= 0x100  of 256 entries\n    -> fault 21h: the interrupt index lies"));
  EXPECT_THAT(text({0xFEE0'1000, 0}), HasSubstr("blocked because GSTS.CFIS = 0"));
  machine.command(gcmd::kCfi);
  EXPECT_THAT(text({0xFEE0'1000, 0}), HasSubstr("let through because GSTS.CFIS = 1"));
  machine.set_table(InterruptMachine::kTable | irta::kEime | 7);
  EXPECT_THAT(text({0xFEE0'1000, 0}), HasSubstr("never let through while IRTA.EIME = 1"));
  machine.memory.inject_error(machine.entries.base(), machine.entries.base());
  EXPECT_THAT(text(remappable_message(0)),
              HasSubstr("interrupt entry 0h at 0x30000000: no data\n    -> fault 23h"));
  machine.write32(reg::kGcmd, 0);
  EXPECT_THAT(text(remappable_message(0)), HasSubstr("GSTS.IRES = 0"));
}

TEST(GoldenExplain, NamesTheSourcesThatAnEntryAccepts) {
  InterruptMachine machine;
  const auto text = [&machine](unsigned validation) {
    machine.entries.set(0, {.source_id = SourceId(0x0508), .source_validation = validation});
    return explain(machine, interrupt_request_of(SourceId(0x0600), remappable_message(0)));
  };
  EXPECT_THAT(text(0), HasSubstr("SVT                  = 0x0  any requester"));
  EXPECT_THAT(text(2), HasSubstr("SVT                  = 0x2  requesters of buses 05h to 08h"));
  EXPECT_THAT(text(3), HasSubstr("SVT                  = 0x3  reserved"));
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
  EXPECT_EQ(describe(Verdict{Interrupt{.message = {0xFEE0'1000, 0x4021}}}),
            "an interrupt message, passed unchanged: 0xfee01000 with data 0x4021");
  EXPECT_EQ(describe(Verdict{Interrupt{.message = {0xFEE0'300C, 0xC041}, .remapped = true}}),
            "an interrupt message, remapped: 0xfee0300c with data 0xc041");
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
  EXPECT_EQ(dmesg_line({0x0025'0000'0000'0000, 0x8000'0026'0000'3A11}),
            "DMAR: [INTR-REMAP] Request device [3a:02.1] fault index 0x25 [fault reason 0x26] "
            "Blocked an interrupt request due to source-id verification failure");
  EXPECT_EQ(dmesg_line({0, 0x8000'0025'0000'00FA}),
            "DMAR: [INTR-REMAP] Request device [00:1f.2] fault index 0x0 [fault reason 0x25] "
            "Blocked a compatibility format interrupt request");
  EXPECT_THAT(dmesg_line({0, 0x8000'0033'0000'0001}), HasSubstr("[fault reason 0x33] Unknown"));
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
