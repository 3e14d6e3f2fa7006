// SPDX-License-Identifier: Apache-2.0
// What can happen on a random machine, as switches: a failure is easier to understand when fewer
// things happened.
#ifndef DMAR_FUZZ_FEATURES_HPP
#define DMAR_FUZZ_FEATURES_HPP

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace dmar::bench {

enum class Feature : std::uint8_t {
  kMappings,
  kContexts,
  kFlaws,
  kDomains,
  kRoots,
  kQueue,
  kRegisters,
  kStrayInvalidations,
  kQueueErrors,
  kMemoryErrors,
  kTranslation,
  kTableModes,
  kProtection,
  kPassThrough,
  kOddRequests,
  kAts,
  kBadDevices,
  kInterrupts,
  kInterruptEntries,
  kPosting,
  kPostingFaults,
  kRemapping,
  kOverlap,
  kSlowMemory,
  kPokes,
  kBrokenRules,
};

struct FeatureInfo {
  Feature feature;
  const char *name;
  const char *description;
};

// In the order of the enumeration.
std::span<const FeatureInfo> features();
// std::invalid_argument when there is no such feature.
Feature feature_named(const std::string &name);

class FeatureSet {
 public:
  // Everything happens.
  static FeatureSet all();
  static FeatureSet none() { return {}; }

  [[nodiscard]] bool has(Feature feature) const { return (bits_ & mask(feature)) != 0; }
  [[nodiscard]] FeatureSet with(Feature feature) const { return FeatureSet(bits_ | mask(feature)); }
  [[nodiscard]] FeatureSet without(Feature feature) const {
    return FeatureSet(bits_ & ~mask(feature));
  }
  // Some of them left out, by `seed`.
  [[nodiscard]] FeatureSet thinned(std::uint64_t seed) const;
  [[nodiscard]] std::vector<Feature> list() const;
  // Names with commas between them; "none" when empty.
  [[nodiscard]] std::string text() const;

  friend bool operator==(const FeatureSet &, const FeatureSet &) = default;

 private:
  FeatureSet() = default;
  explicit FeatureSet(std::uint64_t bits) : bits_(bits) {}
  static std::uint64_t mask(Feature feature) {
    return std::uint64_t{1} << static_cast<unsigned>(feature);
  }

  std::uint64_t bits_ = 0;
};

}  // namespace dmar::bench

#endif  // DMAR_FUZZ_FEATURES_HPP
