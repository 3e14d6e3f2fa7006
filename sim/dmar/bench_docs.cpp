// SPDX-License-Identifier: Apache-2.0
// See bench_docs.hpp.
#include "bench_docs.hpp"

#include "bench_text.hpp"

namespace dmar::sim {

std::map<std::string, std::string> document_parts(const BenchResult &result) {
  std::map<std::string, std::string> parts{
      {"figures", figure_table(result.figures).markdown()},
      {"configurations", configuration_table(result.figures, result.configurations).markdown()},
      {"workloads", mixed_table(result.mixed).markdown()},
      {"axi", top_table(result.top).markdown()},
      {"rates", rate_table(result.rates).markdown()}};
  // No model that was built may have them; then the document keeps what it says.
  if (!result.features.empty()) parts["features"] = feature_table(result.features).markdown();
  for (const perf::Plot &plot : result.plots) {
    if (!plot.bars) parts[plot.name] = plot_table(plot).markdown();
  }
  return parts;
}

std::string with_parts(const std::string &document,
                       const std::map<std::string, std::string> &parts) {
  return with_parts_of("bench", document, parts);
}

void update_document(const std::filesystem::path &file, const BenchResult &result) {
  update_parts("bench", file, document_parts(result));
}

}  // namespace dmar::sim
