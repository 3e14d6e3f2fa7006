// SPDX-License-Identifier: Apache-2.0
// Keeps the measured parts of a document up to date: what stands between the lines
// <!-- bench NAME --> and <!-- end of bench NAME -->.
#ifndef DMAR_SIM_BENCH_DOCS_HPP
#define DMAR_SIM_BENCH_DOCS_HPP

#include <filesystem>
#include <map>
#include <string>

#include "bench_result.hpp"
#include "generated_parts.hpp"

namespace dmar::sim {

// Text by name: figures, configurations, workloads, axi, rates, and one for each plot.
std::map<std::string, std::string> document_parts(const BenchResult &result);

// `document` with these parts replaced. UsageError, naming it, for a part that has no such lines.
std::string with_parts(const std::string &document,
                       const std::map<std::string, std::string> &parts);

// Throws UsageError when `file` cannot be read or lacks the lines of a part.
void update_document(const std::filesystem::path &file, const BenchResult &result);

}  // namespace dmar::sim

#endif  // DMAR_SIM_BENCH_DOCS_HPP
