// SPDX-License-Identifier: Apache-2.0
// The function that lends the unit its windows, and hides.
#include <fmt/core.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "cosim/unit_function.hpp"
#include "cosim_rtl_fixture.hpp"
#include "devices/ioapic.hpp"

namespace dmar::cosim {
namespace {

class CosimRtlFunction : public CosimRtl {
 protected:
  static constexpr std::uint64_t kRegisters = 0xFED9'0000;
  static constexpr std::uint64_t kIoapic = 0xFEC1'0000;
  static constexpr std::uint64_t kNothing = ~std::uint64_t{0};

  CosimRtlFunction() {
    function.add_window(0, {.base = kRegisters,
                            .read =
                                [this](std::uint64_t offset, unsigned bytes) {
                                  return unit.read(static_cast<std::uint32_t>(offset), bytes);
                                },
                            .write =
                                [this](std::uint64_t offset, unsigned bytes, std::uint64_t value) {
                                  unit.write(static_cast<std::uint32_t>(offset), bytes, value);
                                },
                            .reset = [this] { unit.reset(); }});
    function.add_window(
        1, {.base = kIoapic,
            .read = [this](std::uint64_t offset,
                           unsigned bytes) { return ioapic.read(offset, bytes); },
            .write = [this](std::uint64_t offset, unsigned bytes,
                            std::uint64_t value) { ioapic.write(offset, bytes, value); },
            .reset = [this] { ioapic.reset(); }});
  }

  void place() {
    function.config_write(0x10, 4, kRegisters);
    function.config_write(0x14, 4, kIoapic);
    function.config_write(0x04, 2, 2);
  }

  devices::Ioapic ioapic{[](const Message &) {}};
  UnitFunction function;
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

TEST_F(CosimRtlFunction, TakesMoreWindows) {
  std::vector<std::string> seen;
  const auto window = [&seen](std::string name) {
    return UnitFunction::Window{
        .base = 0xFE00'0000,
        .bytes = 1 << 20,
        .read =
            [&seen, name](std::uint64_t offset, unsigned bytes) {
              seen.push_back(fmt::format("{} read {:x} {}", name, offset, bytes));
              return std::uint64_t{0x77};
            },
        .write =
            [&seen, name](std::uint64_t offset, unsigned bytes, std::uint64_t value) {
              seen.push_back(fmt::format("{} write {:x} {} {:x}", name, offset, bytes, value));
            }};
  };
  function.add_window(4, window("configuration"));
  EXPECT_THROW(function.add_window(4, window("another")), std::invalid_argument);
  ASSERT_EQ(function.windows().size(), 3U);
  place();
  function.config_write(0x20, 4, function.windows().at(4).base);
  EXPECT_EQ(function.memory_read(0xFE01'2345, 1), 0x77U);
  function.memory_write(0xFE0F'FFFC, 4, 0xABCD);
  EXPECT_EQ(function.memory_read(0xFE10'0000, 4), kNothing);
  EXPECT_THAT(
      seen, testing::ElementsAre("configuration read 12345 1", "configuration write ffffc 4 abcd"));
  function.reset();  // a window need not know of it
  EXPECT_EQ(unit.statistics().resets, 1U);
}

}  // namespace
}  // namespace dmar::cosim
