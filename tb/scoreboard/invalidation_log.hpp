// SPDX-License-Identifier: Apache-2.0
// Remembers invalidations: when software gave each one to the unit and when it could know that it
// was done. Answers how old a table word may be that a cache still uses (VT-d 6.2, 6.5).
#ifndef DMAR_SCOREBOARD_INVALIDATION_LOG_HPP
#define DMAR_SCOREBOARD_INVALIDATION_LOG_HPP

#include <optional>
#include <vector>

#include "dmar/config.hpp"
#include "dmar/types.hpp"
#include "golden/descriptor.hpp"
#include "memory/memory.hpp"

namespace dmar::bench {

// All times are cycles. A horizon H means: a value that was replaced at or before H may not be
// used any more.
class InvalidationLog {
 public:
  using Time = Memory::Time;
  using Ticket = std::size_t;

  explicit InvalidationLog(const Config &config) : config_(config) {}

  // `given`: the cycle in which software began to hand it over; what it overwrote before counts.
  Ticket begin(const golden::Invalidation &invalidation, Time given);
  // A change of the control state that this unit carries out as a flush of every DMA cache, or of
  // the interrupt-entry cache.
  Ticket begin_dma_flush(Time given);
  Ticket begin_interrupt_flush(Time given);
  // `seen`: the first cycle in which software could know of the completion.
  void complete(Ticket ticket, Time seen);

  // For a context-entry of `source_id` that names `domain`, and the root-entry it was reached by.
  // Without a domain: what holds whatever domain the entry names.
  [[nodiscard]] Time context_horizon(SourceId source_id, std::optional<DomainId> domain,
                                     Time used) const;
  // For the interrupt-remapping table entry `index`.
  [[nodiscard]] Time interrupt_horizon(unsigned index, Time used) const;
  // For a second-stage entry on the way from `address`; `leaf` as the entry itself says.
  [[nodiscard]] Time paging_horizon(DomainId domain, Iova address, bool leaf, Time used) const;

 private:
  struct AllDma {};
  using Scope = std::variant<AllDma, golden::ContextInvalidation, golden::IotlbInvalidation,
                             golden::InterruptInvalidation>;
  struct Entry {
    Scope scope;
    Time given = 0;
    Time seen = Memory::kForever;
  };

  Ticket add(const Scope &scope, Time given);
  template <class Covers>
  [[nodiscard]] Time horizon(Time used, Covers covers) const;

  Config config_;
  std::vector<Entry> entries_;
};

}  // namespace dmar::bench

#endif  // DMAR_SCOREBOARD_INVALIDATION_LOG_HPP
