// SPDX-License-Identifier: Apache-2.0
// See ats_capability.hpp.
#include "devices/ats_capability.hpp"

#include <stdexcept>

#include "devices/capability_image.hpp"

namespace dmar::devices {

namespace {

constexpr std::uint16_t kId = 0x000F;
constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kBytes = 8;
constexpr std::size_t kCapability = 0x04;
constexpr unsigned kMostDepth = 32;  // which the field shows as 0
// Requests for translation name whole pages; an invalidation may reach every PASID at once.
constexpr std::uint16_t kPageAligned = 1U << 5;
constexpr std::uint16_t kGlobalInvalidate = 1U << 6;
constexpr std::size_t kControl = 0x06;
constexpr std::uint16_t kSmallestUnit = 0x1F;
constexpr std::uint16_t kEnable = 1U << 15;

}  // namespace

AtsCapability::AtsCapability(ConfigSpace &config, const AtsShape &shape, bool is_virtual)
    : config_(config) {
  if (shape.queue_depth == 0 || shape.queue_depth > kMostDepth) {
    throw std::invalid_argument("a device takes 1 to 32 invalidations at once");
  }
  const unsigned depth = is_virtual ? 0 : shape.queue_depth % kMostDepth;
  ExtendedImage<kBytes> body;
  ExtendedImage<kBytes> writable;
  body.set(kCapability, depth | kPageAligned | kGlobalInvalidate);
  writable.set(kControl, kEnable | (is_virtual ? 0 : kSmallestUnit));
  base_ = config.add_extended(kId, kVersion, body.bytes(), writable.bytes());
}

bool AtsCapability::enabled() const { return (config_.get16(base_ + kControl) & kEnable) != 0; }

}  // namespace dmar::devices
