// SPDX-License-Identifier: Apache-2.0
// Judges the driver, not the unit: names the invalidations that software owes after it changed
// tables that a cache may hold (VT-d 6.5.3), for the entries on the way of one request.
#ifndef DMAR_SCOREBOARD_FLUSH_AUDIT_HPP
#define DMAR_SCOREBOARD_FLUSH_AUDIT_HPP

#include <optional>
#include <string>
#include <vector>

#include "dmar/config.hpp"
#include "dmar/types.hpp"
#include "memory/memory.hpp"
#include "scoreboard/invalidation_log.hpp"
#include "scoreboard/version_reader.hpp"

namespace dmar::bench {

struct MissingFlush {
  enum class Cache { kContext, kIotlb };
  Cache cache;
  DomainId domain;   // of the entry that may still be cached
  HostAddr changed;  // the word whose change was not followed by the invalidation
  std::string text;  // in a sentence

  friend bool operator==(const MissingFlush &, const MissingFlush &) = default;
};

class FlushAudit {
 public:
  // `memory` must record history.
  FlushAudit(const Config &config, const Memory &memory, const InvalidationLog &invalidations)
      : config_(config), memory_(memory), invalidations_(invalidations) {}

  // What is still owed at `now` before the device may be said to see the tables of the present
  // at `address`. Empty when every cache can only hold what memory holds.
  [[nodiscard]] std::vector<MissingFlush> missing(HostAddr root_table, SourceId device,
                                                  Iova address, Memory::Time now) const;

 private:
  using Time = Memory::Time;
  struct Search {
    SourceId device;
    Iova address;
    Time now;
    WordHistory history;
    std::vector<MissingFlush> found = {};
  };

  void audit_contexts(Search &search, HostAddr entry) const;
  void audit_tables(Search &search, HostAddr table, unsigned level, DomainId domain) const;

  Config config_;
  const Memory &memory_;
  const InvalidationLog &invalidations_;
};

}  // namespace dmar::bench

#endif  // DMAR_SCOREBOARD_FLUSH_AUDIT_HPP
