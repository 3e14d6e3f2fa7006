// SPDX-License-Identifier: Apache-2.0
// One random machine, fully determined: the same case always takes the same course.
#ifndef DMAR_FUZZ_FUZZ_CASE_HPP
#define DMAR_FUZZ_FUZZ_CASE_HPP

#include <cstdint>
#include <string>

#include "fuzz/features.hpp"

namespace dmar::bench {

struct FuzzCase {
  std::string model;
  std::uint64_t seed = 1;
  std::uint64_t cycles = 25'000;  // of random work; what begins and ends it comes on top
  FeatureSet features = FeatureSet::all();
  // Tests of the fuzzer itself: invalidations of pages get lost on the way to the unit, and the
  // checkers are not told.
  bool sabotage = false;

  friend bool operator==(const FuzzCase &, const FuzzCase &) = default;
};

// The command that runs this case alone.
std::string replay_command(const FuzzCase &one);

}  // namespace dmar::bench

#endif  // DMAR_FUZZ_FUZZ_CASE_HPP
