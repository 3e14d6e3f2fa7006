// SPDX-License-Identifier: Apache-2.0
// Tables change, an invalidation covers the change, the new answer is then the only one. Every
// test runs through the registers and through the queue.
#ifndef DMAR_TESTS_SCENARIO_FRESHNESS_HPP
#define DMAR_TESTS_SCENARIO_FRESHNESS_HPP

#include <functional>
#include <vector>

#include "tests/scenario/scenario.hpp"

namespace dmar {

class Freshness : public Scenario {
 protected:
  // Runs `body` with invalidations through registers, where they can, then through the queue.
  void on_both_paths(const std::function<void()> &body) {
    for (const bool queue : {false, true}) {
      if (!queue && config().version_major >= 6) continue;
      SCOPED_TRACE(queue ? "through the queue" : "through the registers");
      if (queue && !driver().queue_enabled()) driver().enable_queue();
      body();
      if (queue) driver().disable_queue();
    }
  }

  // IOTLB scopes of domain `id` that cover the page at `iova`. Without page-selective support the
  // registers do something coarser and the queue refuses.
  [[nodiscard]] std::vector<IotlbScope> covering(unsigned id, Iova iova, bool leaf_only = true) {
    std::vector<IotlbScope> scopes{{.granularity = granularity::kGlobal},
                                   {.granularity = granularity::kDomain, .domain = id}};
    if (!config().page_selective) return scopes;
    for (const unsigned mask : {0U, 1U, 9U, config().max_address_mask}) {
      for (const bool hint : {false, true}) {
        if (hint && !leaf_only) continue;
        scopes.push_back({.granularity = granularity::kDeviceOrPage,
                          .domain = id,
                          .address = iova,
                          .address_mask = mask,
                          .leaf_only = hint});
      }
    }
    return scopes;
  }
  static std::vector<ContextScope> covering(unsigned id, SourceId source_id) {
    std::vector<ContextScope> scopes{{.granularity = granularity::kGlobal},
                                     {.granularity = granularity::kDomain, .domain = id}};
    for (unsigned mask = 0; mask < 4; ++mask) {
      scopes.push_back({.granularity = granularity::kDeviceOrPage,
                        .domain = id,
                        .source_id = source_id,
                        .function_mask = mask});
    }
    return scopes;
  }
};

}  // namespace dmar

#endif  // DMAR_TESTS_SCENARIO_FRESHNESS_HPP
