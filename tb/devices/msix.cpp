// SPDX-License-Identifier: Apache-2.0
// See msix.hpp.
#include "devices/msix.hpp"

#include <span>
#include <stdexcept>

#include "golden/little_endian.hpp"

namespace dmar::devices {

namespace {

constexpr std::uint8_t kId = 0x11;
constexpr std::size_t kControl = 2;
constexpr std::uint16_t kEnable = 1U << 15;
constexpr std::uint16_t kFunctionMask = 1U << 14;
constexpr std::uint32_t kVectorMask = 1U << 0;
constexpr std::size_t kVectorControl = 3;

bool aligned_access(std::uint64_t offset, unsigned bytes) {
  return (bytes == 4 || bytes == 8) && offset % bytes == 0;
}

}  // namespace

Msix::Msix(ConfigSpace &config, MessageSender &sender, unsigned vectors, const MsixPlace &place)
    : config_(config), sender_(sender) {
  if (vectors == 0 || vectors > kMaxVectors || place.table % 8 != 0 || place.pending % 8 != 0) {
    throw std::invalid_argument("MSI-X: 1 to 64 vectors, offsets that are multiples of 8");
  }
  entries_.resize(vectors);
  std::array<std::uint8_t, 10> body{static_cast<std::uint8_t>(vectors - 1)};
  std::array<std::uint8_t, 10> writable{0, (kEnable | kFunctionMask) >> 8};
  const auto table = golden::to_little_endian(place.table | place.bar);
  const auto pending = golden::to_little_endian(place.pending | place.bar);
  for (std::size_t i = 0; i < 4; ++i) {
    body[2 + i] = table[i];
    body[6 + i] = pending[i];
  }
  base_ = config.add_capability(kId, body, writable);
  reset();
}

void Msix::reset() {
  for (Entry &entry : entries_) entry = {0, 0, 0, kVectorMask};
  pending_ = 0;
}

bool Msix::enabled() const { return (config_.get16(base_ + kControl) & kEnable) != 0; }

void Msix::notify(unsigned vector) {
  if (!enabled() || vector >= entries_.size()) return;
  pending_ |= std::uint64_t{1} << vector;
  flush();
}

void Msix::config_changed() {
  if (!enabled()) withdraw();
  flush();
}

void Msix::flush() {
  const bool function_masked = (config_.get16(base_ + kControl) & kFunctionMask) != 0;
  if (!enabled() || function_masked || !sender_.allowed()) return;
  for (std::size_t vector = 0; vector < entries_.size(); ++vector) {
    const std::uint64_t bit = std::uint64_t{1} << vector;
    const Entry &entry = entries_[vector];
    if ((pending_ & bit) == 0 || (entry[kVectorControl] & kVectorMask) != 0) continue;
    pending_ &= ~bit;
    sender_.send({.address = (std::uint64_t{entry[1]} << 32) | entry[0], .data = entry[2]});
  }
}

std::uint64_t Msix::read_table(std::uint64_t offset, unsigned bytes) const {
  if (!aligned_access(offset, bytes) || offset >= table_bytes()) return 0;
  const Entry &entry = entries_[offset / 16];
  const std::size_t word = offset % 16 / 4;
  const std::uint64_t upper = bytes == 8 ? entry[word + 1] : 0;
  return entry[word] | (upper << 32);
}

void Msix::write_table(std::uint64_t offset, unsigned bytes, std::uint64_t value) {
  if (!aligned_access(offset, bytes) || offset >= table_bytes()) return;
  Entry &entry = entries_[offset / 16];
  const std::size_t word = offset % 16 / 4;
  entry[word] = static_cast<std::uint32_t>(value);
  if (bytes == 8) entry[word + 1] = static_cast<std::uint32_t>(value >> 32);
  entry[0] &= ~std::uint32_t{3};
  entry[kVectorControl] &= kVectorMask;
  flush();
}

std::uint64_t Msix::read_pending(std::uint64_t offset, unsigned bytes) const {
  if (!aligned_access(offset, bytes) || offset >= 8) return 0;
  const std::uint64_t value = pending_ >> (8 * offset);
  return bytes == 8 ? value : value & 0xFFFF'FFFF;
}

}  // namespace dmar::devices
