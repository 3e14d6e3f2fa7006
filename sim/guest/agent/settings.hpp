// SPDX-License-Identifier: Apache-2.0
// The settings of /task.
#ifndef DMAR_AGENT_SETTINGS_HPP
#define DMAR_AGENT_SETTINGS_HPP

#include <string>

namespace dmar::agent {

// Whether NAME=1; also when /task has no such line.
bool setting(const std::string &name);

}  // namespace dmar::agent

#endif  // DMAR_AGENT_SETTINGS_HPP
