// SPDX-License-Identifier: Apache-2.0
// See timeline.hpp.
#include "report/timeline.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "dmar/fault_names.hpp"
#include "report/invalidation_text.hpp"

namespace dmar::report {

namespace {

using Json = TraceFile::Json;

constexpr int kRanks = 10'000;  // of one unit: itself, its functions, its domains
constexpr int kFunctionRank = 100;
constexpr int kDomainRank = 5'000;

constexpr std::uint64_t time_of(std::uint64_t cycle) {
  return cycle * Timeline::kNanosecondsPerCycle;
}

std::string hex(std::uint64_t value) { return fmt::format("{:#x}", value); }

const char *kind_of(const RequestSeen &seen) {
  if (seen.interrupt) return "interrupt";
  switch (seen.request.kind) {
    case AccessKind::kRead:
      return "read";
    case AccessKind::kWrite:
      return "write";
    case AccessKind::kAtomic:
      return "atomic";
    case AccessKind::kZeroLengthRead:
      return "zero-length read";
  }
  return "?";
}

const char *result_of(const RequestSeen &seen) {
  switch (seen.result) {
    case RequestSeen::Result::kDone:
      return "done";
    case RequestSeen::Result::kBlocked:
      return "blocked";
    case RequestSeen::Result::kMemoryError:
      return "memory error";
  }
  return "?";
}

Json arguments_of(const RequestSeen &seen) {
  Json args{{"address", hex(seen.request.address.raw())},
            {"bytes", seen.request.bytes},
            {"result", result_of(seen)},
            {"translated by", seen.hit ? "cache" : "walk"},
            {"cycle", seen.submitted},
            {"cycles", seen.done - seen.submitted}};
  if (seen.domain) args["domain"] = seen.domain->raw();
  if (seen.reason != FaultReason::kNone) {
    args["fault reason"] = fmt::format("{:02X}h", static_cast<unsigned>(seen.reason));
  }
  return args;
}

// What a request consists of: its translation, and what comes after it.
std::vector<TraceFile::Event> parts_of(const RequestSeen &seen) {
  std::vector<TraceFile::Event> parts;
  if (seen.judged > seen.begun) {
    parts.push_back({.name = seen.hit ? "hit" : "walk",
                     .category = "translation",
                     .from = time_of(seen.begun),
                     .to = time_of(seen.judged)});
  }
  if (seen.result != RequestSeen::Result::kBlocked && seen.done > seen.judged) {
    parts.push_back({.name = "memory",
                     .category = "memory",
                     .from = time_of(seen.judged),
                     .to = time_of(seen.done)});
  }
  return parts;
}

}  // namespace

TraceFile::Process Timeline::unit_process(unsigned unit) {
  return file_.process(fmt::format("unit {}", names_.unit(unit)), static_cast<int>(unit) * kRanks);
}

TraceFile::Process Timeline::function_process(unsigned unit, SourceId source) {
  return file_.process(
      fmt::format("function {} ({})", names_.function(unit, source), names_.unit(unit)),
      static_cast<int>(unit) * kRanks + kFunctionRank + source.raw() % 4096);
}

TraceFile::Process Timeline::domain_process(unsigned unit, std::uint16_t domain) {
  return file_.process(fmt::format("domain {} ({})", domain, names_.unit(unit)),
                       static_cast<int>(unit) * kRanks + kDomainRank + domain % 4096);
}

void Timeline::put_counters(unsigned unit, const Step &step) {
  const TraceFile::Process process = unit_process(unit);
  const std::uint64_t time = time_of(step.number * kCounterStep);
  file_.counter(process, "hits (%)", time,
                step.requests == 0
                    ? 0
                    : 100.0 * static_cast<double>(step.hits) / static_cast<double>(step.requests));
  // By Little's law: the time that all requests took, over the time that went by.
  file_.counter(process, "requests in flight (mean)", time,
                static_cast<double>(step.cycles) / static_cast<double>(kCounterStep));
}

void Timeline::count(unsigned unit, const RequestSeen &seen) {
  if (unit >= steps_.size()) steps_.resize(unit + 1);
  Step &step = steps_[unit];
  const std::uint64_t number = seen.done / kCounterStep;
  if (number > step.number) {
    put_counters(unit, step);
    // An idle stretch falls back to zero at its beginning.
    if (number > step.number + 1) put_counters(unit, {.number = step.number + 1});
    step = {.number = number};
  }
  ++step.requests;
  if (seen.hit) ++step.hits;
  step.cycles += seen.done - seen.submitted;
}

void Timeline::request(unsigned unit, const RequestSeen &seen) {
  count(unit, seen);
  file_.slice(function_process(unit, seen.request.source_id),
              seen.interrupt ? "interrupts" : "requests",
              {.name = kind_of(seen),
               .category = "request",
               .from = time_of(seen.submitted),
               .to = time_of(seen.done),
               .args = arguments_of(seen)},
              parts_of(seen));
}

void Timeline::table_read(unsigned unit, const TableReadSeen &seen) {
  file_.slice(
      unit_process(unit), seen.queue ? std::string("queue reads") : fmt::format("walk {}", seen.id),
      {.name = seen.queue ? "descriptors" : "table read",
       .category = seen.queue ? "queue read" : "table read",
       .from = time_of(seen.from),
       .to = time_of(seen.to),
       .args = {
           {"address", hex(seen.address.raw())}, {"bytes", seen.bytes}, {"cycle", seen.from}}});
}

void Timeline::invalidation(unsigned unit, const InvalidationSeen &seen) {
  const auto domain = domain_of(seen.what);
  file_.asynchronous(
      domain ? domain_process(unit, *domain) : unit_process(unit),
      {.name = invalidation_name(seen.what),
       .category = "invalidation",
       .from = time_of(seen.from),
       .to = time_of(seen.to),
       .args = {{"what", invalidation_detail(seen.what)},
                {"asked for by", seen.queued ? "descriptor" : "register"},
                {"end seen by", seen.by_status ? "status write" : "rest of the unit"},
                {"cycle", seen.from},
                {"cycles", seen.to - seen.from}}});
}

void Timeline::fault(unsigned unit, const FaultSeen &seen) {
  ++faults_;
  const FaultName &name = fault_name(static_cast<FaultReason>(seen.record.reason()));
  Json args{{"reason", fmt::format("{:02X}h", seen.record.reason())},
            {"what", name.description},
            {"address", hex(seen.request.address.raw())},
            {"cycle", seen.cycle}};
  if (!seen.where.empty()) args["event"] = seen.where;
  if (!seen.explained.empty()) args["explained"] = seen.explained;
  file_.instant(function_process(unit, seen.request.source_id), "faults",
                {.name = fmt::format("fault {:02X}h", seen.record.reason()),
                 .category = "fault",
                 .from = time_of(seen.cycle),
                 .args = std::move(args)});
}

void Timeline::message(unsigned unit, const MessageSeen &seen) {
  const bool status = seen.kind == MessageSeen::Kind::kStatusWrite;
  file_.instant(unit_process(unit), "messages",
                {.name = status ? "status write" : "event message",
                 .category = "message",
                 .from = time_of(seen.cycle),
                 .args = {{"address", hex(seen.message.address)},
                          {"data", hex(seen.message.data)},
                          {"cycle", seen.cycle}}});
}

void Timeline::mark(unsigned unit, std::uint64_t cycle, const std::string &name) {
  file_.instant(unit_process(unit), "marks",
                {.name = name, .category = "mark", .from = time_of(cycle)});
}

void Timeline::finish(Json facts) {
  for (unsigned unit = 0; unit < steps_.size(); ++unit) put_counters(unit, steps_[unit]);
  facts["clock"] = fmt::format("time is counted in cycles of the unit; one cycle is shown as {} ns",
                               kNanosecondsPerCycle);
  file_.finish(facts);
}

}  // namespace dmar::report
