// SPDX-License-Identifier: Apache-2.0
// Results as lines that the host reads; ../init describes them.
#ifndef DMAR_AGENT_REPORT_HPP
#define DMAR_AGENT_REPORT_HPP

#include <string>

namespace dmar::agent {

// printf into a string.
[[gnu::format(printf, 1, 2)]] std::string text(const char *format, ...);

// One check; `detail` says what was seen, for when it did not pass. Returns `passed`.
bool check(bool passed, const std::string &name, const std::string &detail = "");
void skip(const std::string &name, const std::string &reason);
void info(const std::string &what);

// Whether every check so far has passed.
bool all_passed();

// "No such file or directory" for the errno of the last call.
std::string system_error();

}  // namespace dmar::agent

#endif  // DMAR_AGENT_REPORT_HPP
