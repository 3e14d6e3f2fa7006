// SPDX-License-Identifier: Apache-2.0
// The unit under test of a replay: an Iommu plus what only a bench can see of it.
#ifndef DMAR_TRACE_TARGET_HPP
#define DMAR_TRACE_TARGET_HPP

#include <cstdint>
#include <vector>

#include "dmar/iommu.hpp"
#include "dmar/registers.hpp"
#include "trace/event.hpp"

namespace dmar::report {
class UnitObserver;  // report/unit_observer.hpp
}

namespace dmar::trace {

// Totals since the unit was made.
struct Counters {
  std::uint64_t hits = 0;         // requests answered without a table walk
  std::uint64_t walks = 0;        // table walks started
  std::uint64_t table_reads = 0;  // reads of root, context and paging entries
  std::uint64_t cycles = 0;       // clock cycles, 0 for a model without a clock
};

// One burst that a device request caused behind the unit.
struct HostAccess {
  bool write = false;
  HostAddr address;
  unsigned bytes = 0;
};

class Target {
 public:
  virtual ~Target() = default;

  virtual Iommu &iommu() = 0;
  [[nodiscard]] virtual Counters counters() const = 0;

  // The request that comes next. A trace holds the lines of tables that its requests use, as they
  // were then; what else a unit may fetch ahead, nobody has recorded.
  virtual void expect(const Request &request) { static_cast<void>(request); }

  // From now on `observer` is told of requests, table reads and messages with their cycles; false:
  // there is no clock. The observer outlives the target.
  virtual bool observe(report::UnitObserver &observer) {
    static_cast<void>(observer);
    return false;
  }

  // The unit is left to find out that a device does not complete the invalidation with this tag.
  // With a clock that takes its time; without ITE the replay goes on, and shows what is missing.
  virtual void time_out(unsigned itag) {
    static_cast<void>(itag);
    constexpr unsigned kReads = 5'000'000;
    for (unsigned n = 0; n < kReads; ++n) {
      if ((iommu().read(reg::kFsts, 4) & fsts::kIte) != 0) return;
    }
  }

  // Status writes of wait descriptors since the last call, oldest first.
  virtual std::vector<StatusEvent> take_status_writes() = 0;

  // Accesses to memory made for device requests since the last call, interrupt messages left out.
  virtual std::vector<HostAccess> take_accesses() = 0;
};

}  // namespace dmar::trace

#endif  // DMAR_TRACE_TARGET_HPP
