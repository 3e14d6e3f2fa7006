// SPDX-License-Identifier: Apache-2.0
// What the value of an option is. A command declares it with ->check() or ->transform() of one of
// these; check_option_values() holds all commands to it, `dmar options` lists it.
#ifndef DMAR_SIM_OPTION_KINDS_HPP
#define DMAR_SIM_OPTION_KINDS_HPP

#include <CLI/CLI.hpp>
#include <cstdint>
#include <limits>
#include <string>

namespace dmar::sim {

inline constexpr std::uint64_t kMaxUnsigned = std::numeric_limits<unsigned>::max();
inline constexpr std::uint64_t kMaxNumber = std::numeric_limits<std::uint64_t>::max();
inline constexpr std::uint64_t kMaxSeconds = std::uint64_t{366} * 24 * 3600;

enum class OptionKind : std::uint8_t {
  kFlag,
  kText,          // checked by its command
  kAnyText,       // goes on as it is, also when empty
  kNumber,        // whole, not negative
  kInput,         // a file
  kInputOrDash,   // a file, or - for standard input
  kProgram,       // a file if there is a slash in it
  kDisk,          // FILE that is read and written, FILE,ro or FILE,ahci
  kOutput,        // a file
  kOutputOrDash,  // a file, or - for standard output
  kWave,          // a regular file
  kUpdated,       // a regular file that is read and written
  kInputFolder,
  kOutputFolder,
};

// "number"; names of kinds in messages and in the list of options.
const char *name_of(OptionKind kind);

// Decimal, or hexadecimal after 0x; handed on as decimal, so it is for ->transform().
CLI::Validator whole_number(std::uint64_t least, std::uint64_t most);
// All other kinds.
CLI::Validator is_a(OptionKind kind);

OptionKind kind_of(CLI::Option &option);

}  // namespace dmar::sim

#endif  // DMAR_SIM_OPTION_KINDS_HPP
