// SPDX-License-Identifier: Apache-2.0
// See fault_list.hpp.
#include "fault_list.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "dmar/fault_names.hpp"
#include "golden/explain.hpp"
#include "grouped.hpp"

namespace dmar::sim {

namespace {

bool same_fault(const cosim::Fault &a, const cosim::Fault &b) {
  return a.unit == b.unit && a.record.hi == b.record.hi && a.record.lo == b.record.lo;
}

bool belongs(const guest::ReportedFault &line, const golden::FaultRecord &record) {
  const bool interrupt = is_interrupt_fault(FaultReason(record.reason()));
  const std::uint64_t where = interrupt ? record.interrupt_index() : record.fault_info();
  return line.interrupt == interrupt && line.source_id == record.source_id().raw() &&
         line.reason == record.reason() && line.address == where;
}

}  // namespace

std::vector<FaultLine> fault_list(const std::vector<cosim::Fault> &faults,
                                  const std::vector<guest::ReportedFault> &reported) {
  std::vector<FaultLine> list;
  for (const cosim::Fault &fault : faults) {
    if (!list.empty() && same_fault(list.back().fault, fault)) {
      ++list.back().times;
    } else {
      list.push_back({.fault = fault});
    }
  }
  std::vector<bool> used(reported.size());
  for (FaultLine &line : list) {
    for (std::size_t i = 0; i < reported.size() && line.guest.empty(); ++i) {
      if (used[i] || !belongs(reported[i], line.fault.record)) continue;
      line.guest = reported[i].line;
      used[i] = true;
    }
  }
  return list;
}

std::vector<std::string> unexplained(const std::vector<FaultLine> &list,
                                     const std::vector<guest::ReportedFault> &reported) {
  std::vector<std::string> out;
  for (const guest::ReportedFault &line : reported) {
    const bool known = std::ranges::any_of(
        list, [&](const FaultLine &one) { return belongs(line, one.fault.record); });
    if (!known) out.push_back(line.line);
  }
  return out;
}

std::string fault_text(const std::vector<FaultLine> &list, const std::vector<std::string> &units,
                       bool printed) {
  std::string out;
  for (const FaultLine &line : list) {
    const golden::FaultRecord &record = line.fault.record;
    out += fmt::format("  {:<6} cycle {:>12}  {:016x} {:016x}  {}{}\n", units.at(line.fault.unit),
                       grouped(line.fault.cycle), record.hi, record.lo,
                       golden::describe(line.fault.request),
                       line.times > 1 ? fmt::format(", {} like it", grouped(line.times - 1)) : "");
    if (!printed) continue;
    out += fmt::format("  guest  {}\n", line.guest.empty() ? "(not printed)" : line.guest);
  }
  return out;
}

}  // namespace dmar::sim
