// SPDX-License-Identifier: Apache-2.0
// The counts of all groups as a JSON file: {"group": {"label of the bin": count}}, hit bins only.
#ifndef DMAR_COVERAGE_TALLY_HPP
#define DMAR_COVERAGE_TALLY_HPP

#include <string>

#include "coverage/groups.hpp"

namespace dmar::coverage {

void save_tally(Groups &groups, const std::string &file);

// Adds the counts of a file. std::runtime_error when it names a bin that does not exist.
void add_tally(Groups &groups, const std::string &file);

}  // namespace dmar::coverage

#endif  // DMAR_COVERAGE_TALLY_HPP
