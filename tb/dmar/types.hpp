// SPDX-License-Identifier: Apache-2.0
// Values that every part of the bench shares: addresses, requests and what became of them.
#ifndef DMAR_TYPES_HPP
#define DMAR_TYPES_HPP

#include <compare>
#include <concepts>
#include <cstdint>
#include <optional>
#include <ostream>
#include <vector>

namespace dmar {

// An integer that mixes only with its own kind: an IOVA is not a host address.
template <class Tag, std::unsigned_integral Rep>
class Strong {
 public:
  constexpr Strong() = default;
  constexpr explicit Strong(Rep raw) : raw_(raw) {}

  [[nodiscard]] constexpr Rep raw() const { return raw_; }
  friend constexpr auto operator<=>(const Strong &, const Strong &) = default;
  friend std::ostream &operator<<(std::ostream &out, const Strong &value) {
    return out << std::hex << std::showbase << +value.raw_ << std::dec << std::noshowbase;
  }

 private:
  Rep raw_{};
};

using Iova = Strong<struct IovaTag, std::uint64_t>;          // what the device put on the bus
using HostAddr = Strong<struct HostAddrTag, std::uint64_t>;  // what memory sees
using SourceId = Strong<struct SourceIdTag, std::uint16_t>;  // bus 15:8, device 7:3, function 2:0
using DomainId = Strong<struct DomainIdTag, std::uint16_t>;
using Pasid = Strong<struct PasidTag, std::uint32_t>;  // 20 bits

constexpr SourceId bdf(unsigned bus, unsigned device, unsigned function) {
  return SourceId(static_cast<std::uint16_t>((bus << 8) | (device << 3) | function));
}

// AT field of a memory request (VT-d 3.2; PCIe ATS).
enum class AddressType : std::uint8_t {
  kUntranslated = 0,
  kTranslationRequest = 1,
  kTranslated = 2,
  kReserved = 3,
};

enum class AccessKind : std::uint8_t { kRead = 0, kWrite = 1, kAtomic = 2, kZeroLengthRead = 3 };

// One device request, inside one 4 KiB page.
struct Request {
  SourceId source_id;
  Iova address;  // byte address
  AccessKind kind = AccessKind::kRead;
  std::uint32_t bytes = 4;  // 1..4096; the last byte lies in the same page
  AddressType at = AddressType::kUntranslated;
  std::optional<Pasid> pasid = std::nullopt;
  bool privileged = false;
  bool execute = false;
  bool no_snoop = false;  // TLP NS attribute
  bool no_write = false;  // NW of a translation request: no write is intended
  // The data of a DWORD write, which with the address names an interrupt (VT-d 5.1.4). Only the
  // golden judgement looks at it; Iommu::access() takes data from its own argument when given.
  std::uint32_t message_data = 0;
  // Bytes of a write that are not enabled: bit k is byte k.
  std::uint16_t disabled = 0;
  // The size of a beat of a device that knows no smaller one; 0: as small as fits. It says how a
  // request travels, not what it asks for.
  std::uint8_t beat_bytes = 0;

  friend bool operator==(const Request &, const Request &) = default;
};

// Fault reasons of legacy mode, of interrupt remapping and of the table mode (VT-d 7.1.3, 5.1.4.1).
// kNone: not a fault (allowed, or blocked without a record).
enum class FaultReason : std::uint8_t {
  kNone = 0x00,
  kRootNotPresent = 0x01,
  kContextNotPresent = 0x02,
  kContextInvalid = 0x03,
  kAddressBeyondWidth = 0x04,
  kWriteNotPermitted = 0x05,
  kReadNotPermitted = 0x06,
  kPagingEntryAccess = 0x07,
  kRootAccess = 0x08,
  kContextAccess = 0x09,
  kRootReserved = 0x0A,
  kContextReserved = 0x0B,
  kPagingEntryReserved = 0x0C,
  kTranslationTypeBlocked = 0x0D,
  kInterruptRangeOutput = 0x0E,
  kInterruptRequestReserved = 0x20,   // reserved field of a remappable request
  kInterruptIndexBeyondTable = 0x21,  // or entry beyond the host address width
  kInterruptEntryNotPresent = 0x22,
  kInterruptEntryAccess = 0x23,
  kInterruptEntryReserved = 0x24,
  kInterruptCompatibilityBlocked = 0x25,
  kInterruptSourceInvalid = 0x26,
  kPostedDescriptorAccess = 0x27,
  kPostedDescriptorReserved = 0x28,
  kInterruptRequestInvalid = 0x29,
  kTableModeInvalid = 0x30,
  kPasidInLegacyMode = 0x31,
  kAbortMode = 0x33,
};

enum class PageSize : std::uint8_t { k4K = 0, k2M = 1, k1G = 2 };

constexpr std::uint64_t page_bytes(PageSize size) {
  return std::uint64_t{1} << (12 + 9 * static_cast<unsigned>(size));
}

// A message-signalled interrupt: one DWORD write to FEEx_xxxxh.
struct Message {
  std::uint64_t address = 0;
  std::uint32_t data = 0;

  friend bool operator==(const Message &, const Message &) = default;
};

// What a device and the memory behind the unit saw of one request.
struct Completion {
  enum class Status : std::uint8_t {
    kOkay,         // done
    kBlocked,      // unsupported request: error answer from the unit, nothing reached memory
    kMemoryError,  // permitted, but memory answered with an error
    kAborted,  // completer abort: the error answer that tells a device to drop this request only
  };

  Status status = Status::kOkay;
  FaultReason reason = FaultReason::kNone;          // condition the unit detected
  std::optional<HostAddr> address = std::nullopt;   // first byte accessed behind the unit
  std::optional<Message> interrupt = std::nullopt;  // set when it left as an interrupt message
  bool snoop = true;                                // snoop attribute of the access behind the unit
  // Read data, `bytes` long when kOkay; of a translation request the completion entry (ats.hpp).
  std::vector<std::uint8_t> data = {};
};

}  // namespace dmar

#endif  // DMAR_TYPES_HPP
