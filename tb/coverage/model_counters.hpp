// SPDX-License-Identifier: Apache-2.0
// The coverage counters of a Verilated model, added up over all its instances in this process and
// written when it ends. A model built without coverage has none, and then nothing happens here.
#ifndef DMAR_COVERAGE_MODEL_COUNTERS_HPP
#define DMAR_COVERAGE_MODEL_COUNTERS_HPP

#include <verilated.h>
#if VM_COVERAGE
#include <verilated_cov.h>
#endif

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "coverage/folder.hpp"

namespace dmar::coverage {

#if VM_COVERAGE

// Tests make thousands of models. Verilator would write a file of megabytes for each; this one lets
// it describe the points of a single instance, made for the purpose, with the sums of all.
template <class Model>
class ModelCounters {
 public:
  ModelCounters() = default;
  ModelCounters(const ModelCounters &) = delete;
  ModelCounters &operator=(const ModelCounters &) = delete;

  ~ModelCounters() {
    VerilatedContext context;
    Model model(&context);
    auto &counters = model.rootp->vlSymsp->__Vcoverage;
    constexpr std::uint64_t kMost = std::numeric_limits<std::uint32_t>::max();
    std::size_t k = 0;
    for (auto &counter : counters) {
      counter = static_cast<std::uint32_t>(std::min(sums_[k++], kMost));
    }
    context.coveragep()->write(file_name(model.modelName(), "dat").c_str());
  }

  void add(const Model &model) {
    const auto &counters = model.rootp->vlSymsp->__Vcoverage;
    sums_.resize(std::size(counters));
    std::size_t k = 0;
    for (const auto &counter : counters) sums_[k++] += counter;
  }

 private:
  std::vector<std::uint64_t> sums_;
};

// At the end of an instance.
template <class Model>
void collect_counters(const Model &model) {
  if (!enabled()) return;
  static ModelCounters<Model> counters;
  counters.add(model);
}

#else

template <class Model>
void collect_counters(const Model &) {}

#endif

}  // namespace dmar::coverage

#endif  // DMAR_COVERAGE_MODEL_COUNTERS_HPP
