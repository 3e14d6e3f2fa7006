// SPDX-License-Identifier: Apache-2.0
// See config_space.hpp.
#include "devices/config_space.hpp"

#include <bit>
#include <stdexcept>
#include <string>
#include <utility>

namespace dmar::devices {

namespace {

constexpr std::size_t kVendor = 0x00;
constexpr std::size_t kDevice = 0x02;
constexpr std::size_t kCommand = 0x04;
constexpr std::size_t kStatus = 0x06;
constexpr std::size_t kRevision = 0x08;
constexpr std::size_t kClassCode = 0x09;
constexpr std::size_t kCacheLineSize = 0x0C;
constexpr std::size_t kFirstBar = 0x10;
constexpr std::size_t kSubsystemVendor = 0x2C;
constexpr std::size_t kSubsystem = 0x2E;
constexpr std::size_t kCapabilities = 0x34;
constexpr std::size_t kInterruptLine = 0x3C;
constexpr std::size_t kInterruptPin = 0x3D;
constexpr std::size_t kFirstCapability = 0x40;

constexpr std::uint16_t kCommandMemory = 1U << 1;
constexpr std::uint16_t kCommandBusMaster = 1U << 2;
constexpr std::uint16_t kCommandPinDisable = 1U << 10;
constexpr std::uint16_t kStatusPin = 1U << 3;
constexpr std::uint16_t kStatusCapabilities = 1U << 4;

bool inside_one_dword(std::uint32_t offset, unsigned bytes) {
  const bool size_okay = bytes == 1 || bytes == 2 || bytes == 4;
  return size_okay && offset < ConfigSpace::kBytes && offset % 4 + bytes <= 4;
}

}  // namespace

ConfigSpace::ConfigSpace(const PciIdentity &identity, BarBase bars)
    : virtual_bars_(std::move(bars)), next_free_(kFirstCapability), last_link_(kCapabilities) {
  put(kVendor, 2, identity.vendor);
  put(kDevice, 2, identity.device);
  put(kRevision, 1, identity.revision);
  put(kClassCode, 3, identity.class_code);
  put(kSubsystemVendor, 2, identity.subsystem_vendor);
  put(kSubsystem, 2, identity.subsystem);
  if (virtual_bars_) {
    mask(kCommand, 2, kCommandBusMaster);
    return;
  }
  put(kInterruptPin, 1, identity.interrupt_pin);
  mask(kCommand, 2, kCommandMemory | kCommandBusMaster | kCommandPinDisable);
  mask(kCacheLineSize, 1, 0xFF);
  mask(kInterruptLine, 1, 0xFF);
}

void ConfigSpace::put(std::size_t offset, unsigned bytes, std::uint32_t value) {
  for (unsigned i = 0; i < bytes; ++i) {
    bytes_[offset + i] = static_cast<std::uint8_t>(value >> (8 * i));
    at_reset_[offset + i] = bytes_[offset + i];
  }
}

void ConfigSpace::mask(std::size_t offset, unsigned bytes, std::uint32_t value) {
  for (unsigned i = 0; i < bytes; ++i) {
    writable_[offset + i] = static_cast<std::uint8_t>(value >> (8 * i));
  }
}

std::uint32_t ConfigSpace::read(std::uint32_t offset, unsigned bytes) const {
  if (!inside_one_dword(offset, bytes)) return 0;
  std::uint32_t value = 0;
  for (unsigned i = 0; i < bytes; ++i) value |= std::uint32_t{bytes_[offset + i]} << (8 * i);
  return value;
}

void ConfigSpace::write(std::uint32_t offset, unsigned bytes, std::uint32_t value) {
  if (!inside_one_dword(offset, bytes)) return;
  for (unsigned i = 0; i < bytes; ++i) {
    const std::uint8_t writable = writable_[offset + i];
    const auto wanted = static_cast<std::uint8_t>(value >> (8 * i));
    std::uint8_t &byte = bytes_[offset + i];
    byte = static_cast<std::uint8_t>((byte & ~writable) | (wanted & writable));
  }
}

void ConfigSpace::add_memory_bar(unsigned bar, std::uint64_t bytes) {
  const bool size_okay = std::has_single_bit(bytes) && bytes >= 16 && bytes <= (1ULL << 31);
  if (bar >= kBars || bar_bytes_[bar] != 0 || !size_okay) {
    throw std::invalid_argument("BAR " + std::to_string(bar) + ": taken, unknown or of bad size");
  }
  bar_bytes_[bar] = bytes;
  if (virtual_bars_) return;
  mask(kFirstBar + 4 * bar, 4, static_cast<std::uint32_t>(~(bytes - 1)));
}

void ConfigSpace::add_register(std::size_t offset, unsigned bytes, std::uint32_t value,
                               std::uint32_t writable) {
  if (offset >= kFirstCapability || bytes > 4 || offset % 4 + bytes > 4) {
    throw std::invalid_argument("register at " + std::to_string(offset) + " is not in the header");
  }
  put(offset, bytes, value);
  mask(offset, bytes, writable);
}

std::uint8_t ConfigSpace::add_capability(std::uint8_t id, std::span<const std::uint8_t> body,
                                         std::span<const std::uint8_t> writable) {
  if (body.size() != writable.size() || next_free_ + 2 + body.size() > kFirstExtended) {
    throw std::invalid_argument("capability " + std::to_string(id) + " does not fit");
  }
  const std::size_t offset = next_free_;
  put(last_link_, 1, static_cast<std::uint32_t>(offset));
  put(kStatus, 2, kStatusCapabilities);
  put(offset, 1, id);
  for (std::size_t i = 0; i < body.size(); ++i) {
    put(offset + 2 + i, 1, body[i]);
    mask(offset + 2 + i, 1, writable[i]);
  }
  last_link_ = offset + 1;
  next_free_ = (offset + 2 + body.size() + 3) / 4 * 4;
  return static_cast<std::uint8_t>(offset);
}

std::uint16_t ConfigSpace::add_extended(std::uint16_t id, std::uint8_t version,
                                        std::span<const std::uint8_t> body,
                                        std::span<const std::uint8_t> writable,
                                        std::span<const std::uint8_t> sticky) {
  const bool sizes_okay =
      body.size() == writable.size() && (sticky.empty() || sticky.size() == body.size());
  if (!sizes_okay || next_extended_ + 4 + body.size() > kBytes || version > 15) {
    throw std::invalid_argument("extended capability " + std::to_string(id) + " does not fit");
  }
  const std::size_t offset = next_extended_;
  if (last_extended_ != 0) {  // the offset of the next one is in bits 31:20 of the header
    const std::uint32_t header = get32(last_extended_);
    put(last_extended_, 4, header | static_cast<std::uint32_t>(offset << 20));
  }
  put(offset, 4, id | (std::uint32_t{version} << 16));
  for (std::size_t i = 0; i < body.size(); ++i) {
    put(offset + 4 + i, 1, body[i]);
    mask(offset + 4 + i, 1, writable[i]);
    if (!sticky.empty()) sticky_[offset + 4 + i] = sticky[i];
  }
  last_extended_ = offset;
  next_extended_ = (offset + 4 + body.size() + 3) / 4 * 4;
  return static_cast<std::uint16_t>(offset);
}

void ConfigSpace::keep_over_function_reset(std::size_t offset, unsigned bytes, std::uint32_t bits) {
  for (unsigned i = 0; i < bytes; ++i) {
    kept_.at(offset + i) = static_cast<std::uint8_t>(bits >> (8 * i));
  }
}

void ConfigSpace::reset(Reset kind) {
  for (std::size_t i = 0; i < kBytes; ++i) {
    unsigned kept = kind == Reset::kWhole ? 0 : sticky_[i];
    if (kind == Reset::kFunctionLevel) kept |= kept_[i];
    bytes_[i] = static_cast<std::uint8_t>((bytes_[i] & kept) | (at_reset_[i] & ~kept));
  }
}

bool ConfigSpace::memory_enabled() const { return (get16(kCommand) & kCommandMemory) != 0; }
bool ConfigSpace::bus_master() const { return (get16(kCommand) & kCommandBusMaster) != 0; }
bool ConfigSpace::pin_disabled() const { return (get16(kCommand) & kCommandPinDisable) != 0; }
bool ConfigSpace::has_pin() const { return bytes_[kInterruptPin] != 0; }
std::uint8_t ConfigSpace::pin_line() const { return bytes_[kInterruptLine]; }

void ConfigSpace::show_pin(bool asserted) {
  bytes_[kStatus] =
      static_cast<std::uint8_t>((bytes_[kStatus] & ~kStatusPin) | (asserted ? kStatusPin : 0));
}

PciBar ConfigSpace::bar(unsigned number) const {
  if (number >= kBars || bar_bytes_[number] == 0) return {};
  return {.address = get32(kFirstBar + 4 * number), .bytes = bar_bytes_[number]};
}

std::optional<std::uint64_t> ConfigSpace::base_of(unsigned bar) const {
  if (virtual_bars_) return virtual_bars_(bar);
  if (!memory_enabled()) return std::nullopt;
  return get32(kFirstBar + 4 * bar);
}

std::optional<ConfigSpace::Hit> ConfigSpace::find(std::uint64_t address, unsigned bytes) const {
  for (unsigned bar = 0; bar < kBars; ++bar) {
    if (bar_bytes_[bar] < bytes) continue;
    const auto base = base_of(bar);
    if (!base) continue;
    const std::uint64_t offset = address - *base;
    if (offset <= bar_bytes_[bar] - bytes) return Hit{bar, offset};
  }
  return std::nullopt;
}

std::uint16_t ConfigSpace::get16(std::size_t offset) const {
  return static_cast<std::uint16_t>(bytes_.at(offset) | (bytes_.at(offset + 1) << 8));
}

std::uint32_t ConfigSpace::get32(std::size_t offset) const {
  return std::uint32_t{get16(offset)} | (std::uint32_t{get16(offset + 2)} << 16);
}

void ConfigSpace::put16(std::size_t offset, std::uint16_t value) {
  bytes_.at(offset) = static_cast<std::uint8_t>(value);
  bytes_.at(offset + 1) = static_cast<std::uint8_t>(value >> 8);
}

void ConfigSpace::put32(std::size_t offset, std::uint32_t value) {
  put16(offset, static_cast<std::uint16_t>(value));
  put16(offset + 2, static_cast<std::uint16_t>(value >> 16));
}

}  // namespace dmar::devices
