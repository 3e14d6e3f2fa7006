// SPDX-License-Identifier: Apache-2.0
// What `dmar vm --bounce` measured, and whether it is what it should be.
#ifndef DMAR_SIM_VM_BOUNCE_HPP
#define DMAR_SIM_VM_BOUNCE_HPP

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "vm_result.hpp"

namespace dmar::sim {

// With translation no byte may go through a bounce buffer, without it all of them have to.
void add_bounce_failures(const VmResult &result, std::vector<std::string> &out);

std::string bounce_text(const VmResult &result);  // empty when nothing was measured
nlohmann::ordered_json bounce_json(const VmResult &result);

}  // namespace dmar::sim

#endif  // DMAR_SIM_VM_BOUNCE_HPP
