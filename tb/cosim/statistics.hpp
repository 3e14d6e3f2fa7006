// SPDX-License-Identifier: Apache-2.0
// What a unit did for its machine, and where it and the golden model did not agree.
#ifndef DMAR_COSIM_STATISTICS_HPP
#define DMAR_COSIM_STATISTICS_HPP

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "bench/rtl_iommu.hpp"
#include "golden/fault_record.hpp"

namespace dmar::cosim {

// A blocked request with a fault condition, as the unit judged it.
struct Fault {
  golden::FaultRecord record;  // as the unit records it, unless it has one of this source already
  Request request;
  std::uint64_t cycle = 0;
  std::size_t unit = 0;  // where faults of several come together: its number
};

struct Statistics {
  std::uint64_t dma_reads = 0;  // requests, each inside one page
  std::uint64_t dma_writes = 0;
  std::uint64_t dma_bytes = 0;          // moved
  std::uint64_t dma_translated = 0;     // through page tables
  std::uint64_t dma_identity = 0;       // translation off, or pass-through
  std::uint64_t dma_by_device_tlb = 0;  // translated requests: what device TLBs made of them
  std::uint64_t dma_blocked = 0;
  std::uint64_t translation_requests = 0;
  std::uint64_t translations_granted = 0;  // those that were answered with R or W
  std::uint64_t golden_translations_granted = 0;
  std::uint64_t interrupts = 0;
  std::uint64_t interrupts_remapped = 0;   // as their table entry says
  std::uint64_t interrupts_posted = 0;     // to a descriptor in memory
  std::uint64_t notifications = 0;         // of them: messages of the unit, too
  std::uint64_t interrupts_unchanged = 0;  // left as they came
  std::uint64_t interrupts_blocked = 0;
  std::uint64_t context_invalidations = 0;
  std::uint64_t iotlb_invalidations = 0;
  std::uint64_t interrupt_invalidations = 0;
  std::uint64_t device_tlb_invalidations = 0;  // messages to devices
  std::uint64_t golden_device_tlb_invalidations = 0;
  std::uint64_t device_tlb_completions = 0;  // messages of devices
  std::uint64_t device_tlb_timeouts = 0;
  // Translated requests by no translation that their device was given, and those of them that the
  // unit let through, as it must where the context entry permits translated requests.
  std::uint64_t not_granted = 0;
  std::uint64_t not_granted_passed = 0;
  std::uint64_t status_writes = 0;
  std::uint64_t events = 0;  // messages of the unit itself
  std::uint64_t register_reads = 0;
  std::uint64_t register_writes = 0;
  std::uint64_t registers_compared = 0;
  std::uint64_t raced = 0;  // answers from tables that changed while the request was in the unit
  std::uint64_t stale = 0;  // answers of a cache before its invalidation
  std::uint64_t resets = 0;
  // False once a fault was judged by tables that changed at that moment: from then on the golden
  // model does not know what the fault records hold.
  bool fault_log_compared = true;
  std::vector<Fault> faults;
  bench::Counters unit;  // of the RTL, over all resets
  double seconds = 0;    // of wall clock in which the RTL ran

  [[nodiscard]] std::uint64_t dma() const { return dma_reads + dma_writes; }
  [[nodiscard]] std::uint64_t invalidations() const {
    return context_invalidations + iotlb_invalidations + interrupt_invalidations;
  }
};

struct Difference {
  std::string what;  // "dma w 0028 ffffe000 512"
  std::string unit;
  std::string golden;
  std::uint64_t cycle = 0;
  std::string reached = {};  // whose memory a wrong access reached, when that is known
};

struct Differences {
  static constexpr std::size_t kKept = 20;
  std::uint64_t count = 0;
  std::vector<Difference> first;  // up to kKept of them
};

}  // namespace dmar::cosim

#endif  // DMAR_COSIM_STATISTICS_HPP
