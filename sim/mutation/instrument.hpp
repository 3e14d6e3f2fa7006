// SPDX-License-Identifier: Apache-2.0
// Writes a source in which all mutants are present and one is chosen when the simulation starts.
#ifndef DMAR_MUTATION_INSTRUMENT_HPP
#define DMAR_MUTATION_INSTRUMENT_HPP

#include <span>
#include <string>

#include "catalogue.hpp"

namespace dmar::mutation {

// The package that the instrumented sources read; +dmar_mutant=<id> chooses.
std::string selection_package();

// `source` with those of `mutants` that belong to it.
std::string instrumented(const SourceFile &source, std::span<const Mutant> mutants);

}  // namespace dmar::mutation

#endif  // DMAR_MUTATION_INSTRUMENT_HPP
