// SPDX-License-Identifier: Apache-2.0
// The options of `dmar fuzz`.
#ifndef DMAR_SIM_FUZZ_OPTIONS_HPP
#define DMAR_SIM_FUZZ_OPTIONS_HPP

#include <string>
#include <vector>

#include "fuzz_campaign.hpp"
#include "report_options.hpp"

namespace CLI {
class App;
}

namespace dmar::sim {

struct FuzzOptions {
  std::vector<std::string> configs;  // empty: all
  std::uint64_t seed = 1;
  std::uint64_t cycles = bench::FuzzCase{}.cycles;
  std::uint64_t runs = 0;  // 0: no limit
  std::string time;        // empty: no limit
  unsigned jobs = 1;
  std::vector<std::string> only;
  std::vector<std::string> without;
  bool swarm = false;
  std::string json;
  ReportOptions report;
  std::string folder = "fuzz-failures";
  bool no_shrink = false;
  bool list = false;
  bool sabotage = false;
};

void add_fuzz_options(CLI::App &command, FuzzOptions &options);

// Throws UsageError for names that do not exist and for times that are none.
CampaignPlan plan_of(const FuzzOptions &options);

// "90", "90s", "10m", "1h"; throws UsageError.
std::chrono::seconds parse_time(const std::string &text);

// Every feature with its description.
std::string feature_list();

}  // namespace dmar::sim

#endif  // DMAR_SIM_FUZZ_OPTIONS_HPP
