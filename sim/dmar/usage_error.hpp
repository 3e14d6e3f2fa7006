// SPDX-License-Identifier: Apache-2.0
// How the program ends, and the error that is the user's to mend.
#ifndef DMAR_SIM_USAGE_ERROR_HPP
#define DMAR_SIM_USAGE_ERROR_HPP

#include <stdexcept>

namespace dmar::sim {

enum ExitStatus : int { kSuccess = 0, kMismatch = 1, kUsage = 2 };

// The user asked for something impossible, or a file is not what it should be: exit status 2.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace dmar::sim

#endif  // DMAR_SIM_USAGE_ERROR_HPP
