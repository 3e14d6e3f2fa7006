// SPDX-License-Identifier: Apache-2.0
// See msi.hpp.
#include "devices/msi.hpp"

#include <array>
#include <span>

namespace dmar::devices {

namespace {

constexpr std::uint8_t kId = 0x05;
constexpr std::size_t kControl = 2;
constexpr std::size_t kAddress = 4;
constexpr std::size_t kUpperAddress = 8;
constexpr std::size_t kData = 12;
constexpr std::size_t kMask = 16;
constexpr std::size_t kPending = 20;
constexpr std::size_t kBytesWithMask = 24;
constexpr std::size_t kBytesWithoutMask = 14;

constexpr std::uint16_t kEnable = 1U << 0;
constexpr std::uint8_t kAddress64 = 1U << 7;
constexpr std::uint8_t kMaskable = 1U << 0;  // bit 8 of the control register

}  // namespace

Msi::Msi(ConfigSpace &config, MessageSender &sender, Mask mask)
    : config_(config), sender_(sender), maskable_(mask == Mask::kPerVector) {
  std::array<std::uint8_t, kBytesWithMask> image{};
  std::array<std::uint8_t, kBytesWithMask> writable{};
  image[kControl] = kAddress64;
  image[kControl + 1] = maskable_ ? kMaskable : 0;
  writable[kControl] = kEnable | 0x70;  // Multiple Message Enable keeps what is written
  for (std::size_t i = kAddress; i < kData + 2; ++i) writable[i] = 0xFF;
  writable[kAddress] = 0xFC;
  writable[kMask] = 1;
  const std::size_t bytes = maskable_ ? kBytesWithMask : kBytesWithoutMask;
  base_ = config.add_capability(kId, std::span(image).first(bytes).subspan(2),
                                std::span(writable).first(bytes).subspan(2));
}

bool Msi::enabled() const { return (config_.get16(base_ + kControl) & kEnable) != 0; }

bool Msi::blocked() const {
  const bool masked = maskable_ && (config_.get32(base_ + kMask) & 1) != 0;
  return masked || !sender_.allowed();
}

void Msi::notify() {
  if (!enabled()) return;
  pending_ = true;
  config_changed();
}

void Msi::config_changed() {
  if (!enabled()) pending_ = false;
  const bool leaves = pending_ && !blocked();
  if (leaves) pending_ = false;
  if (maskable_) config_.put32(base_ + kPending, pending_ ? 1 : 0);
  if (leaves) send();
}

void Msi::send() {
  const std::uint64_t upper = config_.get32(base_ + kUpperAddress);
  sender_.send({.address = (upper << 32) | config_.get32(base_ + kAddress),
                .data = config_.get16(base_ + kData)});
}

}  // namespace dmar::devices
