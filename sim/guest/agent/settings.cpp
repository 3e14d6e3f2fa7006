// SPDX-License-Identifier: Apache-2.0
// See settings.hpp.
#include "settings.hpp"

#include "files.hpp"

namespace dmar::agent {

bool setting(const std::string &name) {
  return ("\n" + read_text("/task").value_or("")).find("\n" + name + "=0") == std::string::npos;
}

}  // namespace dmar::agent
