// SPDX-License-Identifier: Apache-2.0
// How one random machine ended.
#ifndef DMAR_FUZZ_FUZZ_RESULT_HPP
#define DMAR_FUZZ_FUZZ_RESULT_HPP

#include <cstdint>
#include <optional>
#include <string>

#include "fuzz/statistics.hpp"

namespace dmar::bench {

struct FuzzFailure {
  std::string kind;  // two failures of one kind have probably one cause
  std::string text;
  std::uint64_t cycle = 0;  // 0: not known

  friend bool operator==(const FuzzFailure &, const FuzzFailure &) = default;
};

struct FuzzResult {
  FuzzStatistics statistics = {};
  std::optional<FuzzFailure> failure = std::nullopt;
};

// The kind of a failure as its message gives it: the first line without its numbers.
std::string failure_kind(const std::string &message);
FuzzFailure make_failure(const std::string &text, std::uint64_t cycle);

}  // namespace dmar::bench

#endif  // DMAR_FUZZ_FUZZ_RESULT_HPP
