// SPDX-License-Identifier: Apache-2.0
// A small, fast and portable random source: the same seed gives the same run on every machine.
#ifndef DMAR_BENCH_RANDOM_HPP
#define DMAR_BENCH_RANDOM_HPP

#include <cstdint>

namespace dmar::bench {

class Random {
 public:
  // `stream` keeps users of one seed apart.
  explicit constexpr Random(std::uint64_t seed, std::uint64_t stream = 0)
      : state_(seed * 0x9E37'79B9'7F4A'7C15 + stream * 0xD1B5'4A32'D192'ED03) {}

  constexpr std::uint64_t next() {  // splitmix64
    state_ += 0x9E37'79B9'7F4A'7C15;
    std::uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 30)) * 0xBF58'476D'1CE4'E5B9;
    mixed = (mixed ^ (mixed >> 27)) * 0x94D0'49BB'1331'11EB;
    return mixed ^ (mixed >> 31);
  }

  // Uniform in 0 .. bound-1; bound > 0.
  constexpr std::uint64_t below(std::uint64_t bound) { return next() % bound; }
  constexpr bool percent(unsigned chance) { return chance != 0 && below(100) < chance; }

 private:
  std::uint64_t state_;
};

}  // namespace dmar::bench

#endif  // DMAR_BENCH_RANDOM_HPP
