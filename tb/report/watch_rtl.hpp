// SPDX-License-Identifier: Apache-2.0
// What an observer needs of the Verilated RTL: its table port, and times of requests.
#ifndef DMAR_REPORT_WATCH_RTL_HPP
#define DMAR_REPORT_WATCH_RTL_HPP

#include "bench/rtl_iommu.hpp"
#include "bench/table_port_rules.hpp"
#include "report/unit_observer.hpp"

namespace dmar::report {

// Tells `observer` of all traffic at m_tbl. Both outlive the unit, or the next call.
inline void watch_table_port(bench::RtlIommu &rtl, UnitObserver &observer) {
  rtl.observe_table_reads(
      [&observer](const bench::AddressBeat &burst, std::uint64_t from, std::uint64_t to) {
        const unsigned bytes = (burst.len + 1U) << burst.size;
        if (burst.id == bench::kPostingId) return;
        if (burst.id == bench::kQueueReadId) {
          observer.queue_read(burst.address, bytes, from, to);
        } else {
          observer.table_read(burst.id, burst.address, bytes, from, to);
        }
      });
  rtl.observe_table_accesses([&observer](const bench::AxiAccess &access) {
    if (!access.write || access.runs.empty() || access.runs[0].bytes.size() < 4) return;
    Message message{.address = access.runs[0].address, .data = 0};
    for (unsigned k = 4; k-- > 0;) message.data = message.data << 8 | access.runs[0].bytes[k];
    if (bench::is_event(access)) {
      observer.event(message, access.perform_cycle);
    } else {
      observer.status_write(message, access.perform_cycle);
    }
  });
}

// A finished request with the verdict of the golden model.
inline RequestSeen seen_request(const Request &request, const bench::Outcome &outcome,
                                const golden::Verdict &verdict) {
  RequestSeen seen = RequestSeen::made_of(request, outcome.completion, verdict);
  seen.hit = outcome.verdict.hit;
  seen.submitted = outcome.submitted_cycle;
  seen.begun = outcome.begun_cycle();
  seen.judged = outcome.verdict.cycle;
  seen.done = outcome.done_cycle;
  return seen;
}

}  // namespace dmar::report

#endif  // DMAR_REPORT_WATCH_RTL_HPP
