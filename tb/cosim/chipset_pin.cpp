// SPDX-License-Identifier: Apache-2.0
// See chipset_pin.hpp.
#include "cosim/chipset_pin.hpp"

#include <fmt/core.h>

#include <memory>

#include "cosim/machine_options.hpp"
#include "devices/ioapic.hpp"

namespace dmar::cosim {

namespace {

constexpr std::uint64_t kIndex = place::kChipsetIoapic;
constexpr std::uint64_t kWindow = place::kChipsetIoapic + 0x10;
constexpr std::uint32_t kFirstEntry = 0x10;
constexpr std::uint64_t kMasked = std::uint64_t{1} << 16;
constexpr std::uint64_t kRemappable = std::uint64_t{1} << 48;

}  // namespace

void ChipsetPin::set(unsigned input, bool asserted, devices::DmaPort &port) {
  const auto drive = [this, input](bool level) {
    qtest_.command(fmt::format("set_irq_in ioapic unnamed-gpio-in {} {}", input, level ? 1 : 0));
  };
  if (!asserted) {
    drive(false);
    return;
  }
  const auto entry = std::make_shared<std::uint64_t>(0);
  const auto index = static_cast<std::uint32_t>(kFirstEntry + 2 * input);
  qmp_.execute("stop", [=, this, &port] {
    qtest_.read32(kIndex, [=, this, &port](std::uint64_t saved) {
      qtest_.write32(kIndex, index);
      qtest_.read32(kWindow, [entry](std::uint64_t low) { *entry = low; });
      qtest_.write32(kIndex, index + 1);
      qtest_.read32(kWindow, [entry](std::uint64_t high) { *entry |= high << 32; });
      qtest_.write32(kIndex, static_cast<std::uint32_t>(saved), [=, this, &port](std::uint64_t) {
        if ((*entry & kRemappable) == 0) {
          drive(true);
        } else if ((*entry & kMasked) == 0) {
          port.message(devices::Ioapic::message_of(*entry), nullptr);
        }
        qmp_.execute("cont");
      });
    });
  });
}

}  // namespace dmar::cosim
