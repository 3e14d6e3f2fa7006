// SPDX-License-Identifier: Apache-2.0
// See model.hpp.
#include "report/model.hpp"

#include "report/invalidation_text.hpp"

namespace dmar::report {

namespace {

// The record of `key`, which is made while there are fewer than `most`.
template <class Record>
Record *record_of(std::map<std::uint16_t, Record> &records, std::uint16_t key, std::size_t most) {
  const auto found = records.find(key);
  if (found != records.end()) return &found->second;
  return records.size() < most ? &records[key] : nullptr;
}

void count(Bucket &bucket, const RequestSeen &seen) {
  if (seen.interrupt) {
    ++bucket.interrupts;
    return;
  }
  ++bucket.requests;
  if (seen.hit) ++bucket.hits;
  bucket.bytes += seen.bytes_moved();
}

void count(Latencies &latencies, const RequestSeen &seen, std::uint64_t cycles) {
  if (seen.interrupt) {
    latencies.interrupts.add(cycles);
  } else {
    (seen.hit ? latencies.hits : latencies.walks).add(cycles);
  }
}

void count(FunctionRecord &function, const RequestSeen &seen) {
  const bool blocked = seen.result == RequestSeen::Result::kBlocked;
  count(function.series.at(seen.done), seen);
  count(function.latencies, seen, seen.done - seen.submitted);
  if (seen.interrupt) {
    if (blocked) ++function.interrupts_blocked;
  } else {
    const AccessKind kind = seen.request.kind;
    const bool reads = kind == AccessKind::kRead || kind == AccessKind::kZeroLengthRead;
    ++(reads ? function.reads : function.writes);
    if (blocked) ++function.blocked;
  }
  if (seen.domain) {
    function.domain = seen.domain->raw();
    if (function.domains.size() < Model::kMostDomains) function.domains.insert(*function.domain);
  }
}

}  // namespace

UnitRecord &Model::unit_at(unsigned unit) {
  if (unit >= units_.size()) units_.resize(unit + 1);
  return units_[unit];
}

void Model::note_wall_clock(UnitRecord &unit, std::uint64_t cycle) {
  if (!seconds_) return;
  if (!unit.wall.empty() && cycle < unit.wall.back().cycle + unit.series.width()) return;
  unit.wall.push_back({cycle, seconds_()});
  if (unit.wall.size() <= kMostWall) return;
  for (std::size_t i = 0; i < unit.wall.size() / 2; ++i) unit.wall[i] = unit.wall[2 * i];
  unit.wall.resize(unit.wall.size() / 2);
}

void Model::request(unsigned number, const RequestSeen &seen) {
  UnitRecord &unit = unit_at(number);
  count(unit.series.at(seen.done), seen);
  count(unit.added, seen, seen.judged - seen.begun);
  note_wall_clock(unit, seen.done);
  const std::uint16_t source = seen.request.source_id.raw();
  if (FunctionRecord *function = record_of(unit.functions, source, kMostFunctions)) {
    count(*function, seen);
  } else {
    ++unit.others;
  }
  if (!seen.domain) return;
  if (DomainRecord *domain = record_of(unit.domains, seen.domain->raw(), kMostDomains)) {
    count(domain->series.at(seen.done), seen);
    if (domain->sources.size() < kMostFunctions) domain->sources.insert(source);
  }
}

void Model::table_read(unsigned number, const TableReadSeen &seen) {
  UnitRecord &unit = unit_at(number);
  if (seen.queue) {
    ++unit.queue_reads;
  } else {
    unit.table_reads.add(seen.to - seen.from);
  }
}

void Model::invalidation(unsigned number, const InvalidationSeen &seen) {
  UnitRecord &unit = unit_at(number);
  ++unit.series.at(seen.to).invalidations;
  unit.invalidations.add(seen.to - seen.from);
  if (std::holds_alternative<golden::InterruptInvalidation>(seen.what)) return;
  const auto which = domain_of(seen.what);
  if (!which) ++unit.global_invalidations;
  if (which) {
    if (DomainRecord *domain = record_of(unit.domains, *which, kMostDomains)) {
      ++domain->series.at(seen.to).invalidations;
    }
  }
  for (auto &[source, function] : unit.functions) {
    if (!which || function.domain == which) ++function.series.at(seen.to).invalidations;
  }
}

void Model::fault(unsigned number, const FaultSeen &seen) {
  UnitRecord &unit = unit_at(number);
  unit.faults.add(seen);
  ++unit.series.at(seen.cycle).faults;
  FunctionRecord *function =
      record_of(unit.functions, seen.request.source_id.raw(), kMostFunctions);
  if (function != nullptr) ++function->series.at(seen.cycle).faults;
}

void Model::message(unsigned number, const MessageSeen &seen) {
  UnitRecord &unit = unit_at(number);
  ++(seen.kind == MessageSeen::Kind::kStatusWrite ? unit.status_writes : unit.events);
}

void Model::mark(unsigned number, std::uint64_t cycle, const std::string &name) {
  UnitRecord &unit = unit_at(number);
  if (unit.marks.size() < kMostMarks) {
    unit.marks.push_back({cycle, name});
  } else {
    ++unit.marks_left_out;
  }
}

bool Model::wants_explanation(unsigned number, const FaultSeen &seen) const {
  return number >= units_.size() || units_[number].faults.begins_line(seen);
}

void Model::owners(unsigned number, Owners owners) {
  UnitRecord &unit = unit_at(number);
  const std::uint64_t shown = owners.functions_with_memory();
  if (!unit.owners || shown >= unit.owners->functions_with_memory()) {
    unit.owners = std::move(owners);
  }
}

}  // namespace dmar::report
