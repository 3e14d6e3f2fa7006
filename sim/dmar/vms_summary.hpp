// SPDX-License-Identifier: Apache-2.0
// What became of virtual machines: attacks, and who did what at the unit.
#ifndef DMAR_SIM_VMS_SUMMARY_HPP
#define DMAR_SIM_VMS_SUMMARY_HPP

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "vm_result.hpp"

namespace dmar::sim {

struct AttackResult {
  guest::Attack attack = {};
  std::optional<cosim::Fault> fault = {};  // as the unit judged it
  [[nodiscard]] bool reported() const { return attack.report.starts_with("DMAR"); }
};

std::vector<AttackResult> attack_results(const VmResult &result);

// What makes a run of virtual machines a failure, besides failed checks.
void add_attack_failures(const VmResult &result, std::vector<std::string> &out);

std::string attacks_text(const VmResult &result);
std::string traffic_text(const VmResult &result);
nlohmann::ordered_json attacks_json(const VmResult &result);
nlohmann::ordered_json traffic_json(const VmResult &result);

}  // namespace dmar::sim

#endif  // DMAR_SIM_VMS_SUMMARY_HPP
