// SPDX-License-Identifier: Apache-2.0
// What became of each mutant. Every result is appended to a file at once, so that a campaign that
// was stopped goes on where it was.
#ifndef DMAR_MUTATION_RESULTS_HPP
#define DMAR_MUTATION_RESULTS_HPP

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "catalogue.hpp"

namespace dmar::mutation {

struct Result {
  std::string noticed;  // by what and how; empty: it survived
  double seconds = 0;

  [[nodiscard]] bool killed() const { return !noticed.empty(); }
};

class Results {
 public:
  // `rtl` and `tests` say what the results are about: those of another RTL do not count, and a
  // survivor counts until the tests change.
  Results(std::filesystem::path file, std::string rtl, std::string tests);

  [[nodiscard]] std::optional<Result> of(const Mutant &mutant) const;
  void add(const Mutant &mutant, const Result &result);

 private:
  void load();

  std::filesystem::path file_;
  std::string rtl_;
  std::string tests_;
  std::map<std::string, Result> results_;  // by Mutant::key()
};

}  // namespace dmar::mutation

#endif  // DMAR_MUTATION_RESULTS_HPP
