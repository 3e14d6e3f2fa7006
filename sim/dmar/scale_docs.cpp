// SPDX-License-Identifier: Apache-2.0
// See scale_docs.hpp.
#include "scale_docs.hpp"

#include <fmt/format.h>

#include <array>
#include <vector>

#include "generated_parts.hpp"
#include "scale_agreement.hpp"
#include "scale_area.hpp"
#include "scale_run.hpp"
#include "scale_text.hpp"

namespace dmar::sim {

namespace {

constexpr std::array kMemories{100U, 400U};
constexpr std::array kWalksOfUnits{16U, 32U};
constexpr std::array kWalksOfServices{64U, 128U, 256U};
constexpr std::array kLinks{1U, 8U, 16U, 32U};
constexpr std::array kLinkWorkloads{"nic", "nvme", "devices", "skewed"};
constexpr std::array kBroadcasts{1U, 8U};

std::string demand_part(const ScaleOptions &options) {
  return demand_table(options.ports).markdown();
}

std::string loads_part(const ScaleOptions &options) {
  std::vector<ScaleRow> rows;
  for (const perf::WorkloadKind *kind : scale_workloads(options)) {
    for (const unsigned memory : kMemories) {
      ScaleOptions one = options;
      one.memory = memory;
      rows.push_back(measure_scale(one, *kind, kWalksOfUnits, kWalksOfServices));
    }
  }
  return scale_table(options, rows).markdown();
}

std::string links_part(const ScaleOptions &options) {
  TextTable table{.head = {"workload"}, .rows = {}};
  for (const unsigned link : kLinks) table.head.push_back(fmt::format("link {}", link));
  for (const char *name : kLinkWorkloads) {
    const perf::WorkloadKind &kind = *perf::find_workload(name);
    std::vector<std::string> cells{std::string(kind.title)};
    for (const unsigned link : kLinks) {
      ScaleOptions one = options;
      one.link = link;
      const scale::Measured measured = measure_service(one, kind, options.walks);
      cells.push_back(fmt::format("{:.0f}", measured.slowest * options.clock));
    }
    table.rows.push_back(std::move(cells));
  }
  return table.markdown();
}

std::string invalidations_part(const ScaleOptions &options) {
  std::vector<InvalidationRow> rows{measure_invalidation(options, 0, 1)};
  for (const unsigned link : kLinks) {
    for (const unsigned broadcasts : kBroadcasts) {
      rows.push_back(measure_invalidation(options, link, broadcasts));
    }
  }
  return invalidation_table(options, rows).markdown();
}

std::string traces_part(const ScaleOptions &options) {
  return trace_table(options, trace_hits(options.traces)).markdown();
}

std::string area_part(const ScaleOptions &options) {
  const AreaEstimate area = estimate_area(options.area, options.walks);
  return area_table(area, options.ports, options.walks).markdown();
}

std::string agreement_part(const ScaleOptions &) { return agreement_table().markdown(); }

struct Part {
  const char *name;
  std::string (*text)(const ScaleOptions &options);
};

// Those for which `options` and the program have what they take.
std::vector<Part> parts_for(const ScaleOptions &options) {
  std::vector<Part> parts{{"demand", demand_part},
                          {"loads", loads_part},
                          {"links", links_part},
                          {"invalidations", invalidations_part}};
  if (!options.traces.empty()) parts.push_back({"traces", traces_part});
  if (!options.area.empty()) parts.push_back({"area", area_part});
  if (compares_with_rtl()) parts.push_back({"agreement", agreement_part});
  return parts;
}

}  // namespace

void update_scale_document(const ScaleOptions &options) {
  const std::vector<Part> parts = parts_for(options);
  Parts texts;
  for (const Part &part : parts) texts[part.name] = "";
  // Before minutes are spent: the document has all the places.
  check_parts("scale", options.document, texts);
  for (const Part &part : parts) texts[part.name] = part.text(options);
  update_parts("scale", options.document, texts);
}

}  // namespace dmar::sim
