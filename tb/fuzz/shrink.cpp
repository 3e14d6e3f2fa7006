// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "fuzz/shrink.hpp"

namespace dmar::bench {
namespace {

class Shrinking {
 public:
  Shrinking(const FuzzCase &one, const FuzzFailure &failure, const FailureOf &failure_of)
      : best_{.one = one, .failure = failure}, failure_of_(failure_of) {}

  // What comes after the failure plays no part in it.
  void cut_tail() {
    const std::uint64_t cycle = best_.failure.cycle;
    if (cycle != 0 && cycle < best_.one.cycles) try_cycles(cycle);
  }

  // Without one feature the rest takes another course, so what could not go may go later.
  void drop_features() {
    for (bool dropped = true; dropped;) {
      dropped = false;
      for (const Feature feature : best_.one.features.list()) {
        FuzzCase next = best_.one;
        next.features = next.features.without(feature);
        if (attempt(next)) dropped = true;
      }
    }
  }

  void halve() {
    while (best_.one.cycles > 1 && try_cycles(best_.one.cycles / 2)) {
    }
  }

  [[nodiscard]] const Shrunk &best() const { return best_; }

 private:
  bool try_cycles(std::uint64_t cycles) {
    FuzzCase next = best_.one;
    next.cycles = cycles;
    return attempt(next);
  }

  bool attempt(const FuzzCase &next) {
    ++best_.runs;
    const std::optional<FuzzFailure> failure = failure_of_(next);
    if (!failure || failure->kind != best_.failure.kind) return false;
    best_.one = next;
    best_.failure = *failure;
    return true;
  }

  Shrunk best_;
  const FailureOf &failure_of_;
};

}  // namespace

Shrunk shrink(const FuzzCase &one, const FuzzFailure &failure, const FailureOf &failure_of) {
  Shrinking shrinking(one, failure, failure_of);
  shrinking.cut_tail();
  shrinking.drop_features();
  shrinking.cut_tail();
  shrinking.halve();
  return shrinking.best();
}

}  // namespace dmar::bench
