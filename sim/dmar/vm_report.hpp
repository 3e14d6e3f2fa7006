// SPDX-License-Identifier: Apache-2.0
// The report page of a machine.
#ifndef DMAR_SIM_VM_REPORT_HPP
#define DMAR_SIM_VM_REPORT_HPP

#include <string>

#include "report/page.hpp"
#include "vm_result.hpp"

namespace dmar::sim {

// "dmar vm" or "dmar vms".
std::string command_of(const VmResult &result);

report::PageContent vm_page(const VmResult &result);

}  // namespace dmar::sim

#endif  // DMAR_SIM_VM_REPORT_HPP
