// SPDX-License-Identifier: Apache-2.0
// The cycle model beside the RTL at one port, as a table.
#ifndef DMAR_SIM_SCALE_AGREEMENT_HPP
#define DMAR_SIM_SCALE_AGREEMENT_HPP

#include "bench_table.hpp"

namespace dmar::sim {

// Whether the program was built with the RTL.
bool compares_with_rtl();

// Throws UsageError when the core model 'default' is not beside the program.
TextTable agreement_table();

}  // namespace dmar::sim

#endif  // DMAR_SIM_SCALE_AGREEMENT_HPP
