// SPDX-License-Identifier: Apache-2.0
// What ends a co-simulation from outside: a peer that breaks its protocol, or goes away.
#ifndef DMAR_COSIM_ERROR_HPP
#define DMAR_COSIM_ERROR_HPP

#include <stdexcept>

namespace dmar::cosim {

class CosimError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace dmar::cosim

#endif  // DMAR_COSIM_ERROR_HPP
