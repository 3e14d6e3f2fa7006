// SPDX-License-Identifier: Apache-2.0
// See scale_agreement.hpp.
#include <fmt/format.h>

#include "scale/agreement.hpp"
#include "scale_agreement.hpp"
#include "usage_error.hpp"

namespace dmar::sim {

bool compares_with_rtl() { return true; }

TextTable agreement_table() {
  TextTable table{.head = {"workload", "memory", "RTL, a clock", "model, a clock", "difference",
                           "hits, RTL", "hits, model", "walks each, RTL", "walks each, model"},
                  .rows = {}};
  try {
    perf::CoreLibrary library;
    for (const char *name : scale::agreement_workloads()) {
      for (const unsigned latency : scale::agreement_latencies()) {
        const auto row = scale::compare(library, *perf::find_workload(name), latency);
        table.rows.push_back(
            {std::string(row.kind->title), fmt::format("{}", latency),
             fmt::format("{:.3f}", row.rtl.per_clock), fmt::format("{:.3f}", row.model.per_clock),
             fmt::format("{:+.1f} %", 100 * row.error()),
             fmt::format("{:.1f} %", 100 * row.rtl.hits),
             fmt::format("{:.1f} %", 100 * row.model.hits), fmt::format("{:.3f}", row.rtl.walks),
             fmt::format("{:.3f}", row.model.walks)});
      }
    }
  } catch (const perf::ModelError &error) {
    throw UsageError(error.what());
  }
  return table;
}

}  // namespace dmar::sim
