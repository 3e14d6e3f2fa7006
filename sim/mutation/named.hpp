// SPDX-License-Identifier: Apache-2.0
// The breaks that somebody wrote by hand (mutants.txt): a name, a file under rtl/ and a sed
// expression, with tabs between.
#ifndef DMAR_MUTATION_NAMED_HPP
#define DMAR_MUTATION_NAMED_HPP

#include <filesystem>
#include <string>
#include <vector>

#include "catalogue.hpp"

namespace dmar::mutation {

// `broken` is what sed made of `source`. std::runtime_error when nothing changed, or something
// that is not inside a site.
Mutant mutant_between(const SourceFile &source, const std::string &broken, const std::string &name);

// The mutants of a list. A file that `sources` lacks is read from `rtl` and put there.
std::vector<Mutant> named_mutants(const std::filesystem::path &list,
                                  const std::filesystem::path &rtl, Sources &sources);

}  // namespace dmar::mutation

#endif  // DMAR_MUTATION_NAMED_HPP
