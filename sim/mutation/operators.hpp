// SPDX-License-Identifier: Apache-2.0
// The ways to break one site. Each changes one thing.
#ifndef DMAR_MUTATION_OPERATORS_HPP
#define DMAR_MUTATION_OPERATORS_HPP

#include <string>
#include <string_view>
#include <vector>

#include "site.hpp"

namespace dmar::mutation {

struct Change {
  std::string operation;  // its name in reports: "and/or", "boundary", ...
  std::string text;       // stands for the expression of the site; empty: the statement is left out
};

// Every change of this site, each text once, none equal to the original. `source` is what the
// tokens of the site point into.
std::vector<Change> changes_of(const Site &site, std::string_view source);

}  // namespace dmar::mutation

#endif  // DMAR_MUTATION_OPERATORS_HPP
