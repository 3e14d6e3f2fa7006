// SPDX-License-Identifier: Apache-2.0
// The function that lends the unit its windows, and hides.
#include "cosim/unit_function.hpp"
#include "cosim_rtl_fixture.hpp"

namespace dmar::cosim {
namespace {

class CosimRtlFunction : public CosimRtl {
 protected:
  static constexpr std::uint64_t kRegisters = 0xFED9'0000;
  static constexpr std::uint64_t kIoapic = 0xFEC1'0000;
  static constexpr std::uint64_t kNothing = ~std::uint64_t{0};

  void place() {
    function.config_write(0x10, 4, kRegisters);
    function.config_write(0x14, 4, kIoapic);
    function.config_write(0x04, 2, 2);
  }

  devices::Ioapic ioapic{[](const Message &) {}};
  UnitFunction function{unit, ioapic};
};

TEST_F(CosimRtlFunction, ShowsTwoWindowsOfAPage) {
  for (const std::uint32_t bar : {0x10U, 0x14U}) {
    EXPECT_EQ(function.config_read(bar, 4), 0U);
    function.config_write(bar, 4, 0xFFFF'FFFF);
    EXPECT_EQ(function.config_read(bar, 4), 0xFFFF'F000U);
    function.config_write(bar, 4, 0);
  }
  for (const std::uint32_t bar : {0x18U, 0x1CU, 0x20U, 0x24U, 0x28U, 0x30U}) {
    function.config_write(bar, 4, 0xFFFF'FFFF);
    EXPECT_EQ(function.config_read(bar, 4), 0U);
  }
}

TEST_F(CosimRtlFunction, LeadsToUnitAndIoapic) {
  EXPECT_EQ(function.memory_read(kRegisters, 4), kNothing);  // nobody has placed it
  place();
  EXPECT_EQ(function.memory_read(kRegisters, 4), version(unit.config()));
  EXPECT_EQ(function.memory_read(kRegisters + 8, 8), capability(unit.config()));
  function.memory_write(kRegisters + reg::kFedata, 4, 0x27);
  EXPECT_EQ(unit.read(reg::kFedata, 4), 0x27U);
  function.memory_write(kIoapic, 4, 1);
  EXPECT_EQ(function.memory_read(kIoapic + 0x10, 4), devices::Ioapic::kVersion);
  EXPECT_EQ(function.memory_read(kRegisters - 4, 4), kNothing);
  EXPECT_EQ(function.memory_read(kRegisters + 0x1000, 4), kNothing);
  function.memory_write(kRegisters + 0x1000 + reg::kFedata, 4, 0x99);
  EXPECT_EQ(unit.read(reg::kFedata, 4), 0x27U);
  expect_agreement();
}

TEST_F(CosimRtlFunction, HidesAndStaysWhereItIs) {
  place();
  function.hide();
  EXPECT_EQ(function.config_read(0, 4), 0xFFFF'FFFFU);
  EXPECT_EQ(function.config_read(0x10, 2), 0xFFFFU);
  EXPECT_EQ(function.config_read(0x3D, 1), 0xFFU);
  function.config_write(0x10, 4, 0xE000'0000);
  function.config_write(0x04, 2, 0);
  EXPECT_EQ(function.memory_read(kRegisters, 4), version(unit.config()));
  EXPECT_EQ(function.memory_read(0xE000'0000, 4), kNothing);
}

// Firmware resets devices that nobody has used yet; that is no reset of the unit.
TEST_F(CosimRtlFunction, ResetsWhatWasUsed) {
  function.reset();
  EXPECT_EQ(unit.statistics().resets, 0U);
  place();
  function.hide();
  function.memory_write(kRegisters + reg::kFedata, 4, 0x27);
  function.memory_write(kIoapic, 4, 0x10);
  function.memory_write(kIoapic + 0x10, 4, 0x31);
  EXPECT_EQ(ioapic.entry(0) & 0xFF, 0x31U);
  function.reset();
  EXPECT_EQ(unit.statistics().resets, 1U);
  EXPECT_EQ(unit.read(reg::kFedata, 4), 0U);
  EXPECT_NE(ioapic.entry(0) & 0x1'0000, 0U);
  EXPECT_EQ(function.config_read(0x10, 4), 0U);  // not hidden, not placed
  EXPECT_EQ(function.memory_read(kRegisters, 4), kNothing);
  function.reset();
  EXPECT_EQ(unit.statistics().resets, 1U);
}

TEST_F(CosimRtlFunction, IsIdleWhenTheUnitIs) {
  EXPECT_TRUE(function.idle());
  unit.submit(request(AccessKind::kRead));
  EXPECT_FALSE(function.idle());
  while (!unit.at_rest()) unit.run(100);
  EXPECT_TRUE(function.idle());
}

}  // namespace
}  // namespace dmar::cosim
