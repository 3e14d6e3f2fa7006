// SPDX-License-Identifier: Apache-2.0
// See unit_function.hpp.
#include "cosim/unit_function.hpp"

#include <utility>

namespace dmar::cosim {

namespace {

constexpr std::uint32_t kOtherSystemPeripheral = 0x08'8000;
// Nobody ever sees these: the function hides before anything looks.
constexpr devices::PciIdentity kIdentity{
    .vendor = 0x1234, .device = 0x0D3A, .class_code = kOtherSystemPeripheral};

}  // namespace

UnitFunction::UnitFunction() : config_(kIdentity) {}

void UnitFunction::add_window(unsigned bar, Window window) {
  config_.add_memory_bar(bar, window.bytes);
  windows_.emplace(bar, std::move(window));
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
  return windows_.at(hit->bar).read(hit->offset, bytes);
}

void UnitFunction::memory_write(std::uint64_t address, unsigned bytes, std::uint64_t value) {
  const auto hit = config_.find(address, bytes);
  if (!hit) return;
  used_ = true;
  windows_.at(hit->bar).write(hit->offset, bytes, value);
}

void UnitFunction::reset() {
  config_.reset();
  hidden_ = false;
  for (const auto &[bar, window] : windows_) {
    if (used_ && window.reset) window.reset();
  }
  used_ = false;
}

}  // namespace dmar::cosim
