// SPDX-License-Identifier: Apache-2.0
// See sha256.hpp.
#include "guest/sha256.hpp"

#include <fmt/core.h>

#include <sstream>

#include "guest/guest.hpp"
#include "guest/process.hpp"

namespace dmar::guest {

std::vector<std::string> sha256(const std::vector<std::filesystem::path> &files) {
  constexpr std::size_t kDigits = 64;
  if (files.empty()) return {};
  std::vector<std::string> arguments = {"--"};
  for (const std::filesystem::path &file : files) arguments.push_back(file.string());
  const ProcessResult result = run_program(find_program("sha256sum", "coreutils"), arguments);
  if (result.status != 0) throw GuestError(fmt::format("sha256sum: {}", result.output));
  std::vector<std::string> sums;
  std::istringstream lines(result.output);
  for (std::string line; std::getline(lines, line);) sums.push_back(line.substr(0, kDigits));
  if (sums.size() != files.size()) {
    throw GuestError(fmt::format("sha256sum: unexpected output: {}", result.output));
  }
  return sums;
}

}  // namespace dmar::guest
