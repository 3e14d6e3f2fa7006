// SPDX-License-Identifier: Apache-2.0
// Bytes that look random and are the same for the same seed (the generator of
// tb/guest/pattern.hpp).
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "commands.hpp"
#include "guest/pattern.hpp"

namespace dmar::agent {

namespace {

constexpr std::size_t kBlock = 1U << 16;

bool write_all(const std::uint8_t *bytes, std::size_t count) {
  while (count > 0) {
    const ssize_t written = write(STDOUT_FILENO, bytes, count);
    if (written <= 0) return false;
    bytes += written;
    count -= static_cast<std::size_t>(written);
  }
  return true;
}

}  // namespace

bool data_command(Arguments arguments) {
  unsigned long long seed = 0;
  unsigned long long count = 0;
  if (arguments.size() != 2 || !parse_number(arguments[0], seed) ||
      !parse_number(arguments[1], count)) {
    return false;
  }
  // Each block has a seed of its own, far from those of other blocks and files.
  for (std::uint64_t block = 0; count > 0; ++block) {
    const std::size_t bytes = std::min<std::uint64_t>(count, kBlock);
    if (!write_all(guest::pattern(seed << 32 | block, bytes).data(), bytes)) return true;
    count -= bytes;
  }
  return true;
}

}  // namespace dmar::agent
