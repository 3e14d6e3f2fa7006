// SPDX-License-Identifier: Apache-2.0
// See chipset_pin.hpp.
#include "cosim/chipset_pin.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <memory>

#include "cosim/machine_options.hpp"

namespace dmar::cosim {

namespace {

constexpr std::uint64_t kIndex = place::kChipsetIoapic;
constexpr std::uint64_t kWindow = place::kChipsetIoapic + 0x10;
constexpr std::uint32_t kFirstEntry = 0x10;
constexpr std::uint64_t kVector = 0xFF;
constexpr std::uint64_t kLevel = std::uint64_t{1} << 15;
constexpr std::uint64_t kMasked = std::uint64_t{1} << 16;
constexpr std::uint64_t kRemappable = std::uint64_t{1} << 48;
constexpr unsigned kMostPending = 2;  // a local APIC holds one beside the one that is served

}  // namespace

void ChipsetPin::set(unsigned input, bool asserted, devices::DmaPort &port) {
  if (input >= inputs_.size()) return;
  inputs_[input].wanted = asserted;
  inputs_[input].port = &port;
  proceed();
}

// One that rose again before the end has sent its next message then.
void ChipsetPin::end_of_interrupt(std::uint8_t vector) {
  for (Input &pin : inputs_) {
    if (pin.in_service == 0 || pin.vector != vector) continue;
    if (--pin.in_service == 0 && pin.wanted) pin.driven = false;
  }
  proceed();
}

void ChipsetPin::proceed() {
  for (unsigned input = 0; input < inputs_.size() && !busy_; ++input) {
    const Input &pin = inputs_[input];
    if (pin.wanted == pin.driven) continue;
    if (pin.wanted) {
      look_up(input);
    } else {
      drive(input);
    }
  }
}

void ChipsetPin::drive(unsigned input) {
  Input &pin = inputs_[input];
  pin.driven = pin.wanted;
  qtest_.command(fmt::format("set_irq_in ioapic unnamed-gpio-in {} {}", input, pin.driven ? 1 : 0));
}

void ChipsetPin::look_up(unsigned input) {
  busy_ = true;
  const auto entry = std::make_shared<std::uint64_t>(0);
  const auto index = static_cast<std::uint32_t>(kFirstEntry + 2 * input);
  qmp_.execute("stop", [=, this] {
    qtest_.read32(kIndex, [=, this](std::uint64_t saved) {
      qtest_.write32(kIndex, index);
      qtest_.read32(kWindow, [entry](std::uint64_t low) { *entry = low; });
      qtest_.write32(kIndex, index + 1);
      qtest_.read32(kWindow, [entry](std::uint64_t high) { *entry |= high << 32; });
      qtest_.write32(kIndex, static_cast<std::uint32_t>(saved), [=, this](std::uint64_t) {
        apply(input, *entry);
        qmp_.execute("cont");
        busy_ = false;
        proceed();
      });
    });
  });
}

// The pin may have fallen meanwhile; then there is nothing to tell.
void ChipsetPin::apply(unsigned input, std::uint64_t entry) {
  Input &pin = inputs_[input];
  if (!pin.wanted) return;
  if ((entry & kRemappable) == 0) {
    drive(input);
    return;
  }
  pin.driven = true;
  if ((entry & kMasked) != 0) return;
  if ((entry & kLevel) != 0) {
    pin.vector = static_cast<std::uint8_t>(entry & kVector);
    pin.in_service = std::min(pin.in_service + 1, kMostPending);
  }
  pin.port->message(devices::Ioapic::message_of(entry), nullptr);
}

}  // namespace dmar::cosim
