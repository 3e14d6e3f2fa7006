// SPDX-License-Identifier: Apache-2.0
// See scale_agreement.hpp: a program that was built without the Verilated models.
#include "scale_agreement.hpp"
#include "usage_error.hpp"

namespace dmar::sim {

bool compares_with_rtl() { return false; }

TextTable agreement_table() { throw UsageError("this program was built without the RTL"); }

}  // namespace dmar::sim
