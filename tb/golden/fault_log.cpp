// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "golden/fault_log.hpp"

#include "dmar/structures.hpp"

namespace dmar::golden {

bool FaultLog::occupied(unsigned record) const {
  return registers_.any(reg::frcd(record) + 8, bit(63));
}

bool FaultLog::collapses(SourceId source_id) const {
  if (!config_.collapse_faults) return false;
  for (unsigned n = 0; n < config_.fault_records; ++n) {
    const FaultRecord record{.hi = registers_.get(reg::frcd(n) + 8)};
    if (record.valid() && record.source_id() == source_id) return true;
  }
  return false;
}

void FaultLog::write_record(unsigned index, const FaultRecord &record) {
  registers_.set(reg::frcd(index), record.lo);
  registers_.set(reg::frcd(index) + 8, record.hi);
}

void FaultLog::record(const Request &request, FaultReason reason) {
  const bool status_before = registers_.any(reg::kFsts, fsts::kAnyStatus);
  const bool pending_before = registers_.any(reg::kFsts, fsts::kPpf);
  if (registers_.any(reg::kFsts, fsts::kPfo) || collapses(request.source_id)) return;
  if (occupied(next_)) {
    registers_.set_bits(reg::kFsts, fsts::kPfo);
    return;
  }
  write_record(next_, make_fault_record(config_, request, reason));
  if (!pending_before) {
    registers_.clear_bits(reg::kFsts, fsts::kFri);
    registers_.set_bits(reg::kFsts, std::uint64_t{next_} << fsts::kFriShift);
  }
  next_ = (next_ + 1) % config_.fault_records;
  hold_index();
  update_pending();
  if (!pending_before && !status_before) event_.raise();
}

void FaultLog::raise(std::uint32_t status) {
  const bool status_before = registers_.any(reg::kFsts, fsts::kAnyStatus);
  registers_.set_bits(reg::kFsts, status);
  if (!status_before) event_.raise();
}

void FaultLog::queue_error(QueueError cause) {
  registers_.clear_bits(reg::kIqercd, iqercd::kIqei);
  registers_.set_bits(reg::kIqercd, static_cast<std::uint64_t>(cause));
  raise(fsts::kIqe);
}

// While the status bit is set the record belongs to the first such device.
void FaultLog::device_tlb_error(std::uint32_t status, unsigned shift, SourceId source_id) {
  if (!registers_.any(reg::kFsts, status)) {
    registers_.clear_bits(reg::kIqercd, std::uint64_t{0xFFFF} << shift);
    registers_.set_bits(reg::kIqercd, std::uint64_t{source_id.raw()} << shift);
  }
  raise(status);
}

void FaultLog::completion_error(SourceId source_id) {
  device_tlb_error(fsts::kIce, iqercd::kIcesidShift, source_id);
}

void FaultLog::invalidation_time_out(SourceId source_id) {
  device_tlb_error(fsts::kIte, iqercd::kItesidShift, source_id);
}

void FaultLog::status_written() {
  update_pending();
  if (!registers_.any(reg::kFsts, fsts::kAnyStatus)) event_.withdraw();
}

void FaultLog::update_pending() {
  bool pending = false;
  for (unsigned n = 0; n < config_.fault_records; ++n) pending = pending || occupied(n);
  registers_.clear_bits(reg::kFsts, fsts::kPpf);
  if (pending) registers_.set_bits(reg::kFsts, fsts::kPpf);
}

void FaultLog::hold_index() {
  if (!registers_.any(reg::kGsts, gsts::kTes | gsts::kIres)) next_ = 0;
}

}  // namespace dmar::golden
