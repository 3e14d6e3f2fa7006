// SPDX-License-Identifier: Apache-2.0
// The commands and registers of interrupt remapping, and write buffer flush.
#include "golden_interrupt_fixture.hpp"

namespace dmar::golden {
namespace {

const Config kNoInterrupts{
    .interrupt_remapping = false, .extended_interrupt_mode = false, .max_interrupt_mask = 0};

TEST(GoldenInterruptRegisters, TableTakesEffectOnlyWithSirtp) {
  Machine machine;
  machine.write64(reg::kIrta, 0x1'0000'080F);
  EXPECT_EQ(machine.read64(reg::kIrta), 0x1'0000'080Fu);
  EXPECT_EQ(machine.unit.control().interrupt_table, 0u);
  machine.command(gcmd::kSirtp);
  EXPECT_EQ(machine.read32(reg::kGsts), gsts::kIrtps);
  EXPECT_EQ(machine.unit.control().interrupt_table, 0x1'0000'080Fu);
  machine.write64(reg::kIrta, 0);
  EXPECT_EQ(machine.unit.control().interrupt_table, 0x1'0000'080Fu);
}

TEST(GoldenInterruptRegisters, TableKeepsItsWritableBits) {
  const auto written = [](const Config &config) {
    Machine machine(config);
    machine.write64(reg::kIrta, kAll64);
    return machine.read64(reg::kIrta);
  };
  EXPECT_EQ(written({}), 0xFFFF'FFFF'FFFF'F80Fu);
  EXPECT_EQ(written({.extended_interrupt_mode = false}), 0xFFFF'FFFF'FFFF'F00Fu);
  EXPECT_EQ(written(kNoInterrupts), 0u);
}

TEST(GoldenInterruptRegisters, StatusOfARunningSystem) {
  Machine machine;
  machine.command(gcmd::kQie);
  machine.command(gcmd::kSirtp);
  machine.command(gcmd::kIre);
  machine.enable_translation();
  EXPECT_EQ(machine.read32(reg::kGsts), 0xC700'0000u);
  machine.write32(reg::kGcmd, 0x8600'0000);
  EXPECT_EQ(machine.read32(reg::kGsts), 0xC700'0000u);
}

TEST(GoldenInterruptRegisters, LevelsFollowTheirCommands) {
  Machine machine;
  machine.write32(reg::kGcmd, gcmd::kCfi);
  EXPECT_EQ(machine.read32(reg::kGsts), gsts::kCfis);
  EXPECT_TRUE(machine.unit.control().compatibility_allowed);
  EXPECT_FALSE(machine.unit.control().interrupt_enabled);
  machine.write32(reg::kGcmd, gcmd::kIre);
  EXPECT_EQ(machine.read32(reg::kGsts), gsts::kIres);
  EXPECT_FALSE(machine.unit.control().compatibility_allowed);
  EXPECT_TRUE(machine.unit.control().interrupt_enabled);
  machine.write32(reg::kGcmd, 0);
  EXPECT_EQ(machine.read32(reg::kGsts), 0u);
  EXPECT_FALSE(machine.unit.control().interrupt_enabled);
}

TEST(GoldenInterruptRegisters, OneWriteMayAskForEverything) {
  Machine machine;
  machine.write64(reg::kRtaddr, 0x5000);
  machine.write64(reg::kIrta, 0x6003);
  machine.write32(reg::kGcmd, 0xFFFF'FFFF);
  EXPECT_EQ(machine.read32(reg::kGsts),
            gsts::kTes | gsts::kRtps | gsts::kQies | gsts::kIres | gsts::kIrtps | gsts::kCfis);
  EXPECT_EQ(machine.unit.control(), (ControlState{.translation_enabled = true,
                                                  .root_table = 0x5000,
                                                  .interrupt_enabled = true,
                                                  .compatibility_allowed = true,
                                                  .interrupt_table = 0x6003}));
}

TEST(GoldenInterruptRegisters, StatusWrittenBackReTriggersHarmlessly) {
  InterruptMachine machine;
  machine.entries.set(0, {});
  machine.write32(reg::kGcmd, machine.read32(reg::kGsts) | gcmd::kCfi);
  EXPECT_EQ(machine.read32(reg::kGsts), gsts::kIres | gsts::kIrtps | gsts::kCfis);
  EXPECT_THAT(machine.interrupt(SourceId(0), remappable_message(0)),
              LeavesAs(0xFEE0'0000u, 0x4031u));
}

TEST(GoldenInterruptRegisters, WithoutTheFeatureCommandsChangeNothing) {
  Machine machine(kNoInterrupts);
  machine.write32(reg::kGcmd, gcmd::kIre | gcmd::kSirtp | gcmd::kCfi | gcmd::kWbf);
  EXPECT_EQ(machine.read32(reg::kGsts), 0u);
  EXPECT_EQ(machine.unit.control(), ControlState{});
  EXPECT_THAT(machine.unit.translate(interrupt_request_of(SourceId(1), remappable_message(0))),
              LeavesAs(0xFEE0'0010u, 0u));
}

TEST(GoldenInterruptRegisters, WriteBufferFlushIsOverWhenTheWriteIs) {
  Machine machine({.write_buffer_flush = true});
  machine.write32(reg::kGcmd, gcmd::kWbf | gcmd::kQie);
  EXPECT_EQ(machine.read32(reg::kGsts), gsts::kQies);
}

TEST(GoldenInterruptRegisters, RecordIndexStartsAgainWhenNothingIsRemapped) {
  InterruptMachine machine;
  const auto fault = [&machine](std::uint16_t source_id) {
    machine.interrupt(SourceId(source_id), remappable_message(0));
  };
  fault(1);
  machine.write32(reg::kGcmd, 0);
  machine.clear_record(0);
  machine.write32(reg::kGcmd, gcmd::kIre);
  fault(2);
  EXPECT_EQ(machine.record(0).source_id(), SourceId(2));
}

TEST(GoldenInterruptRegisters, RecordIndexGoesOnWhileOneOfTheTwoIsOn) {
  InterruptMachine machine;
  const auto fault = [&machine](std::uint16_t source_id) {
    machine.interrupt(SourceId(source_id), remappable_message(0));
  };
  fault(1);
  machine.write32(reg::kGcmd, gcmd::kIre | gcmd::kTe);
  machine.write32(reg::kGcmd, gcmd::kTe);
  machine.write32(reg::kGcmd, gcmd::kIre | gcmd::kTe);
  fault(2);
  machine.write32(reg::kGcmd, gcmd::kIre);
  fault(3);
  for (std::uint16_t n = 0; n < 3; ++n) {
    EXPECT_EQ(machine.record(n).source_id(), SourceId(static_cast<std::uint16_t>(n + 1)));
  }
}

TEST(GoldenInterruptRegisters, FaultsOfInterruptsCollapseWithThoseOfDma) {
  InterruptMachine machine;
  machine.enable_translation();
  machine.unit.translate({.source_id = SourceId(7), .address = Iova(0x1000)});
  machine.interrupt(SourceId(7), remappable_message(0));
  EXPECT_EQ(machine.record(0).reason(), 0x01);
  EXPECT_FALSE(machine.record(1).valid());
}

}  // namespace
}  // namespace dmar::golden
