// SPDX-License-Identifier: Apache-2.0
#include "results.hpp"

#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

namespace dmar::mutation {

Results::Results(std::filesystem::path file, std::string rtl, std::string tests)
    : file_(std::move(file)), rtl_(std::move(rtl)), tests_(std::move(tests)) {
  load();
}

void Results::load() {
  std::ifstream in(file_);
  for (std::string line; std::getline(in, line);) {
    // The last line of a campaign that was killed while writing may be cut off.
    const nlohmann::json entry = nlohmann::json::parse(line, nullptr, false);
    if (entry.is_discarded() || entry.at("rtl") != rtl_) continue;
    const std::string key = entry.at("mutant");
    const Result result{.noticed = entry.at("noticed"), .seconds = entry.at("seconds")};
    results_.erase(key);
    if (result.killed() || entry.at("tests") == tests_) results_.emplace(key, result);
  }
}

std::optional<Result> Results::of(const Mutant &mutant) const {
  const auto found = results_.find(mutant.key());
  if (found == results_.end()) return std::nullopt;
  return found->second;
}

void Results::add(const Mutant &mutant, const Result &result) {
  results_[mutant.key()] = result;
  std::ofstream out(file_, std::ios::app);
  out << nlohmann::json{{"mutant", mutant.key()},
                        {"rtl", rtl_},
                        {"tests", tests_},
                        {"noticed", result.noticed},
                        {"seconds", result.seconds}}
             .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)
      << std::endl;
  if (!out) throw std::runtime_error(fmt::format("{}: cannot be written", file_.string()));
}

}  // namespace dmar::mutation
