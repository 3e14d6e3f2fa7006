// SPDX-License-Identifier: Apache-2.0
// What the host and its virtual machines do, a line at a time, each behind the name of its machine.
#ifndef DMAR_SIM_VMS_PROGRESS_HPP
#define DMAR_SIM_VMS_PROGRESS_HPP

#include <optional>
#include <string>
#include <string_view>

namespace dmar::sim {

// One line for people out of one of the host's console; nothing for one that tells them nothing.
// With `color`, results and machines stand out by the escape sequences of terminals.
std::optional<std::string> vms_line(std::string_view console_line, bool color);

}  // namespace dmar::sim

#endif  // DMAR_SIM_VMS_PROGRESS_HPP
