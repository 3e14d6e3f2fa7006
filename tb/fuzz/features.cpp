// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "fuzz/features.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>

#include "bench/random.hpp"

namespace dmar::bench {
namespace {

constexpr std::array kFeatures{
    FeatureInfo{Feature::kMappings, "mappings", "software changes paging entries"},
    FeatureInfo{Feature::kContexts, "contexts", "devices move between domains"},
    FeatureInfo{Feature::kFlaws, "flaws", "absent entries and reserved bits in tables"},
    FeatureInfo{Feature::kDomains, "domains", "domain ids are given new tables"},
    FeatureInfo{Feature::kRoots, "roots", "the root table moves"},
    FeatureInfo{Feature::kQueue, "queue", "invalidation by the queue"},
    FeatureInfo{Feature::kRegisters, "registers", "invalidation by registers"},
    FeatureInfo{Feature::kStrayInvalidations, "stray-invalidations",
                "invalidations that nobody needs"},
    FeatureInfo{Feature::kQueueErrors, "queue-errors", "bad descriptors, and their repair"},
    FeatureInfo{Feature::kMemoryErrors, "memory-errors", "memory answers with errors"},
    FeatureInfo{Feature::kTranslation, "translation", "translation goes off and on"},
    FeatureInfo{Feature::kTableModes, "table-modes", "table modes other than legacy"},
    FeatureInfo{Feature::kProtection, "protection", "protected memory goes on and off"},
    FeatureInfo{Feature::kPassThrough, "pass-through", "devices without translation"},
    FeatureInfo{Feature::kOddRequests, "odd-requests",
                "atomics, zero-length reads, PASIDs, other address types"},
    FeatureInfo{Feature::kAts, "ats",
                "translation requests and translated requests of devices that may"},
    FeatureInfo{Feature::kBadDevices, "bad-devices",
                "devices that answer invalidations of their TLBs wrongly, late, twice or never"},
    FeatureInfo{Feature::kInterrupts, "interrupts", "requests to the interrupt range"},
    FeatureInfo{Feature::kInterruptEntries, "interrupt-entries",
                "software changes interrupt-remapping entries"},
    FeatureInfo{Feature::kPosting, "posting",
                "interrupts that are posted, and processors that take them"},
    FeatureInfo{Feature::kPostingFaults, "posting-faults",
                "posted descriptors that are spoilt, and a bus without exclusive accesses"},
    FeatureInfo{Feature::kRemapping, "remapping",
                "interrupt remapping goes off and on, its table moves"},
    FeatureInfo{Feature::kOverlap, "overlap", "many requests at a time"},
    FeatureInfo{Feature::kSlowMemory, "slow-memory",
                "latencies, reordering and back-pressure at random"},
    FeatureInfo{Feature::kPokes, "pokes", "registers are read and written for no reason"},
    FeatureInfo{Feature::kBrokenRules, "broken-rules",
                "commands that do not wait, queues turned off in the middle of their work"},
};

}  // namespace

std::span<const FeatureInfo> features() { return kFeatures; }

Feature feature_named(const std::string &name) {
  const auto found =
      std::ranges::find_if(kFeatures, [&name](const FeatureInfo &one) { return one.name == name; });
  if (found == kFeatures.end()) throw std::invalid_argument("no such feature: " + name);
  return found->feature;
}

FeatureSet FeatureSet::all() {
  FeatureSet set;
  for (const FeatureInfo &one : kFeatures) set = set.with(one.feature);
  return set;
}

FeatureSet FeatureSet::thinned(std::uint64_t seed) const {
  constexpr unsigned kStream = 46;
  constexpr std::array<unsigned, 3> kChances{0, 25, 60};
  Random random(seed, kStream);
  const unsigned chance = kChances[random.below(kChances.size())];
  FeatureSet set = *this;
  for (const Feature feature : list()) {
    if (random.percent(chance)) set = set.without(feature);
  }
  return set;
}

std::vector<Feature> FeatureSet::list() const {
  std::vector<Feature> all;
  for (const FeatureInfo &one : kFeatures) {
    if (has(one.feature)) all.push_back(one.feature);
  }
  return all;
}

std::string FeatureSet::text() const {
  std::string text;
  for (const FeatureInfo &one : kFeatures) {
    if (has(one.feature)) text += fmt::format("{}{}", text.empty() ? "" : ",", one.name);
  }
  return text.empty() ? "none" : text;
}

}  // namespace dmar::bench
