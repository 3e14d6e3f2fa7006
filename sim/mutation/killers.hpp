// SPDX-License-Identifier: Apache-2.0
// The programs that try to notice a mutant (killers.txt), in the order in which they try.
#ifndef DMAR_MUTATION_KILLERS_HPP
#define DMAR_MUTATION_KILLERS_HPP

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "process.hpp"

namespace dmar::mutation {

struct Killer {
  std::string name;
  std::string command;       // {build} filled in
  double usual_seconds = 0;  // processor time on the unbroken RTL
};

// Those of `names` alone, in the order of the list; of none: all. std::runtime_error for a name
// that is not in the list.
std::vector<Killer> read_killers(const std::filesystem::path &list,
                                 const std::filesystem::path &build,
                                 const std::vector<std::string> &names = {});

// Changes when a killer or a program that one runs does.
std::string fingerprint(const std::vector<Killer> &killers);

// How `killer` noticed this mutant, or nothing. `recent` stands for {recent}; `scratch` is a folder
// of the caller's own.
std::optional<std::string> notice(const Killer &killer, unsigned mutant, const std::string &recent,
                                  const std::filesystem::path &scratch);

// The test in what notice() returned.
std::string test_in(const std::string &noticed);

// Runs all on the unbroken RTL and takes their time. std::runtime_error when one fails.
void measure(std::vector<Killer> &killers, const std::filesystem::path &scratch);

// What a log says about the failure: the test, or the first line.
std::string failure_in(const std::string &log, const Outcome &outcome);

}  // namespace dmar::mutation

#endif  // DMAR_MUTATION_KILLERS_HPP
