// SPDX-License-Identifier: Apache-2.0
// The mutants that somebody judged to change nothing (equivalent.txt), each with the reason:
//
//   translate/dmar_cache.sv
//   - assign hit_o = (match != '0);
//   + assign hit_o = (match > '0);
//     Why no test can tell the two apart, in as many lines as it takes.
#ifndef DMAR_MUTATION_EQUIVALENT_HPP
#define DMAR_MUTATION_EQUIVALENT_HPP

#include <map>
#include <span>
#include <string>

#include "catalogue.hpp"

namespace dmar::mutation {

using Equivalents = std::map<std::string, std::string>;  // Mutant::key() to the reason

// std::runtime_error, with the line, for an entry that is not complete.
Equivalents parse_equivalents(const std::string &text);

// std::runtime_error when an entry names none of all possible mutants: it has gone stale.
void require_known(const Equivalents &equivalents, std::span<const Mutant> all);

}  // namespace dmar::mutation

#endif  // DMAR_MUTATION_EQUIVALENT_HPP
