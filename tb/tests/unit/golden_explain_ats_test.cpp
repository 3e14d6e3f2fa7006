// SPDX-License-Identifier: Apache-2.0
// Explanations of translation requests, translated requests and posted interrupts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "golden/explain.hpp"
#include "golden/explanation.hpp"
#include "golden_fixture.hpp"
#include "tables/interrupt_table.hpp"
#include "tables/posted_descriptor.hpp"

namespace dmar::golden {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr SourceId kAsker = bdf(0, 5, 0);

TEST(GoldenExplainAts, Entries) {
  const auto text = [](std::uint64_t raw) { return describe(TranslationEntry{raw}); };
  EXPECT_EQ(text(0x12'3456'7003), "0x0000001234567003: RW, 4 KiB at 0x1234567000");
  EXPECT_EQ(text(0x1'400F'FC03), "0x00000001400ffc03: RWN, 2048 KiB at 0x140000000");
  EXPECT_EQ(text(6), "0x0000000000000006: WU, untranslated requests only");
  EXPECT_EQ(text(0), "0x0000000000000000: no access");
}

class GoldenExplainRequests : public ::testing::Test {
 protected:
  GoldenExplainRequests() {
    domain_.map(Iova(0x5000), HostAddr(0x9000));
    machine_.tables.attach(kAsker, domain_, {.device_tlb = true});
    machine_.enable_translation();
  }
  std::string explain(AddressType at, std::uint64_t address, bool no_write = false) {
    return explanation(machine_.unit, {.source_id = kAsker,
                                       .address = Iova(address),
                                       .bytes = 8,
                                       .at = at,
                                       .no_write = no_write});
  }

  Machine machine_{Config{.device_tlb = true, .no_write_flag = true}};
  Domain domain_ = machine_.tables.create_domain();
};

TEST_F(GoldenExplainRequests, TranslationRequest) {
  EXPECT_THAT(explain(AddressType::kTranslationRequest, 0x5000, true),
              AllOf(HasSubstr("Request: read of 8 bytes at 0x5000 by 00:05.0, translation request, "
                              "no write intended"),
                    HasSubstr("second-stage PTE"),
                    HasSubstr("Verdict: a translation completion, 0x0000000000009001: R, 4 KiB at "
                              "0x9000.")));
}

TEST_F(GoldenExplainRequests, AbortedTranslationRequest) {
  domain_.map(Iova(0x6000), HostAddr(0xFEE0'0000));
  EXPECT_THAT(explain(AddressType::kTranslationRequest, 0x6000),
              AllOf(HasSubstr("blocked with a completer abort, fault 0Eh"),
                    HasSubstr("Linux logs: DMAR: [DMA Read NO_PASID]")));
  EXPECT_THAT(explain(AddressType::kTranslated, 0xFEE0'0000),
              AllOf(HasSubstr(", translated"), HasSubstr("blocked, fault 0Eh")));
}

TEST(GoldenExplainPosting, DescriptorFieldByField) {
  Machine machine{Config{.posted_interrupts = true}};
  InterruptTable table(machine.memory, HostAddr(0x10'0000), 3);
  const PostedEntry entry{.vector = 0xA3, .descriptor = HostAddr(0x7FC0)};
  table.set_raw(2, entry.lo(), entry.hi());
  PostedDescriptor descriptor(machine.memory, HostAddr(0x7FC0));
  descriptor.clear(PostedDescriptor::notify(0xF2, 3));
  machine.write64(reg::kIrta, 0x10'0003);
  machine.command(gcmd::kSirtp);
  machine.command(gcmd::kIre);
  const Message message = remappable_message(2);
  const Request request{.source_id = kAsker,
                        .address = Iova(message.address),
                        .kind = AccessKind::kWrite,
                        .bytes = 4};
  EXPECT_THAT(explanation(machine.unit, request),
              AllOf(HasSubstr("interrupt entry 2h"), HasSubstr("PDA"), HasSubstr("= 0x7fc0"),
                    HasSubstr("posted descriptor at 0x7fc0"), HasSubstr("= 0xf2  vector of the"),
                    HasSubstr("bit 0xa3 of PIR is set, ON too, and 0x40f2 is sent to 0xfee03000"),
                    HasSubstr("Verdict: to be posted: not urgent vector 0xa3 to the descriptor at "
                              "0x7fc0.")));
  descriptor.clear(PostedDescriptor::notify(0xF2, 3) | PostedDescriptor::kSn);
  EXPECT_THAT(explanation(machine.unit, request), HasSubstr("SN suppresses the notification"));
  descriptor.clear(PostedDescriptor::kOn);
  EXPECT_THAT(explanation(machine.unit, request), HasSubstr("outstanding already"));
  descriptor.clear(4);
  EXPECT_THAT(explanation(machine.unit, request), HasSubstr("fault 28h"));
  machine.memory.inject_error(HostAddr(0x7FC0), HostAddr(0x7FFF));
  EXPECT_THAT(explanation(machine.unit, request), HasSubstr("fault 27h"));
  // Explaining changes nothing.
  machine.memory.clear_errors();
  EXPECT_EQ(descriptor.control(), 4U);
  EXPECT_TRUE(machine.unit.take_messages().empty());
}

}  // namespace
}  // namespace dmar::golden
