// SPDX-License-Identifier: Apache-2.0
// The line by which Linux reports a fault of the remapping unit.
#ifndef DMAR_GUEST_CONSOLE_FAULT_HPP
#define DMAR_GUEST_CONSOLE_FAULT_HPP

#include <optional>
#include <string_view>

#include "guest/guest.hpp"

namespace dmar::guest {

// `message` without time stamp, from "DMAR:" on; empty when it is another line. Takes the forms
// since Linux 4.x (addresses without 0x, the reason as a decimal number).
std::optional<ReportedFault> parse_fault(std::string_view message);

}  // namespace dmar::guest

#endif  // DMAR_GUEST_CONSOLE_FAULT_HPP
