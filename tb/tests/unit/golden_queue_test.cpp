// SPDX-License-Identifier: Apache-2.0
// The invalidation queue: descriptors, head and tail, waits.
#include "golden_queue_fixture.hpp"

namespace dmar::golden {
namespace {

TEST_F(GoldenQueue, DecodesTheDigestVectors) {
  submit({0x11, 0});
  submit({0x50021, 0});
  submit({0x0000'0100'0005'0031, 0});
  submit({0xD2, 0});
  submit({0x500E2, 0});
  submit({0x500F2, 0x4020'0049});
  submit({0x3A10'0042'0031, 0});
  submit({0x0042'00F2, 0x7F45'2060'0009});
  EXPECT_EQ(machine_.fault_status(), 0u);
  EXPECT_EQ(machine_.read64(reg::kIqh), 0x80u);
  using C = ContextInvalidation;
  using I = IotlbInvalidation;
  const std::vector<Invalidation> expected{
      C{.granularity = 1},
      C{.granularity = 2, .domain = DomainId(5)},
      C{.granularity = 3, .domain = DomainId(5), .source_id = SourceId(0x100)},
      I{.granularity = 1, .drain_reads = true, .drain_writes = true},
      I{.granularity = 2, .domain = DomainId(5), .drain_reads = true, .drain_writes = true},
      I{.granularity = 3,
        .domain = DomainId(5),
        .address = Iova(0x4020'0000),
        .address_mask = 9,
        .leaf_only = true,
        .drain_reads = true,
        .drain_writes = true},
      C{.granularity = 3, .domain = DomainId(0x42), .source_id = SourceId(0x3A10)},
      I{.granularity = 3,
        .domain = DomainId(0x42),
        .address = Iova(0x7F45'2060'0000),
        .address_mask = 9,
        .drain_reads = true,
        .drain_writes = true}};
  EXPECT_EQ(seen_, expected);
}

TEST_F(GoldenQueue, WaitWritesItsStatus) {
  submit({0x0000'0002'0000'0025, 0x1234'5004});
  EXPECT_EQ(machine_.memory.read32(kStatus), 2u);
  EXPECT_EQ(machine_.memory.read32(HostAddr(0x1234'5008)), 0u);
  EXPECT_EQ(machine_.unit.take_status_writes(), (std::vector<StatusWrite>{{kStatus, 2}}));
  submit({0x1234'5678'0000'0025, 0x1'2345'6780});
  EXPECT_EQ(machine_.unit.take_status_writes(),
            (std::vector<StatusWrite>{{HostAddr(0x1'2345'6780), 0x1234'5678}}));
  EXPECT_TRUE(machine_.unit.take_status_writes().empty());
}

TEST_F(GoldenQueue, EveryMixOfWaitFlagsIsLegal) {
  for (std::uint64_t flags = 0; flags < 8; ++flags) {
    SCOPED_TRACE(flags);
    machine_.write32(reg::kIcs, kIcsIwc);
    submit({0x0000'0005'0000'0005 | (flags << 4), (flags & 2) != 0 ? 0x1234'5004u : 0u});
    EXPECT_EQ(machine_.fault_status(), 0u);
    EXPECT_EQ(machine_.read32(reg::kIcs), flags & 1);
    EXPECT_EQ(machine_.unit.take_status_writes().size(), (flags >> 1) & 1);
  }
}

TEST_F(GoldenQueue, StatusAddressIsCutAtTheHostWidth) {
  submit({0x0000'0005'0000'0025, 0xFFFF'C000'1234'5004});
  EXPECT_EQ(machine_.unit.take_status_writes(), (std::vector<StatusWrite>{{kStatus, 5}}));
}

TEST_F(GoldenQueue, CompletionEventObeysMaskAndPending) {
  machine_.write32(reg::kIeaddr, 0xFEE0'1000);
  machine_.write32(reg::kIeuaddr, 0x100);
  machine_.write32(reg::kIedata, 0x31);
  const std::vector<Message> one{{0x100'FEE0'1000, 0x31}};
  submit({0x55, 0});  // masked
  EXPECT_EQ(machine_.read32(reg::kIectl), event_control::kIm | event_control::kIp);
  EXPECT_TRUE(machine_.unit.take_messages().empty());
  machine_.write32(reg::kIectl, 0);
  EXPECT_EQ(machine_.unit.take_messages(), one);
  EXPECT_EQ(machine_.read32(reg::kIectl), 0u);
  submit({0x55, 0});  // IWC is still set
  EXPECT_TRUE(machine_.unit.take_messages().empty());
  machine_.write32(reg::kIcs, kIcsIwc);
  submit({0x55, 0});
  EXPECT_EQ(machine_.unit.take_messages(), one);
}

TEST_F(GoldenQueue, PendingCompletionEventIsWithdrawnWithItsStatus) {
  submit({0x15, 0});
  machine_.write32(reg::kIcs, kIcsIwc);
  EXPECT_EQ(machine_.read32(reg::kIectl), event_control::kIm);
  machine_.write32(reg::kIectl, 0);
  EXPECT_TRUE(machine_.unit.take_messages().empty());
}

TEST_F(GoldenQueue, HeadWrapsAtTheQueueSize) {
  for (unsigned i = 0; i < 300; ++i) submit(kWaitForFive);
  EXPECT_EQ(machine_.read64(reg::kIqh), (300 * 16) % 4096);
  EXPECT_EQ(machine_.unit.take_status_writes().size(), 300u);
  EXPECT_EQ(machine_.fault_status(), 0u);
}

TEST_F(GoldenQueue, LargerQueueWrapsLater) {
  machine_.write64(reg::kIqa, kBase | 1);
  for (unsigned slot = 0; slot < 512; ++slot) put(slot, kWaitForFive);
  machine_.write64(reg::kIqt, 0x1FF0);
  EXPECT_EQ(machine_.read64(reg::kIqh), 0x1FF0u);
  machine_.write64(reg::kIqt, 0);
  EXPECT_EQ(machine_.read64(reg::kIqh), 0u);
  EXPECT_EQ(machine_.unit.take_status_writes().size(), 512u);
}

TEST_F(GoldenQueue, TailSetBeforeEnablingIsProcessedAtEnable) {
  machine_.write32(reg::kGcmd, 0);
  put(0, kWaitForFive);
  machine_.write64(reg::kIqt, 16);
  EXPECT_TRUE(machine_.unit.take_status_writes().empty());
  machine_.command(gcmd::kQie);
  EXPECT_EQ(machine_.unit.take_status_writes().size(), 1u);
}

TEST_F(GoldenQueue, DisablingResetsTheHeadOnly) {
  submit(kWaitForFive);
  machine_.write32(reg::kGcmd, 0);
  EXPECT_EQ(machine_.read64(reg::kIqh), 0u);
  EXPECT_EQ(machine_.read64(reg::kIqt), 16u);
  EXPECT_EQ(machine_.read32(reg::kGsts), 0u);
}

TEST_F(GoldenQueue, AllOneHundredAndTwentyEightTypes) {
  for (unsigned type = 0; type < 128; ++type) {
    SCOPED_TRACE(type);
    const std::uint64_t qw0 = (std::uint64_t{type >> 4} << 9) | (type & 0xF) | 0x10;
    const Descriptor result = decode_descriptor({}, qw0, 0);
    const bool valid = type == 1 || type == 2 || type == 4 || type == 5;
    EXPECT_EQ(std::holds_alternative<QueueError>(result), !valid);
    if (!valid) {
      EXPECT_EQ(std::get<QueueError>(result), QueueError::kInvalidType);
    }
  }
}

// Which bits of each descriptor have a meaning; all others are reserved.
struct Layout {
  Pair valid;
  Pair known;
};

TEST_F(GoldenQueue, EveryReservedDescriptorBitIsRefused) {
  constexpr std::uint64_t kType = 0xE0F;
  const std::vector<Layout> layouts{
      {{0x11, 0}, {kType | 0x3'FFFF'FFFF'0030, 0}},
      {{0x12, 0}, {kType | 0xFFFF'00F0, 0xFFFF'FFFF'FFFF'F07F}},
      {{0x04, 0}, {kType | 0xFFFF'F800'0010, 0}},
      {{0x05, 0}, {kType | 0xFFFF'FFFF'0000'0070, 0xFFFF'FFFF'FFFF'FFFC}}};
  for (const Layout &layout : layouts) {
    for (unsigned n = 0; n < 128; ++n) {
      SCOPED_TRACE(::testing::Message() << "type " << layout.valid[0] << " bit " << n);
      Pair words = layout.valid;
      const std::uint64_t mask = std::uint64_t{1} << (n % 64);
      if ((layout.known[n / 64] & mask) != 0) continue;
      words[n / 64] |= mask;
      const Descriptor result = decode_descriptor({}, words[0], words[1]);
      ASSERT_TRUE(std::holds_alternative<QueueError>(result));
      EXPECT_EQ(std::get<QueueError>(result), QueueError::kReservedBit);
    }
  }
}

TEST_F(GoldenQueue, ReservedGranularityAndLargeMaskAreReservedBits) {
  const auto error = [](const Config &config, std::uint64_t qw0, std::uint64_t qw1) {
    const Descriptor result = decode_descriptor(config, qw0, qw1);
    const auto *found = std::get_if<QueueError>(&result);
    return found == nullptr ? QueueError::kNone : *found;
  };
  EXPECT_EQ(error({}, 0x01, 0), QueueError::kReservedBit);
  EXPECT_EQ(error({}, 0x02, 0), QueueError::kReservedBit);
  EXPECT_EQ(error({}, 0x32, 18), QueueError::kNone);
  EXPECT_EQ(error({}, 0x32, 19), QueueError::kReservedBit);
  EXPECT_EQ(error({}, 0x12, 19), QueueError::kNone);  // AM means nothing here
  EXPECT_EQ(error({.page_selective = false}, 0x32, 0), QueueError::kReservedBit);
}

TEST_F(GoldenQueue, InterruptEntriesAreInvalidatedByIndexOrAllAtOnce) {
  submit({0x04, 0});
  submit({0x0000'1230'1800'0014, 0});
  submit({0x0000'FFFF'F800'0014, 0});  // IM is not held to MHMV
  const std::vector<Invalidation> expected{
      InterruptInvalidation{},
      InterruptInvalidation{.all = false, .index = 0x1230, .index_mask = 3},
      InterruptInvalidation{.all = false, .index = 0xFFFF, .index_mask = 31}};
  EXPECT_EQ(seen_, expected);
  EXPECT_EQ(machine_.fault_status(), 0u);
}

TEST_F(GoldenQueue, WithoutInterruptRemappingThereIsNoTypeFour) {
  const Config config{
      .interrupt_remapping = false, .extended_interrupt_mode = false, .max_interrupt_mask = 0};
  EXPECT_EQ(decode_descriptor(config, 0x04, 0), Descriptor(QueueError::kInvalidType));
}

TEST_F(GoldenQueue, DomainIdIsCutAtItsWidth) {
  const Descriptor result = decode_descriptor({.domain_id_code = 2}, 0xFF05'0021, 0);
  EXPECT_EQ(std::get<ContextInvalidation>(result).domain, DomainId(5));
}

TEST_F(GoldenQueue, QueueWorksWithTranslationOffAndOn) {
  submit(kWaitForFive);
  machine_.enable_translation();
  submit(kWaitForFive);
  EXPECT_EQ(machine_.unit.take_status_writes().size(), 2u);
}

}  // namespace
}  // namespace dmar::golden
