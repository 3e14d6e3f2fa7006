// SPDX-License-Identifier: Apache-2.0
// Makes a failing case smaller as long as it fails in the same way.
#ifndef DMAR_FUZZ_SHRINK_HPP
#define DMAR_FUZZ_SHRINK_HPP

#include <functional>
#include <optional>

#include "fuzz/fuzz_case.hpp"
#include "fuzz/fuzz_result.hpp"

namespace dmar::bench {

struct Shrunk {
  FuzzCase one;
  FuzzFailure failure;
  unsigned runs = 0;  // cases tried
};

// Runs a case and says how it failed, if it did.
using FailureOf = std::function<std::optional<FuzzFailure>(const FuzzCase &)>;

// Drops features one by one, then shortens the run. `failure`: how `one` fails.
Shrunk shrink(const FuzzCase &one, const FuzzFailure &failure, const FailureOf &failure_of);

}  // namespace dmar::bench

#endif  // DMAR_FUZZ_SHRINK_HPP
