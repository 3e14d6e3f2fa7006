// SPDX-License-Identifier: Apache-2.0
// The result of a machine for people (text) and for programs (JSON).
#ifndef DMAR_SIM_VM_SUMMARY_HPP
#define DMAR_SIM_VM_SUMMARY_HPP

#include <string>

#include "vm_result.hpp"

namespace dmar::sim {

// Mismatches that were kept, failed checks, and everything else that went wrong; empty when nothing
// did.
std::string vm_failure_text(const VmResult &result);

// What the guest said about its remapping unit, faults side by side, what the unit did. The last
// line is the verdict.
std::string vm_summary_text(const VmResult &result);

// One JSON object; the counts are whole numbers at the top level, "passed" is the verdict.
std::string vm_json_text(const VmResult &result);

}  // namespace dmar::sim

#endif  // DMAR_SIM_VM_SUMMARY_HPP
