// SPDX-License-Identifier: Apache-2.0
// See sriov_capability.hpp.
#include "devices/sriov_capability.hpp"

#include <algorithm>
#include <bit>
#include <stdexcept>
#include <string>
#include <utility>

#include "devices/capability_image.hpp"

namespace dmar::devices {

namespace {

constexpr std::uint16_t kId = 0x0010;
constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kBytes = 0x40;
constexpr std::size_t kControl = 0x08;
constexpr std::size_t kInitial = 0x0C;
constexpr std::size_t kTotal = 0x0E;
constexpr std::size_t kNumber = 0x10;
constexpr std::size_t kFirstOffset = 0x14;
constexpr std::size_t kStride = 0x16;
constexpr std::size_t kDeviceId = 0x1A;
constexpr std::size_t kSupportedPages = 0x1C;
constexpr std::size_t kPageSize = 0x20;
constexpr std::size_t kFirstBar = 0x24;

constexpr std::uint16_t kEnable = 1U << 0;
constexpr std::uint16_t kMemoryEnable = 1U << 3;
constexpr std::uint16_t kHierarchy = 1U << 4;
// 4 KiB, 8 KiB, 64 KiB, 256 KiB, 1 MiB, 4 MiB: those that every function has to support.
constexpr std::uint32_t kPages = 0x553;
constexpr std::uint32_t kSmallestPage = 4096;

}  // namespace

SriovCapability::SriovCapability(ConfigSpace &config, SriovShape shape, bool port_above)
    : config_(config), shape_(std::move(shape)) {
  ExtendedImage<kBytes> body;
  ExtendedImage<kBytes> writable;
  body.set(kInitial, shape_.total);
  body.set(kTotal, shape_.total);
  body.set(kFirstOffset, shape_.usual.offset);
  body.set(kStride, shape_.usual.stride);
  body.set(kDeviceId, shape_.device_id);
  body.set(kSupportedPages, kPages);
  body.set(kPageSize, 1);
  const bool hierarchy = shape_.lowest_function && port_above;
  writable.set(kControl, kEnable | kMemoryEnable | (hierarchy ? kHierarchy : 0));
  writable.set(kNumber, 0xFFFF);
  writable.set(kPageSize, kPages);
  std::uint32_t taken = 0;
  for (const SriovShape::Bar &bar : shape_.bars) {
    const bool size_okay = std::has_single_bit(bar.bytes) && bar.bytes >= kSmallestPage;
    if (bar.bar >= ConfigSpace::kBars || !size_okay || (taken >> bar.bar & 1) != 0) {
      throw std::invalid_argument("BAR " + std::to_string(bar.bar) +
                                  " of virtual functions: taken, unknown or of bad size");
    }
    taken |= 1U << bar.bar;
    writable.set(kFirstBar + 4 * bar.bar, ~(bar.bytes - 1));
  }
  base_ = config.add_extended(kId, kVersion, body.bytes(), writable.bytes());
  config.keep_over_function_reset(base_ + kControl, 2, kHierarchy);
  update();
}

std::uint16_t SriovCapability::control() const { return config_.get16(base_ + kControl); }

std::uint32_t SriovCapability::page_bytes() const {
  const std::uint32_t chosen = config_.get32(base_ + kPageSize);
  return chosen == 0 ? kSmallestPage : (chosen & (~chosen + 1)) * kSmallestPage;
}

void SriovCapability::keep_frozen_fields() {
  if (!enabled_ || (control() & kEnable) == 0) {
    number_ = config_.get16(base_ + kNumber);
    hierarchy_ = control() & kHierarchy;
    page_size_ = config_.get32(base_ + kPageSize);
    return;
  }
  config_.put16(base_ + kNumber, number_);
  config_.put32(base_ + kPageSize, page_size_);
  config_.put16(base_ + kControl,
                static_cast<std::uint16_t>((control() & ~kHierarchy) | hierarchy_));
}

// The space of each function is a whole number of pages, so the bits below read 0.
void SriovCapability::round_bars() {
  for (const SriovShape::Bar &bar : shape_.bars) {
    const std::size_t at = base_ + kFirstBar + 4 * bar.bar;
    config_.put32(at, config_.get32(at) & ~(std::max(bar.bytes, page_bytes()) - 1));
  }
}

void SriovCapability::show_routing() {
  const SriovShape::Routing &routing = hierarchy_ != 0 ? shape_.alternative : shape_.usual;
  config_.put16(base_ + kFirstOffset, routing.offset);
  config_.put16(base_ + kStride, routing.stride);
}

void SriovCapability::update() {
  keep_frozen_fields();
  round_bars();
  show_routing();
  enabled_ = (control() & kEnable) != 0;
  const unsigned wanted = enabled_ ? std::min(number_, shape_.total) : 0;
  if (wanted == count_) return;
  count_ = wanted;
  if (on_change) on_change(wanted);
}

SourceId SriovCapability::routing_id(SourceId physical, unsigned index) const {
  return SourceId(static_cast<std::uint16_t>(physical.raw() + config_.get16(base_ + kFirstOffset) +
                                             index * config_.get16(base_ + kStride)));
}

std::optional<std::uint64_t> SriovCapability::bar_base(unsigned index, unsigned bar) const {
  if (index >= count_ || (control() & kMemoryEnable) == 0) return std::nullopt;
  for (const SriovShape::Bar &mine : shape_.bars) {
    if (mine.bar != bar) continue;
    const std::uint64_t aperture = std::max(mine.bytes, page_bytes());
    return config_.get32(base_ + kFirstBar + 4 * bar) + index * aperture;
  }
  return std::nullopt;
}

}  // namespace dmar::devices
