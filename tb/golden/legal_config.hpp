// SPDX-License-Identifier: Apache-2.0
// Which configurations are a possible unit (VT-d 11.4, CAP and ECAP constraints).
#ifndef DMAR_GOLDEN_LEGAL_CONFIG_HPP
#define DMAR_GOLDEN_LEGAL_CONFIG_HPP

#include "dmar/config.hpp"

namespace dmar::golden {

// Throws std::invalid_argument that names the first field out of bounds.
void require_legal(const Config &config);

}  // namespace dmar::golden

#endif  // DMAR_GOLDEN_LEGAL_CONFIG_HPP
