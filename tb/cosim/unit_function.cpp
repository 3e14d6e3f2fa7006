// SPDX-License-Identifier: Apache-2.0
// See unit_function.hpp.
#include "cosim/unit_function.hpp"

namespace dmar::cosim {

namespace {

constexpr std::uint64_t kPageBytes = 4096;
constexpr std::uint32_t kOtherSystemPeripheral = 0x08'8000;
// Nobody ever sees these: the function hides before anything looks.
constexpr devices::PciIdentity kIdentity{
    .vendor = 0x1234, .device = 0x0D3A, .class_code = kOtherSystemPeripheral};

}  // namespace

UnitFunction::UnitFunction(Lockstep &unit, devices::Ioapic &ioapic)
    : unit_(unit), ioapic_(ioapic), config_(kIdentity) {
  config_.add_memory_bar(0, kPageBytes);
  config_.add_memory_bar(1, kPageBytes);
}

std::uint32_t UnitFunction::config_read(std::uint32_t offset, unsigned bytes) {
  if (hidden_) return static_cast<std::uint32_t>((std::uint64_t{1} << (8 * bytes)) - 1);
  return config_.read(offset, bytes);
}

void UnitFunction::config_write(std::uint32_t offset, unsigned bytes, std::uint32_t value) {
  if (!hidden_) config_.write(offset, bytes, value);
}

std::uint64_t UnitFunction::memory_read(std::uint64_t address, unsigned bytes) {
  const auto hit = config_.find(address, bytes);
  if (!hit) return ~std::uint64_t{0};
  used_ = true;
  return hit->bar == 0 ? unit_.read(static_cast<std::uint32_t>(hit->offset), bytes)
                       : ioapic_.read(hit->offset, bytes);
}

void UnitFunction::memory_write(std::uint64_t address, unsigned bytes, std::uint64_t value) {
  const auto hit = config_.find(address, bytes);
  if (!hit) return;
  used_ = true;
  if (hit->bar == 0) {
    unit_.write(static_cast<std::uint32_t>(hit->offset), bytes, value);
  } else {
    ioapic_.write(hit->offset, bytes, value);
  }
}

void UnitFunction::reset() {
  config_.reset();
  hidden_ = false;
  ioapic_.reset();
  if (used_) unit_.reset();
  used_ = false;
}

}  // namespace dmar::cosim
