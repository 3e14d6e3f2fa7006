// SPDX-License-Identifier: Apache-2.0
// The groups of tests, in this order.
#ifndef DMAR_BARE_TESTS_HPP
#define DMAR_BARE_TESTS_HPP

#include "unit.hpp"

namespace dmar::bare {

// False when going on makes no sense. Leaves queue, translation and fault events on.
bool test_dma(const unit::Features &features);
void test_interrupts(const unit::Features &features);
// With interrupt remapping on: pins that stay asserted.
void test_levels();

}  // namespace dmar::bare

#endif  // DMAR_BARE_TESTS_HPP
