// SPDX-License-Identifier: Apache-2.0
// Bit positions of the legacy-mode tables in memory (VT-d 9.1, 9.3, 9.8, 9.9) and of interrupt
// requests (VT-d 5.1.2). Layout only: what an entry means and when it faults is decided elsewhere.
#ifndef DMAR_STRUCTURES_HPP
#define DMAR_STRUCTURES_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "dmar/config.hpp"
#include "dmar/types.hpp"

namespace dmar {

// Mask of bits high..low; empty when high < low.
constexpr std::uint64_t bits(unsigned high, unsigned low) {
  if (high < low) return 0;
  return (~std::uint64_t{0} >> (63 - high)) & (~std::uint64_t{0} << low);
}
constexpr std::uint64_t bit(unsigned n) { return std::uint64_t{1} << n; }
constexpr std::uint64_t field(std::uint64_t word, unsigned high, unsigned low) {
  return (word & bits(high, low)) >> low;
}

// FEE0_0000h to FEEF_FFFFh (VT-d 3.15).
constexpr bool in_interrupt_range(std::uint64_t address) { return address >> 20 == 0xFEE; }

// Whether an address has no bit at or above `width`.
constexpr bool below(std::uint64_t address, unsigned width) {
  return width >= 64 || address >> width == 0;
}

constexpr unsigned domain_id_bits(const Config &config) { return 4 + 2 * config.domain_id_code; }

// Root and context entries are 16 bytes, `lo` at the lower address.
namespace root_entry {
inline constexpr std::uint64_t kPresent = bit(0);
constexpr std::uint64_t context_table(std::uint64_t lo, const Config &config) {
  return lo & bits(config.host_address_width - 1, 12);
}
constexpr std::uint64_t reserved_lo(const Config &config) {
  return bits(11, 1) | bits(63, config.host_address_width);
}
inline constexpr std::uint64_t kReservedHi = bits(63, 0);
}  // namespace root_entry

namespace context_entry {
inline constexpr std::uint64_t kPresent = bit(0);
inline constexpr std::uint64_t kFpd = bit(1);
inline constexpr unsigned kTranslationTypeShift = 2;
inline constexpr unsigned kDomainShift = 8;  // in hi
inline constexpr unsigned kSecondStage = 0;  // TT encodings
inline constexpr unsigned kDeviceTlb = 1;
inline constexpr unsigned kPassThrough = 2;
constexpr unsigned translation_type(std::uint64_t lo) { return field(lo, 3, 2); }
constexpr std::uint64_t table(std::uint64_t lo, const Config &config) {
  return lo & bits(config.host_address_width - 1, 12);
}
constexpr unsigned address_width(std::uint64_t hi) { return field(hi, 2, 0); }
constexpr DomainId domain(std::uint64_t hi) {
  return DomainId(static_cast<std::uint16_t>(field(hi, 23, 8)));
}
// The pointer is ignored by pass-through, its upper bits with it.
constexpr std::uint64_t reserved_lo(const Config &config, unsigned translation_type) {
  return bits(11, 4) | (translation_type == kPassThrough ? 0 : bits(63, config.host_address_width));
}
constexpr std::uint64_t reserved_hi(const Config &config) {
  return bit(7) | bits(23, kDomainShift + domain_id_bits(config)) | bits(63, 24);
}
}  // namespace context_entry

// Second-stage entries are 8 bytes; level 1 is the page table, level 5 the PML5.
namespace second_stage {
inline constexpr std::uint64_t kRead = bit(0);
inline constexpr std::uint64_t kWrite = bit(1);
inline constexpr std::uint64_t kPageSize = bit(7);
inline constexpr std::uint64_t kSnoop = bit(11);
inline constexpr unsigned kTopOfAw = 2;  // levels = AW + 2

constexpr unsigned index_shift(unsigned level) { return 12 + 9 * (level - 1); }
constexpr unsigned index(std::uint64_t address, unsigned level) {
  return (address >> index_shift(level)) & 0x1FF;
}
// AGAW: bits an address may have with `levels` levels.
constexpr unsigned width(unsigned levels) { return 12 + 9 * levels; }
constexpr unsigned input_width(const Config &config, unsigned levels) {
  return std::min(config.guest_address_width, width(levels));
}
constexpr bool may_be_leaf(const Config &config, unsigned level) {
  return level == 1 || (level <= 3 && ((config.super_pages >> (level - 2)) & 1) != 0);
}
// Whether an entry ends the walk if it is valid at all: PS is not a bit of the lowest level.
constexpr bool is_leaf(std::uint64_t entry, unsigned level) {
  return level == 1 || ((level == 2 || level == 3) && (entry & kPageSize) != 0);
}
constexpr std::uint64_t address(std::uint64_t entry, unsigned level, const Config &config) {
  const unsigned low = is_leaf(entry, level) ? index_shift(level) : 12;
  return entry & bits(config.host_address_width - 1, low);
}
constexpr std::uint64_t reserved(std::uint64_t entry, unsigned level, const Config &config) {
  const std::uint64_t always = bits(51, config.host_address_width) | bit(62);
  if (!is_leaf(entry, level)) return always | kSnoop | (level > 1 ? kPageSize : 0);
  return always | (config.snoop_control ? 0 : kSnoop) | bits(index_shift(level) - 1, 12) |
         (may_be_leaf(config, level) ? 0 : kPageSize);
}
}  // namespace second_stage

// A DWORD write into the interrupt range as a request to be remapped: the address holds the format
// and the handle, the data a sub-handle if the address says so.
namespace interrupt_request {
inline constexpr std::uint64_t kRemappable = bit(4);
inline constexpr std::uint64_t kSubhandleValid = bit(3);
inline constexpr std::uint32_t kReservedData = 0xFFFF'0000;  // beside a sub-handle

constexpr unsigned handle(std::uint64_t address) {
  return static_cast<unsigned>(field(address, 19, 5) | field(address, 2, 2) << 15);
}
// 17 bits: with the carry out of bit 15 set, no table is large enough.
constexpr unsigned index(std::uint64_t address, std::uint32_t data) {
  return handle(address) + ((address & kSubhandleValid) != 0 ? data & 0xFFFF : 0);
}
}  // namespace interrupt_request

// Entries of the interrupt-remapping table are 16 bytes, `lo` at the lower address. `extended`:
// IRTA.EIME, which makes the destination 32 bits wide instead of 8.
namespace interrupt_entry {
inline constexpr std::uint64_t kPresent = bit(0);
inline constexpr std::uint64_t kFpd = bit(1);
inline constexpr std::uint64_t kLogical = bit(2);          // DM
inline constexpr std::uint64_t kRedirectionHint = bit(3);  // RH
inline constexpr std::uint64_t kLevel = bit(4);            // TM
inline constexpr std::uint64_t kPosted = bit(15);          // IM
inline constexpr unsigned kAnySource = 0;                  // SVT encodings
inline constexpr unsigned kSourceId = 1;
inline constexpr unsigned kBusRange = 2;

constexpr unsigned delivery_mode(std::uint64_t lo) {
  return static_cast<unsigned>(field(lo, 7, 5));
}
constexpr unsigned vector(std::uint64_t lo) { return static_cast<unsigned>(field(lo, 23, 16)); }
constexpr std::uint32_t destination(std::uint64_t lo, bool extended) {
  return static_cast<std::uint32_t>(extended ? field(lo, 63, 32) : field(lo, 47, 40));
}
constexpr SourceId source_id(std::uint64_t hi) { return SourceId(static_cast<std::uint16_t>(hi)); }
constexpr unsigned source_qualifier(std::uint64_t hi) {
  return static_cast<unsigned>(field(hi, 17, 16));
}
constexpr unsigned source_validation(std::uint64_t hi) {
  return static_cast<unsigned>(field(hi, 19, 18));
}
constexpr std::uint64_t reserved_lo(bool extended) {
  return bits(14, 12) | bits(31, 24) | (extended ? 0 : bits(63, 48) | bits(39, 32));
}
inline constexpr std::uint64_t kReservedHi = bits(63, 20);

// With IM = 1 the entry names a posted descriptor instead of a destination.
inline constexpr std::uint64_t kUrgent = bit(14);  // URG
constexpr HostAddr posted_descriptor(std::uint64_t lo, std::uint64_t hi) {
  return HostAddr((hi & bits(63, 32)) | (lo >> 32 & bits(31, 6)));
}
inline constexpr std::uint64_t kPostedReservedLo = bits(7, 2) | bits(13, 12) | bits(37, 24);
constexpr std::uint64_t posted_reserved_hi(const Config &config) {
  return bits(31, 20) | bits(63, config.host_address_width);
}
}  // namespace interrupt_entry

// A posted descriptor (VT-d 9.11): 64 bytes, aligned. Bits 255:0 are the requests, one a vector.
namespace posted_descriptor {
inline constexpr std::size_t kBytes = 64;
inline constexpr unsigned kControlWord = 4;            // the qword with all that follows
inline constexpr std::uint64_t kOutstanding = bit(0);  // ON
inline constexpr std::uint64_t kSuppress = bit(1);     // SN
constexpr unsigned notification_vector(std::uint64_t control) {
  return static_cast<unsigned>(field(control, 23, 16));  // NV
}
constexpr std::uint32_t destination(std::uint64_t control, bool extended) {  // NDST
  return static_cast<std::uint32_t>(extended ? field(control, 63, 32) : field(control, 47, 40));
}
constexpr std::uint64_t reserved(bool extended) {
  return bits(15, 2) | bits(31, 24) | (extended ? 0 : bits(63, 48) | bits(39, 32));
}
}  // namespace posted_descriptor

}  // namespace dmar

#endif  // DMAR_STRUCTURES_HPP
