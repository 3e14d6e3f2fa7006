// SPDX-License-Identifier: Apache-2.0
// What is checked of the values of every command before it does anything.
#ifndef DMAR_SIM_OPTION_CHECK_HPP
#define DMAR_SIM_OPTION_CHECK_HPP

#include <filesystem>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace dmar::sim {

// UsageError when `command` was given an empty value, when an output is an input or another output
// (by whatever name, standard streams among them), or cannot be written.
void check_option_values(CLI::App &command);

// An output whose name no option says as it is.
struct MadeFile {
  std::string who;  // the option that it comes from, and what it is, for messages
  std::filesystem::path file;
  bool regular = false;  // no device, no pipe
};

// The same for these files of a command whose options were checked.
void check_made_files(CLI::App &command, const std::vector<MadeFile> &made);

}  // namespace dmar::sim

#endif  // DMAR_SIM_OPTION_CHECK_HPP
