// SPDX-License-Identifier: Apache-2.0
// Registers of the golden unit: values, access rules, command handshakes.
#include "golden_fixture.hpp"

namespace dmar::golden {
namespace {

TEST(GoldenRegisters, CapabilitiesOfTheDefaultBuild) {
  const Machine machine;
  EXPECT_EQ(machine.read32(reg::kVer), 0x10u);
  EXPECT_EQ(machine.read64(reg::kCap), 0x00D2'078C'606F'0606u);
  EXPECT_EQ(machine.read64(reg::kEcap), 0x0000'0000'00F0'50DBu);
}

TEST(GoldenRegisters, CapabilitiesFollowTheConfiguration) {
  const Config config{.host_address_width = 40,
                      .guest_address_width = 57,
                      .sagaw = 0b1000,
                      .super_pages = 1,
                      .domain_id_code = 2,
                      .fault_records = 1,
                      .max_address_mask = 9,
                      .protected_low = true,
                      .protected_high = true,
                      .zero_length_read = false,
                      .page_selective = false,
                      .pass_through = false,
                      .snoop_control = false,
                      .coherent = false,
                      .device_tlb = true,
                      .interrupt_remapping = false,
                      .extended_interrupt_mode = false,
                      .max_interrupt_mask = 0};
  // ND 2, PLMR, PHMR, SAGAW 57, MGAW 56, FRO 60h, SSLPS 2 MiB, NFR 0, DWD, DRD; no MAMV, because it
  // is valid only with PSI.
  EXPECT_EQ(capability(config), 0x00C0'0004'6038'0862u);
  EXPECT_EQ(extended_capability(config), 0x5006u);
}

// A unit that reports table widths reports what they need (VT-d 11.4.2).
TEST(GoldenRegisters, FromVersionSixOnTableWidthsNeedSecondStageSupport) {
  for (unsigned version = 1; version <= 7; ++version) {
    const Config config{.version_major = version};
    const std::uint64_t ssts = (extended_capability(config) >> 46) & 1;
    EXPECT_EQ((capability(config) >> 8) & 0x1F, config.sagaw);
    EXPECT_EQ(ssts, version >= 6 ? 1U : 0U) << version;
  }
}

TEST(GoldenRegisters, EachFeatureHasItsCapabilityBit) {
  const std::uint64_t cap = capability({});
  EXPECT_EQ(capability({.root_pointer_flush = true}) ^ cap, 1ULL << 63);
  EXPECT_EQ(capability({.interrupt_pointer_flush = true}) ^ cap, 1ULL << 62);
  EXPECT_EQ(capability({.write_buffer_flush = true}) ^ cap, 1ULL << 4);
  EXPECT_EQ(capability({.posted_interrupts = true}) ^ cap, 1ULL << 59);
  const std::uint64_t ecap = extended_capability({});
  EXPECT_EQ(extended_capability({.interrupt_remapping = false}) ^ ecap, 1ULL << 3);
  EXPECT_EQ(extended_capability({.extended_interrupt_mode = false}) ^ ecap, 1ULL << 4);
  EXPECT_EQ(extended_capability({.max_interrupt_mask = 4}) ^ ecap, 0xBULL << 20);
  EXPECT_EQ(extended_capability({.abort_mode = true}) ^ ecap, 1ULL << 52);
  EXPECT_EQ(extended_capability({.device_tlb = true}) ^ ecap, 1ULL << 2);
  EXPECT_EQ(extended_capability({.no_write_flag = true}) ^ ecap, 1ULL << 33);
}

TEST(GoldenRegisters, IllegalConfigurationsAreRefused) {
  Memory memory;
  const auto build = [&memory](const Config &config) { Unit unit(config, memory); };
  EXPECT_NO_THROW(build({}));
  EXPECT_THROW(build({.host_address_width = 53, .guest_address_width = 57}), std::invalid_argument);
  EXPECT_THROW(build({.guest_address_width = 45}), std::invalid_argument);
  EXPECT_THROW(build({.sagaw = 0}), std::invalid_argument);
  EXPECT_THROW(build({.sagaw = 0b10010}), std::invalid_argument);
  EXPECT_THROW(build({.super_pages = 2}), std::invalid_argument);
  EXPECT_THROW(build({.domain_id_code = 7}), std::invalid_argument);
  EXPECT_THROW(build({.fault_records = 0}), std::invalid_argument);
  EXPECT_THROW(build({.fault_records = 161}), std::invalid_argument);
  EXPECT_THROW(build({.host_address_width = 36, .guest_address_width = 38}), std::invalid_argument);
  EXPECT_THROW(build({.guest_address_width = 48, .sagaw = 0b1100}), std::invalid_argument);
  EXPECT_THROW(build({.max_address_mask = 64}), std::invalid_argument);
  EXPECT_THROW(build({.protected_align = 11}), std::invalid_argument);
  for (const unsigned version : {0u, 8u, 16u}) {
    EXPECT_THROW(build({.version_major = version}), std::invalid_argument);
  }
  EXPECT_NO_THROW(build({.version_major = 7}));
  EXPECT_THROW(build({.max_interrupt_mask = 16}), std::invalid_argument);
  EXPECT_NO_THROW(build({.extended_interrupt_mode = false, .max_interrupt_mask = 0}));
  EXPECT_THROW(build({.interrupt_remapping = false, .max_interrupt_mask = 0}),
               std::invalid_argument);
  EXPECT_THROW(build({.interrupt_remapping = false, .extended_interrupt_mode = false}),
               std::invalid_argument);
  EXPECT_NO_THROW(build(
      {.interrupt_remapping = false, .extended_interrupt_mode = false, .max_interrupt_mask = 0}));
}

class GoldenRegisterMap : public ::testing::TestWithParam<bool> {
 protected:
  Config config_{.protected_low = GetParam(), .protected_high = GetParam()};
  Machine machine_{config_};
};

TEST_P(GoldenRegisterMap, EveryRegisterResetsAsSpecified) {
  for (const RegisterSpec &spec : register_map(config_)) {
    SCOPED_TRACE(spec.name);
    EXPECT_EQ(machine_.unit.read(spec.offset, spec.bytes), spec.reset & ~spec.write_only);
  }
}

TEST_P(GoldenRegisterMap, PlainRegistersKeepExactlyTheirWritableBits) {
  for (const RegisterSpec &spec : register_map(config_)) {
    if (spec.command || spec.offset == reg::kPmen) continue;
    SCOPED_TRACE(spec.name);
    for (const std::uint64_t value : {kAll64, std::uint64_t{0}, 0xA5A5'5A5A'1234'9876}) {
      machine_.unit.write(spec.offset, spec.bytes, value);
      EXPECT_EQ(machine_.unit.read(spec.offset, spec.bytes),
                ((spec.reset & ~spec.writable) | (value & spec.writable)) & ~spec.write_only);
    }
  }
}

TEST_P(GoldenRegisterMap, HolesReadZeroAndIgnoreWrites) {
  std::vector<bool> used(reg::kEnd, false);
  for (const RegisterSpec &spec : register_map(config_)) {
    for (unsigned i = 0; i < spec.bytes; ++i) used.at(spec.offset + i) = true;
  }
  for (std::uint32_t offset = 0; offset < reg::kEnd; offset += 4) {
    if (used[offset]) continue;
    machine_.write32(offset, 0xFFFF'FFFF);
    EXPECT_EQ(machine_.read32(offset), 0u) << std::hex << offset;
  }
}

INSTANTIATE_TEST_SUITE_P(ProtectedMemory, GoldenRegisterMap, ::testing::Bool());

TEST(GoldenRegisters, UnsupportedAccessesReadZeroAndWriteNothing) {
  Machine machine;
  machine.write32(reg::kFeaddr, 0xFEE0'1000);
  for (const unsigned bytes : {1u, 2u, 16u}) {
    EXPECT_EQ(machine.unit.read(reg::kFeaddr, bytes), 0u);
    machine.unit.write(reg::kFeaddr, bytes, 0);
  }
  EXPECT_EQ(machine.unit.read(reg::kFeaddr + 4, 8), 0u);
  EXPECT_EQ(machine.unit.read(reg::kFeaddr + 2, 4), 0u);
  EXPECT_EQ(machine.unit.read(reg::kEnd, 4), 0u);
  machine.unit.write(reg::kFeaddr - 4, 8, 0);
  machine.unit.write(reg::kEnd, 8, 1);
  EXPECT_EQ(machine.read32(reg::kFeaddr), 0xFEE0'1000u);
}

TEST(GoldenRegisters, WideAccessIsTwoNarrowOnes) {
  Machine machine;
  machine.write64(reg::kFectl, 0x0000'0022'0000'0000);
  EXPECT_EQ(machine.read32(reg::kFectl), 0u);
  EXPECT_EQ(machine.read32(reg::kFedata), 0x22u);
  machine.write32(reg::kRtaddr + 4, 0x1234'5678);
  machine.write32(reg::kRtaddr, 0x9ABC'D000);
  EXPECT_EQ(machine.read64(reg::kRtaddr), 0x1234'5678'9ABC'D000u);
}

TEST(GoldenRegisters, RootPointerTakesEffectOnlyWithSrtp) {
  Machine machine;
  machine.write64(reg::kRtaddr, 0x1'2345'7BFF);
  EXPECT_EQ(machine.read64(reg::kRtaddr), 0x1'2345'7800u);
  EXPECT_EQ(machine.unit.control().root_table, 0u);
  machine.command(gcmd::kSrtp);
  EXPECT_EQ(machine.read32(reg::kGsts), gsts::kRtps);
  EXPECT_EQ(machine.unit.control().root_table, 0x1'2345'7800u);
  machine.write64(reg::kRtaddr, 0);
  EXPECT_EQ(machine.unit.control().root_table, 0x1'2345'7800u);
  EXPECT_EQ(machine.read32(reg::kGcmd), 0u);
}

TEST(GoldenRegisters, UnsupportedCommandsChangeNothing) {
  Machine machine;
  machine.write32(reg::kGcmd, 0x387F'FFFF);  // SFL, EAFL, WBF, reserved bits
  EXPECT_EQ(machine.read32(reg::kGsts), 0u);
  machine.write32(reg::kGsts, 0xFFFF'FFFF);
  EXPECT_EQ(machine.read32(reg::kGsts), 0u);
}

TEST(GoldenRegisters, StatusWrittenBackReTriggersHarmlessly) {
  Machine machine;
  machine.write64(reg::kRtaddr, 0x5000);
  machine.write32(reg::kGcmd, gcmd::kSrtp | gcmd::kQie);
  machine.write32(reg::kGcmd, machine.read32(reg::kGsts) | gcmd::kTe);
  EXPECT_EQ(machine.read32(reg::kGsts), gsts::kTes | gsts::kRtps | gsts::kQies);
  EXPECT_EQ(machine.unit.control().root_table, 0x5000u);
  EXPECT_TRUE(machine.unit.control().translation_enabled);
  machine.write32(reg::kGcmd, gcmd::kQie);
  EXPECT_EQ(machine.read32(reg::kGsts), gsts::kRtps | gsts::kQies);
  EXPECT_FALSE(machine.unit.control().translation_enabled);
}

TEST(GoldenRegisters, ContextCommandReportsWhatItDid) {
  Machine machine;
  std::vector<Invalidation> seen;
  machine.unit.observe_invalidations([&](const Invalidation &what) { seen.push_back(what); });
  machine.write64(reg::kCcmd, 0xA000'0000'0000'0000);
  EXPECT_EQ(machine.read64(reg::kCcmd), 0x2800'0000'0000'0000u);
  // Device-selective, as a 32-bit driver writes it; SID and FM cannot be read back.
  machine.write32(reg::kCcmd, 0x0100'0005);
  EXPECT_EQ(seen.size(), 1u);
  machine.write32(reg::kCcmd + 4, 0xE000'0002);
  EXPECT_EQ(machine.read64(reg::kCcmd), 0x7800'0000'0000'0005u);
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(seen[1], Invalidation(ContextInvalidation{.granularity = granularity::kDeviceOrPage,
                                                      .domain = DomainId(5),
                                                      .source_id = SourceId(0x100),
                                                      .function_mask = 2}));
  machine.write64(reg::kCcmd, 0x8000'0000'0000'0000);  // reserved granularity
  EXPECT_EQ(machine.read64(reg::kCcmd), 0u);
}

TEST(GoldenRegisters, IotlbCommandReportsWhatItDid) {
  Machine machine;
  std::vector<Invalidation> seen;
  machine.unit.observe_invalidations([&](const Invalidation &what) { seen.push_back(what); });
  machine.write64(reg::kIotlb, 0x9001'0000'0000'0000);
  EXPECT_EQ(machine.read64(reg::kIotlb), 0x1201'0000'0000'0000u);
  machine.write64(reg::kIva, 0x4020'0049);
  machine.write64(reg::kIotlb, 0xB003'0005'0000'0000);
  EXPECT_EQ(machine.read64(reg::kIotlb), 0x3603'0005'0000'0000u);
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(seen[1], Invalidation(IotlbInvalidation{.granularity = granularity::kDeviceOrPage,
                                                    .domain = DomainId(5),
                                                    .address = Iova(0x4020'0000),
                                                    .address_mask = 9,
                                                    .leaf_only = true,
                                                    .drain_reads = true,
                                                    .drain_writes = true}));
  machine.write64(reg::kIva, 19);  // above MAMV
  machine.write64(reg::kIotlb, 0xB000'0005'0000'0000);
  EXPECT_EQ(machine.read64(reg::kIotlb), 0x3000'0005'0000'0000u);
  machine.write64(reg::kIotlb, 0x8000'0005'0000'0000);
  EXPECT_EQ(machine.read64(reg::kIotlb), 0x0000'0005'0000'0000u);
  EXPECT_EQ(seen.size(), 2u);
}

TEST(GoldenRegisters, PageCommandBecomesDomainWithoutPageSelection) {
  Machine machine({.page_selective = false});
  machine.write64(reg::kIotlb, 0xB000'0005'0000'0000);
  EXPECT_EQ(machine.read64(reg::kIotlb), 0x3400'0005'0000'0000u);
}

TEST(GoldenRegisters, RegisterInvalidationFailsBesideTheQueue) {
  Machine machine;
  machine.command(gcmd::kQie);
  machine.write64(reg::kCcmd, 0xA000'0000'0000'0000);
  EXPECT_EQ(machine.read64(reg::kCcmd), 0x2000'0000'0000'0000u);
  machine.write64(reg::kIotlb, 0x9000'0000'0000'0000);
  EXPECT_EQ(machine.read64(reg::kIotlb), 0x1000'0000'0000'0000u);
}

TEST(GoldenRegisters, RegisterInvalidationFailsOutsideLegacyModeAndFromVersionSix) {
  Machine scalable;
  scalable.write64(reg::kRtaddr, 0x400);
  scalable.command(gcmd::kSrtp);
  scalable.write64(reg::kCcmd, 0xA000'0000'0000'0000);
  EXPECT_EQ(scalable.read64(reg::kCcmd), 0x2000'0000'0000'0000u);
  for (const unsigned version : {5u, 6u, 7u}) {
    Machine machine({.version_major = version});
    machine.write64(reg::kIotlb, 0x9000'0000'0000'0000);
    machine.write64(reg::kCcmd, 0xA000'0000'0000'0000);
    const bool allowed = version == 5;
    EXPECT_EQ(machine.read64(reg::kIotlb),
              allowed ? 0x1200'0000'0000'0000u : 0x1000'0000'0000'0000u);
    EXPECT_EQ(machine.read64(reg::kCcmd),
              allowed ? 0x2800'0000'0000'0000u : 0x2000'0000'0000'0000u);
  }
}

TEST(GoldenRegisters, ProtectedMemoryStatusFollowsItsEnable) {
  Machine machine({.protected_low = true});
  machine.write32(reg::kPmen, 0xFFFF'FFFF);
  EXPECT_EQ(machine.read32(reg::kPmen), 0x8000'0001u);
  EXPECT_TRUE(machine.unit.control().protection_enabled);
  machine.write32(reg::kPmen, 0);
  EXPECT_EQ(machine.read32(reg::kPmen), 0u);
  Machine without;
  without.write32(reg::kPmen, 0xFFFF'FFFF);
  EXPECT_EQ(without.read32(reg::kPmen), 0u);
}

TEST(GoldenRegisters, ProtectedMemoryGranuleCanBeDiscovered) {
  Machine machine({.protected_low = true, .protected_high = true, .protected_align = 24});
  machine.write32(reg::kPlmbase, 0xFFFF'FFFF);
  EXPECT_EQ(machine.read32(reg::kPlmbase), 0xFF00'0000u);
  machine.write64(reg::kPhmlimit, kAll64);
  EXPECT_EQ(machine.read64(reg::kPhmlimit), 0xFFFF'FFFF'FF00'0000u);
}

TEST(GoldenRegisters, ResetForgetsEverything) {
  Machine machine;
  machine.enable_translation();
  machine.unit.translate({.source_id = bdf(1, 0, 0), .address = Iova(0)});
  ASSERT_TRUE(machine.record(0).valid());
  machine.unit.reset();
  EXPECT_EQ(machine.unit.control(), ControlState{});
  for (const RegisterSpec &spec : register_map({})) {
    EXPECT_EQ(machine.unit.read(spec.offset, spec.bytes), spec.reset & ~spec.write_only);
  }
}

}  // namespace
}  // namespace dmar::golden
