// SPDX-License-Identifier: Apache-2.0
// What was built into an instrumented RTL: the mutants of one campaign.
#ifndef DMAR_MUTATION_PLAN_HPP
#define DMAR_MUTATION_PLAN_HPP

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "catalogue.hpp"
#include "equivalent.hpp"

namespace dmar::mutation {

struct Plan {
  std::string rtl;              // fingerprint of the unbroken RTL
  std::size_t possible = 0;     // mutants there are, in or not
  std::vector<Mutant> mutants;  // without their edits once read from a file
  Equivalents equivalents;
};

struct PlanOptions {
  std::filesystem::path rtl;
  std::filesystem::path out;  // gets rtl/ and plan.json
  std::filesystem::path named;
  std::filesystem::path equivalent;
  std::vector<std::string> folders;  // of rtl/, to take mutants from
  std::vector<std::string> files;    // those of these sources alone; empty: of all
  std::size_t count = 0;             // without the named ones; 0: all
  std::uint64_t seed = 1;
};

// Chooses the mutants and writes the instrumented RTL. What is there already and right is left
// alone, times included.
Plan write_plan(const PlanOptions &options);

Plan read_plan(const std::filesystem::path &file);

}  // namespace dmar::mutation

#endif  // DMAR_MUTATION_PLAN_HPP
