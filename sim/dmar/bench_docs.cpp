// SPDX-License-Identifier: Apache-2.0
// See bench_docs.hpp.
#include "bench_docs.hpp"

#include <fmt/format.h>

#include <fstream>
#include <iterator>

#include "bench_text.hpp"
#include "output_file.hpp"
#include "usage_error.hpp"

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
  std::string text = document;
  for (const auto &[name, part] : parts) {
    const std::string begin = fmt::format("<!-- bench {} -->\n", name);
    const std::string end = fmt::format("<!-- end of bench {} -->\n", name);
    const std::size_t from = text.find(begin);
    const std::size_t to = text.find(end);
    if (from == std::string::npos || to == std::string::npos || to < from) {
      throw UsageError(fmt::format("no lines for the part '{}'", name));
    }
    text.replace(from + begin.size(), to - from - begin.size(), part);
  }
  return text;
}

std::string read_document(const std::filesystem::path &file) {
  std::ifstream in(file);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  if (!in || text.empty()) {
    throw UsageError(fmt::format("--update-docs {}: cannot be read, or empty", file.string()));
  }
  return text;
}

void update_document(const std::filesystem::path &file, const BenchResult &result) {
  const std::string document = read_document(file);
  try {
    write_whole(file, with_parts(document, document_parts(result)));
  } catch (const UsageError &error) {
    throw UsageError(fmt::format("--update-docs {}: {}", file.string(), error.what()));
  }
}

}  // namespace dmar::sim
