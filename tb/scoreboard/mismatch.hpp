// SPDX-License-Identifier: Apache-2.0
// What every checker of this folder throws when the unit did something that is not legal.
#ifndef DMAR_SCOREBOARD_MISMATCH_HPP
#define DMAR_SCOREBOARD_MISMATCH_HPP

#include <stdexcept>

namespace dmar::bench {

class Mismatch : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace dmar::bench

#endif  // DMAR_SCOREBOARD_MISMATCH_HPP
