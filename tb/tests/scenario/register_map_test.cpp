// SPDX-License-Identifier: Apache-2.0
// Walks every register of the map: reset, writable bits, write-1-to-clear, halves, holes, widths.
#include <fmt/format.h>

#include <set>
#include <string>

#include "tests/scenario/scenario.hpp"

namespace dmar {
namespace {

class RegisterMap : public Scenario {
 protected:
  // Storage that a write does nothing else with. QIE, TE and invalidation commands stay off
  // because only registers that are no commands, or the named event controls, are written.
  static bool is_storage(const RegisterSpec &spec) {
    if (spec.offset == reg::kPmen) return false;
    return !spec.command || spec.offset == reg::kFectl || spec.offset == reg::kIectl ||
           spec.offset == reg::kIqt;
  }
  static std::string where(const RegisterSpec &spec) {
    return fmt::format("{}[{}] at {:#x}", spec.name, spec.index, spec.offset);
  }
  static std::uint64_t all_ones(const RegisterSpec &spec) {
    return spec.bytes == 8 ? kAll64 : kAll32;
  }
  std::uint64_t value(const RegisterSpec &spec) { return unit().read(spec.offset, spec.bytes); }

  // PHM registers need not implement bits above the host address width (VT-d 11.4).
  std::uint64_t implemented(const RegisterSpec &spec, std::uint64_t value) const {
    const bool high = spec.offset == reg::kPhmbase || spec.offset == reg::kPhmlimit;
    return high ? value & bits(config().host_address_width - 1, 0) : value;
  }
};

TEST_P(RegisterMap, ResetValues) {
  for (const RegisterSpec &spec : register_map(config())) {
    EXPECT_EQ(value(spec), spec.reset & ~spec.write_only) << where(spec);
  }
}

TEST_P(RegisterMap, CapabilitiesAreThoseOfTheConfiguration) {
  EXPECT_EQ(unit().read(reg::kVer, 4), version(config()));
  EXPECT_EQ(unit().read(reg::kCap, 8), capability(config()));
  EXPECT_EQ(unit().read(reg::kEcap, 8), extended_capability(config()));
}

TEST_P(RegisterMap, AllOnesThenAllZeros) {
  for (const RegisterSpec &spec : register_map(config())) {
    if (!is_storage(spec)) continue;
    const std::uint64_t fixed = spec.reset & ~spec.writable;
    unit().write(spec.offset, spec.bytes, all_ones(spec));
    const std::uint64_t readable = spec.writable & ~spec.write_only;
    EXPECT_EQ(implemented(spec, value(spec)),
              implemented(spec, (fixed & ~spec.write_only) | readable))
        << where(spec) << " after all ones";
    unit().write(spec.offset, spec.bytes, 0);
    EXPECT_EQ(value(spec), fixed & ~spec.write_only) << where(spec) << " after zeros";
  }
}

// Every bit on its own, so that no two bits of a register are one flip-flop.
TEST_P(RegisterMap, EachBitAlone) {
  for (const RegisterSpec &spec : register_map(config())) {
    if (!is_storage(spec)) continue;
    const std::uint64_t fixed = spec.reset & ~spec.writable & ~spec.write_only;
    for (unsigned n = 0; n < 8 * spec.bytes; ++n) {
      unit().write(spec.offset, spec.bytes, bit(n));
      const std::uint64_t want = fixed | (bit(n) & spec.writable & ~spec.write_only);
      ASSERT_EQ(implemented(spec, value(spec)), implemented(spec, want))
          << where(spec) << " bit " << n;
    }
    unit().write(spec.offset, spec.bytes, spec.reset);
  }
}

// A 64-bit register is two 32-bit halves that do not disturb each other.
TEST_P(RegisterMap, HalvesOfWideRegisters) {
  for (const RegisterSpec &spec : register_map(config())) {
    if (spec.bytes != 8 || !is_storage(spec)) continue;
    const std::uint64_t readable = spec.writable & ~spec.write_only;
    const std::uint64_t fixed = spec.reset & ~spec.writable & ~spec.write_only;
    unit().write(spec.offset + 4, 4, kAll32);
    EXPECT_EQ(implemented(spec, value(spec)), implemented(spec, fixed | (readable & bits(63, 32))))
        << where(spec);
    unit().write(spec.offset, 4, kAll32);
    EXPECT_EQ(implemented(spec, value(spec)), implemented(spec, fixed | readable)) << where(spec);
    EXPECT_EQ(unit().read(spec.offset, 4), value(spec) & kAll32) << where(spec);
    EXPECT_EQ(unit().read(spec.offset + 4, 4), value(spec) >> 32) << where(spec);
    unit().write(spec.offset + 4, 4, 0);
    EXPECT_EQ(value(spec), fixed | (readable & kAll32)) << where(spec);
    unit().write(spec.offset, 4, 0);
    EXPECT_EQ(value(spec), fixed) << where(spec);
  }
}

TEST_P(RegisterMap, EightByteAccessOfTwoRegisters) {
  unit().write(reg::kFeaddr, 8, 0x1234'5678'FEE0'0004);
  EXPECT_EQ(unit().read(reg::kFeaddr, 4), 0xFEE0'0004U);
  EXPECT_EQ(unit().read(reg::kFeuaddr, 4), 0x1234'5678U);
  EXPECT_EQ(unit().read(reg::kFeaddr, 8), 0x1234'5678'FEE0'0004U);
  EXPECT_EQ(unit().read(reg::kGcmd, 8), 0U);  // GCMD reads 0, GSTS is 0
}

TEST_P(RegisterMap, HolesReadZeroAndIgnoreWrites) {
  std::set<std::uint32_t> known;
  for (const RegisterSpec &spec : register_map(config())) {
    for (unsigned at = 0; at < spec.bytes; at += 4) known.insert(spec.offset + at);
  }
  for (std::uint32_t offset = 0; offset < reg::kEnd; offset += 4) {
    if (known.contains(offset)) continue;
    unit().write(offset, 4, kAll32);
    ASSERT_EQ(unit().read(offset, 4), 0U) << fmt::format("{:#x}", offset);
  }
  for (const RegisterSpec &spec : register_map(config())) {
    EXPECT_EQ(value(spec), spec.reset & ~spec.write_only) << where(spec);
  }
}

// Some handlers read one record too many before they wrap (Xen).
TEST_P(RegisterMap, BytesAfterTheLastRecordAreEmpty) {
  const std::uint32_t after = reg::frcd(config().fault_records);
  for (std::uint32_t offset = after; offset < after + 16; offset += 8) {
    unit().write(offset, 8, kAll64);
    EXPECT_EQ(unit().read(offset, 8), 0U);
  }
}

TEST_P(RegisterMap, NarrowAndMisalignedWritesDoNothing) {
  constexpr std::uint32_t kValue = 0xFEE0'1230;
  unit().write(reg::kFeaddr, 4, kValue);
  for (const std::uint32_t at : {0U, 1U, 2U, 3U}) unit().write(reg::kFeaddr + at, 1, kAll32);
  for (const std::uint32_t at : {0U, 2U}) unit().write(reg::kFeaddr + at, 2, kAll32);
  unit().write(reg::kFeaddr + 1, 3, kAll32);
  unit().write(reg::kFeaddr, 3, kAll32);
  unit().write(reg::kFeaddr + 2, 4, kAll32);
  unit().write(reg::kFeaddr, 6, kAll64);
  EXPECT_EQ(unit().read(reg::kFeaddr, 8), kValue);
  EXPECT_EQ(unit().read(reg::kFedata, 4), 0U);
}

TEST_P(RegisterMap, MisalignedReadsGiveZero) {
  unit().write(reg::kFeaddr, 8, 0x8765'4321'FEEF'FFFC);
  EXPECT_EQ(unit().read(reg::kFeaddr + 2, 4), 0U);
  EXPECT_EQ(unit().read(reg::kFeaddr + 1, 4), 0U);
  EXPECT_EQ(unit().read(reg::kFeaddr + 3, 4), 0U);
}

// Command registers without their trigger are storage; the trigger byte lies in the upper half.
TEST_P(RegisterMap, CommandOperandsWithoutTrigger) {
  unit().write(reg::kCcmd, 4, kAll32);
  EXPECT_EQ(unit().read(reg::kCcmd, 8), 0xFFFFU);  // DID; SID is write-only
  unit().write(reg::kCcmd + 4, 4, 0x7FFF'FFFF);
  EXPECT_EQ(unit().read(reg::kCcmd, 8), 0x6000'0000'0000'FFFFU);
  unit().write(reg::kIotlb, 4, kAll32);
  EXPECT_EQ(unit().read(reg::kIotlb, 8), 0U);
  unit().write(reg::kIotlb + 4, 4, 0x7FFF'FFFF);
  EXPECT_EQ(unit().read(reg::kIotlb, 8), 0x3003'FFFF'0000'0000U);
}

DMAR_SCENARIO(RegisterMap);

}  // namespace
}  // namespace dmar
