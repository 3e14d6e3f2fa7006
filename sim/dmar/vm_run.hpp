// SPDX-License-Identifier: Apache-2.0
// Runs a guest on the RTL to its end.
#ifndef DMAR_SIM_VM_RUN_HPP
#define DMAR_SIM_VM_RUN_HPP

#include <functional>
#include <string_view>

#include "reporting.hpp"
#include "stop_signals.hpp"
#include "vm_guest.hpp"
#include "vm_options.hpp"
#include "vm_result.hpp"

namespace dmar::sim {

// `on_line`, if there is one, is called for each line of the console. CosimError and UsageError
// when something of the machine cannot be had.
VmResult run_machine(const VmOptions &options, const VmGuest &guest, const StopSignals &stop,
                     Reporting &reporting,
                     const std::function<void(std::string_view)> &on_line = nullptr);

// Writes what the options ask for and prints the rest; the exit status.
int deliver(const VmResult &result, Reporting &reporting);

}  // namespace dmar::sim

#endif  // DMAR_SIM_VM_RUN_HPP
