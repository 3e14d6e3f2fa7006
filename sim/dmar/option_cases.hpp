// SPDX-License-Identifier: Apache-2.0
// For tests: every option of the program, as it lists them itself, with a command line on which a
// good value succeeds, so that what a wrong value does is its own doing.
#ifndef DMAR_SIM_OPTION_CASES_HPP
#define DMAR_SIM_OPTION_CASES_HPP

#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "program.hpp"

namespace dmar::sim {

inline std::string contents(const std::string &file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

struct OptionCase {
  std::string command;
  std::string name;
  std::string kind;
  std::string default_value;
  bool positional = false;
  std::vector<std::string> needs;

  [[nodiscard]] std::string title() const { return command + " " + name; }
  [[nodiscard]] bool takes_file() const;
  [[nodiscard]] bool is_input() const;
  // Its command always boots a Linux when nothing is wrong; that takes minutes.
  [[nodiscard]] bool boots_linux() const { return command == "vms"; }
};

class EveryOption : public Program {
 protected:
  using Words = std::vector<std::pair<std::string, std::string>>;  // option and value

  EveryOption();

  // Out of `dmar options`.
  [[nodiscard]] static std::vector<OptionCase> options();

  // A value that is right; empty when there is none that ends soon.
  [[nodiscard]] std::string good_value(const OptionCase &option) const;

  // Runs the command with these values and with whatever else it takes to succeed.
  [[nodiscard]] Result run(const OptionCase &option, const Words &given) const;
  [[nodiscard]] Result run(const OptionCase &option, const std::string &value) const {
    return run(option, {{option.name, value}});
  }

 private:
  [[nodiscard]] Words context(const OptionCase &option) const;
};

}  // namespace dmar::sim

#endif  // DMAR_SIM_OPTION_CASES_HPP
