// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "golden/fault_record.hpp"

#include "dmar/fault_names.hpp"
#include "dmar/structures.hpp"

namespace dmar::golden {

namespace {

// The field has 16 bits; a carry of the index is lost.
std::uint64_t interrupt_info(const Request &request) {
  const std::uint64_t index = interrupt_request::index(request.address.raw(), request.message_data);
  return index << 48;
}

}  // namespace

FaultRecord make_fault_record(const Config &config, const Request &request, FaultReason reason) {
  FaultRecord record;
  record.hi =
      bit(63) | (std::uint64_t{static_cast<std::uint8_t>(reason)} << 32) | request.source_id.raw();
  if (is_interrupt_fault(reason)) {
    if (names_interrupt_index(reason)) record.lo = interrupt_info(request);
    return record;
  }

  // Fault info stops at the largest AGAW that CAP.SAGAW lists (VT-d 11.4.7.6).
  const unsigned width = (config.sagaw & 0b1000) != 0 ? 57 : (config.sagaw & 0b100) != 0 ? 48 : 39;
  record.lo = request.address.raw() & bits(width - 1, 12);
  const bool atomic = request.kind == AccessKind::kAtomic;
  const bool write = request.kind == AccessKind::kWrite;
  if (!write) record.hi |= bit(62);
  if (atomic) record.hi |= bit(28);
  if (config.device_tlb) record.hi |= std::uint64_t{static_cast<std::uint8_t>(request.at)} << 60;
  return record;
}

}  // namespace dmar::golden
