// SPDX-License-Identifier: Apache-2.0
// Runs one random machine to its end, or to the first thing that is not legal.
#ifndef DMAR_FUZZ_RUN_CASE_HPP
#define DMAR_FUZZ_RUN_CASE_HPP

#include <cstdint>
#include <optional>
#include <string>

#include "fuzz/fuzz_case.hpp"
#include "fuzz/fuzz_result.hpp"

namespace dmar::bench {

struct WaveWindow {
  std::string file;
  std::uint64_t from = 0;  // cycle
};

// Does not throw for anything the unit does; std::invalid_argument for an unknown model.
FuzzResult run_case(const FuzzCase &one, const std::optional<WaveWindow> &wave = std::nullopt);

}  // namespace dmar::bench

#endif  // DMAR_FUZZ_RUN_CASE_HPP
