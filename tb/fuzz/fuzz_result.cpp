// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "fuzz/fuzz_result.hpp"

#include <cctype>

namespace dmar::bench {

std::string failure_kind(const std::string &message) {
  std::string kind;
  bool number = false;
  for (const char letter : message.substr(0, message.find('\n'))) {
    const bool digit = std::isdigit(static_cast<unsigned char>(letter)) != 0;
    // The digits of a number may be hexadecimal once it has begun.
    number = digit || (number && std::isxdigit(static_cast<unsigned char>(letter)) != 0) ||
             (number && letter == 'x');
    if (!number) kind += letter;
    if (number && !kind.ends_with('#')) kind += '#';
  }
  return kind;
}

FuzzFailure make_failure(const std::string &text, std::uint64_t cycle) {
  return {.kind = failure_kind(text), .text = text, .cycle = cycle};
}

}  // namespace dmar::bench
