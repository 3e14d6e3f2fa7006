// SPDX-License-Identifier: Apache-2.0
// See ioapic.hpp.
#include "devices/ioapic.hpp"

#include <utility>

namespace dmar::devices {

namespace {

constexpr std::uint64_t kIndex = 0x00;
constexpr std::uint64_t kWindow = 0x10;
constexpr std::uint64_t kEoi = 0x40;

constexpr std::uint8_t kIdentification = 0x00;
constexpr std::uint8_t kVersionIndex = 0x01;
constexpr std::uint8_t kArbitration = 0x02;
constexpr unsigned kFirstEntry = 0x10;
constexpr std::uint32_t kIdMask = 0x0F00'0000;

// An entry. Delivery status (bit 12) is always 0: a message has left when the write that caused it
// is over.
constexpr std::uint64_t kVector = 0xFF;
constexpr std::uint64_t kDeliveryMode = 7U << 8;
constexpr unsigned kDestinationMode = 11;
constexpr std::uint64_t kRemoteIrr = 1U << 14;
constexpr std::uint64_t kLevel = 1U << 15;
constexpr std::uint64_t kMasked = 1U << 16;
constexpr std::uint64_t kRemappable = std::uint64_t{1} << 48;
constexpr std::uint64_t kWritableLow = 0x0001'AFFF;   // without delivery status, remote IRR
constexpr std::uint64_t kWritableHigh = 0xFFFF'0000;  // destination, or handle and format

constexpr std::uint64_t kMessageBase = 0xFEE0'0000;
constexpr unsigned kMessageLevelAssert = 1U << 14;
constexpr unsigned kMessageLevel = 1U << 15;

bool is_level(std::uint64_t entry) { return (entry & kLevel) != 0; }

}  // namespace

Ioapic::Ioapic(Send send) : send_(std::move(send)) { reset(); }

void Ioapic::reset() {
  entries_.fill(kMasked);
  index_ = 0;
  id_ = 0;
}

std::uint64_t Ioapic::read(std::uint64_t offset, unsigned) const {
  if (offset == kIndex) return index_;
  if (offset == kWindow) return read_window();
  return 0;
}

void Ioapic::write(std::uint64_t offset, unsigned, std::uint64_t value) {
  if (offset == kIndex) index_ = static_cast<std::uint8_t>(value);
  if (offset == kWindow) write_window(static_cast<std::uint32_t>(value));
  if (offset == kEoi) end_of_interrupt(static_cast<std::uint8_t>(value));
}

std::uint32_t Ioapic::read_window() const {
  if (index_ == kIdentification || index_ == kArbitration) return id_;
  if (index_ == kVersionIndex) return kVersion;
  const unsigned input = (index_ - kFirstEntry) / 2;
  if (index_ < kFirstEntry || input >= kInputs) return 0;
  return static_cast<std::uint32_t>(entries_[input] >> (index_ % 2 == 0 ? 0 : 32));
}

void Ioapic::write_window(std::uint32_t value) {
  if (index_ == kIdentification) id_ = value & kIdMask;
  const unsigned input = (index_ - kFirstEntry) / 2;
  if (index_ < kFirstEntry || input >= kInputs) return;
  std::uint64_t &entry = entries_[input];
  const unsigned shift = index_ % 2 == 0 ? 0 : 32;
  const std::uint64_t writable = (shift == 0 ? kWritableLow : kWritableHigh) << shift;
  entry = (entry & ~writable) | ((std::uint64_t{value} << shift) & writable);
  // Software without the EOI register turns an entry to edge and back to end its interrupt.
  if (!is_level(entry)) entry &= ~kRemoteIrr;
  send_if_level(input);
}

void Ioapic::set_pin(unsigned input, bool asserted) {
  if (input >= kInputs) return;
  const bool rises = asserted && !asserted_[input];
  asserted_[input] = asserted;
  if (is_level(entries_[input])) {
    send_if_level(input);
  } else if (rises && (entries_[input] & kMasked) == 0) {
    send(input);  // an edge at a masked input is lost
  }
}

void Ioapic::end_of_interrupt(std::uint8_t vector) {
  for (unsigned input = 0; input < kInputs; ++input) {
    if (!is_level(entries_[input]) || (entries_[input] & kVector) != vector) continue;
    entries_[input] &= ~kRemoteIrr;
    send_if_level(input);
  }
}

void Ioapic::send_if_level(unsigned input) {
  std::uint64_t &entry = entries_[input];
  if (!is_level(entry) || !asserted_[input] || (entry & (kMasked | kRemoteIrr)) != 0) return;
  entry |= kRemoteIrr;
  send(input);
}

void Ioapic::send(unsigned input) {
  ++sent_;
  send_(message_of(entries_[input]));
}

Message Ioapic::message_of(std::uint64_t entry) {
  std::uint64_t address = kMessageBase | (((entry >> kDestinationMode) & 1) << 2);
  // Remappable: handle and format bit. Otherwise only the destination, at the same place.
  address |= (entry & kRemappable) != 0 ? (entry >> 48) << 4 : (entry >> 56) << 12;
  auto data = static_cast<std::uint32_t>(entry & (kVector | kDeliveryMode));
  if (is_level(entry)) data |= kMessageLevel | kMessageLevelAssert;
  return {.address = address, .data = data};
}

}  // namespace dmar::devices
