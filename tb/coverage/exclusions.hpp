// SPDX-License-Identifier: Apache-2.0
// Which bins of the groups cannot be hit, or would say nothing: the reason, or an empty text.
#ifndef DMAR_COVERAGE_EXCLUSIONS_HPP
#define DMAR_COVERAGE_EXCLUSIONS_HPP

#include <string>

#include "coverage/group.hpp"

namespace dmar::coverage {

std::string exclude_request(const Bin &bin);
std::string exclude_invalidation(const Bin &bin);
std::string exclude_queue_error(const Bin &bin);
std::string exclude_interrupt_entry(const Bin &bin);

}  // namespace dmar::coverage

#endif  // DMAR_COVERAGE_EXCLUSIONS_HPP
