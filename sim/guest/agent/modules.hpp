// SPDX-License-Identifier: Apache-2.0
// Kernel modules of the initramfs.
#ifndef DMAR_AGENT_MODULES_HPP
#define DMAR_AGENT_MODULES_HPP

#include <string>

namespace dmar::agent {

// Every module of a folder in the order of names; those that are loaded already count as loaded.
// The file that fails, with errno, or "".
std::string load_modules(const std::string &folder);

}  // namespace dmar::agent

#endif  // DMAR_AGENT_MODULES_HPP
