// SPDX-License-Identifier: Apache-2.0
// The files of sim/report, which are a part of this program.
#ifndef DMAR_REPORT_EMBEDDED_HPP
#define DMAR_REPORT_EMBEDDED_HPP

#include <string>
#include <string_view>

namespace dmar::report {

std::string_view style_sheet();
// All scripts, in an order in which they can be read one after the other.
std::string script();

}  // namespace dmar::report

#endif  // DMAR_REPORT_EMBEDDED_HPP
