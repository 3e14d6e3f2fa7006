// SPDX-License-Identifier: Apache-2.0
// What random machines have done, to add up over many of them.
#ifndef DMAR_FUZZ_STATISTICS_HPP
#define DMAR_FUZZ_STATISTICS_HPP

#include <cstdint>
#include <map>

#include "dmar/types.hpp"

namespace dmar::bench {

struct FuzzStatistics {
  std::uint64_t runs = 0;
  std::uint64_t cycles = 0;
  std::uint64_t requests = 0;  // answers checked
  std::uint64_t single = 0;    // of these, with exactly one legal answer
  std::uint64_t forwarded = 0;
  std::uint64_t interrupts = 0;    // messages that left the unit
  std::uint64_t posted = 0;        // interrupts
  std::uint64_t translations = 0;  // that devices were told, with access
  std::uint64_t device_tlb_flushes = 0;
  std::uint64_t faults = 0;
  std::uint64_t hits = 0;
  std::uint64_t walks = 0;
  std::uint64_t changes = 0;  // of tables
  std::uint64_t invalidations = 0;
  std::uint64_t control_changes = 0;
  std::uint64_t queue_errors = 0;
  std::uint64_t completion_errors = 0;  // FSTS.ICE
  std::uint64_t time_outs = 0;          // of devices: FSTS.ITE
  std::uint64_t status_writes = 0;
  std::uint64_t fault_records = 0;
  std::map<FaultReason, std::uint64_t> reasons = {};

  FuzzStatistics &operator+=(const FuzzStatistics &other);
};

}  // namespace dmar::bench

#endif  // DMAR_FUZZ_STATISTICS_HPP
