// SPDX-License-Identifier: Apache-2.0
// Invalidation queue descriptors (VT-d 6.5.2) as values: what a descriptor asks for, or why it is
// invalid.
#ifndef DMAR_GOLDEN_DESCRIPTOR_HPP
#define DMAR_GOLDEN_DESCRIPTOR_HPP

#include <cstdint>
#include <variant>

#include "dmar/config.hpp"
#include "dmar/registers.hpp"
#include "dmar/types.hpp"

namespace dmar::golden {

struct ContextInvalidation {
  unsigned granularity = 0;  // dmar::granularity
  DomainId domain = {};
  SourceId source_id = {};
  unsigned function_mask = 0;  // FM: 1 ignores SID bit 2, 2 bits 2:1, 3 bits 2:0

  friend bool operator==(const ContextInvalidation &, const ContextInvalidation &) = default;
};

struct IotlbInvalidation {
  unsigned granularity = 0;
  DomainId domain = {};
  Iova address = {};          // page-selective: low `address_mask` page bits do not count
  unsigned address_mask = 0;  // 2^n pages of 4 KiB
  bool leaf_only = false;     // IH
  bool drain_reads = false;
  bool drain_writes = false;

  friend bool operator==(const IotlbInvalidation &, const IotlbInvalidation &) = default;
};

// Interrupt entry cache. IM is never refused: from 16 on it covers every index.
struct InterruptInvalidation {
  bool all = true;          // G = 0
  std::uint16_t index = 0;  // low `index_mask` bits do not count
  unsigned index_mask = 0;  // IM: 2^n entries

  friend bool operator==(const InterruptInvalidation &, const InterruptInvalidation &) = default;
};

// For the TLB of a device: a message to it (ATS).
struct DeviceTlbInvalidation {
  SourceId source_id = {};
  unsigned max_pending = 32;  // MIP: that many may be outstanding for the device, 1 to 32
  std::uint64_t payload = 0;  // of the message (dmar/ats.hpp)

  friend bool operator==(const DeviceTlbInvalidation &, const DeviceTlbInvalidation &) = default;
};

struct InvalidationWait {
  bool interrupt = false;     // IF
  bool status_write = false;  // SW
  bool fence = false;         // FN
  HostAddr status_address = {};
  std::uint32_t status_data = 0;

  friend bool operator==(const InvalidationWait &, const InvalidationWait &) = default;
};

using Invalidation = std::variant<ContextInvalidation, IotlbInvalidation, InterruptInvalidation>;
using Descriptor = std::variant<ContextInvalidation, IotlbInvalidation, InterruptInvalidation,
                                DeviceTlbInvalidation, InvalidationWait, QueueError>;

// Decodes a descriptor in legacy or abort mode. Types 1, 2, 5 exist, with device TLBs 3, with
// interrupt remapping 4; any other is kInvalidType. Reserved bits, reserved granularities and AM
// above CAP.MAMV are kReservedBit. `upper`: bits 255:128 of a 256-bit descriptor ORed, for no type
// uses them.
Descriptor decode_descriptor(const Config &config, std::uint64_t qw0, std::uint64_t qw1,
                             std::uint64_t upper = 0);

}  // namespace dmar::golden

#endif  // DMAR_GOLDEN_DESCRIPTOR_HPP
