// SPDX-License-Identifier: Apache-2.0
// See vm_files.hpp.
#include "vm_files.hpp"

#include <fmt/core.h>

#include <string>
#include <vector>

#include "cosim/machine_unit.hpp"
#include "option_check.hpp"

namespace dmar::sim {

namespace {

void add(std::vector<MadeFile> &made, const char *option, const std::string &first, unsigned unit,
         bool regular) {
  if (first.empty()) return;
  const std::filesystem::path file = cosim::file_of_unit(first, unit);
  made.push_back({.who = fmt::format("{} {}, for {} in {},", option, first, cosim::unit_name(unit),
                                     file.string()),
                  .file = file,
                  .regular = regular});
}

}  // namespace

void check_files_of_units(CLI::App &command, const VmOptions &options) {
  const unsigned units = options.units + (own_segment(options) ? 1 : 0);
  std::vector<MadeFile> made;
  for (unsigned unit = 1; unit < units; ++unit) {
    add(made, "--record", options.record, unit, false);
    add(made, "--wave", options.wave, unit, true);
  }
  check_made_files(command, made);
}

}  // namespace dmar::sim
