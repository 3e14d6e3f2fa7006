// SPDX-License-Identifier: Apache-2.0
// The 128-bit fault recording register (VT-d 11.4, FRCD), as a value.
#ifndef DMAR_GOLDEN_FAULT_RECORD_HPP
#define DMAR_GOLDEN_FAULT_RECORD_HPP

#include <cstdint>

#include "dmar/config.hpp"
#include "dmar/types.hpp"

namespace dmar::golden {

struct FaultRecord {
  std::uint64_t lo = 0;
  std::uint64_t hi = 0;

  [[nodiscard]] bool valid() const { return (hi >> 63) != 0; }  // F
  [[nodiscard]] bool t1() const { return ((hi >> 62) & 1) != 0; }
  [[nodiscard]] bool t2() const { return ((hi >> 28) & 1) != 0; }
  [[nodiscard]] AddressType address_type() const { return AddressType((hi >> 60) & 3); }
  [[nodiscard]] std::uint8_t reason() const { return static_cast<std::uint8_t>(hi >> 32); }
  [[nodiscard]] SourceId source_id() const { return SourceId(static_cast<std::uint16_t>(hi)); }
  [[nodiscard]] std::uint64_t fault_info() const { return lo; }  // page of the address
  [[nodiscard]] unsigned interrupt_index() const { return lo >> 48; }

  friend bool operator==(const FaultRecord &, const FaultRecord &) = default;
};

// What the unit records, F set. Fields that mean nothing for this fault are 0.
FaultRecord make_fault_record(const Config &config, const Request &request, FaultReason reason);

}  // namespace dmar::golden

#endif  // DMAR_GOLDEN_FAULT_RECORD_HPP
