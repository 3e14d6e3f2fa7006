// SPDX-License-Identifier: Apache-2.0
// What every chapter of a translation looks at, and how it notes its steps.
#ifndef DMAR_GOLDEN_SCENE_HPP
#define DMAR_GOLDEN_SCENE_HPP

#include <string>
#include <utility>
#include <vector>

#include "dmar/fault_names.hpp"
#include "golden/translate.hpp"

namespace dmar::golden {

struct Scene {
  const Config &config;
  const ControlState &control;
  TableReader &tables;
  const Request &request;
  std::vector<Step> *steps;  // may be null

  // `make` builds the Step; it runs only when somebody wants to know.
  template <class Make>
  void note(Make make) const {
    if (steps != nullptr) steps->push_back(make());
  }
  void note_decision(const char *title, const char *conclusion) const {
    note([&] { return Step{.title = title, .conclusion = conclusion}; });
  }
};

// A fault found when every FPD bit read so far, ORed, was `fpd`.
inline Fault make_fault(FaultReason reason, bool fpd = false) {
  const bool qualified = fault_name(reason).qualified;
  return {.reason = reason, .qualified = qualified, .suppressed = qualified && fpd};
}

}  // namespace dmar::golden

#endif  // DMAR_GOLDEN_SCENE_HPP
