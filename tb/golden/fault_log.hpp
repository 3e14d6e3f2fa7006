// SPDX-License-Identifier: Apache-2.0
// Primary fault recording (VT-d 7.2): the record file, overflow, collapse, FSTS and its event.
#ifndef DMAR_GOLDEN_FAULT_LOG_HPP
#define DMAR_GOLDEN_FAULT_LOG_HPP

#include "dmar/config.hpp"
#include "dmar/registers.hpp"
#include "dmar/types.hpp"
#include "golden/event.hpp"
#include "golden/fault_record.hpp"
#include "golden/register_file.hpp"

namespace dmar::golden {

class FaultLog {
 public:
  FaultLog(const Config &config, RegisterFile &registers, EventMessage &event)
      : config_(config), registers_(registers), event_(event) {}

  // A fault that FPD does not suppress: recorded, collapsed or lost to overflow.
  void record(const Request &request, FaultReason reason);
  // The invalidation queue stopped: FSTS.IQE, IQERCD.IQEI and the event.
  void queue_error(QueueError cause);
  // A message that completes what the device `source_id` was not asked for: FSTS.ICE, the record of
  // the first such device and the event.
  void completion_error(SourceId source_id);
  // A device that did not complete in time: FSTS.ITE and the same.
  void invalidation_time_out(SourceId source_id);
  // Software wrote FSTS or an F bit.
  void status_written();
  // GSTS.TES or IRES changed: while both are 0, the index of the next record is 0.
  void remapping_changed() { hold_index(); }
  void reset() { next_ = 0; }

 private:
  [[nodiscard]] bool occupied(unsigned record) const;
  [[nodiscard]] bool collapses(SourceId source_id) const;
  void write_record(unsigned index, const FaultRecord &record);
  void raise(std::uint32_t status);
  void device_tlb_error(std::uint32_t status, unsigned shift, SourceId source_id);
  void update_pending();
  void hold_index();

  const Config &config_;
  RegisterFile &registers_;
  EventMessage &event_;
  unsigned next_ = 0;  // slot of the next record
};

}  // namespace dmar::golden

#endif  // DMAR_GOLDEN_FAULT_LOG_HPP
