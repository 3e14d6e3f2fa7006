// SPDX-License-Identifier: Apache-2.0
// dmar_top with one device, requests one at a time or many in flight, and the clocks they take.
#ifndef DMAR_PERF_FEATURE_RIG_HPP
#define DMAR_PERF_FEATURE_RIG_HPP

#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "bench/rtl_iommu.hpp"
#include "driver/driver.hpp"
#include "perf/statistics.hpp"
#include "perf/top_features.hpp"
#include "tables/table_builder.hpp"

namespace dmar::perf {

class FeatureRig {
 public:
  static constexpr SourceId kDevice = bdf(0, 2, 0);
  static constexpr unsigned kPages = 8192;  // more than any IOTLB here holds
  static constexpr std::uint64_t kPage = 4096;

  // Pages are mapped, everything is on but translation.
  FeatureRig(const bench::ModelInfo &model, unsigned latency);

  [[nodiscard]] bench::RtlIommu &unit() { return unit_; }
  [[nodiscard]] Driver &driver() { return driver_; }

  [[nodiscard]] static Iova page(unsigned n) { return Iova(0x1'0000'0000 + n * kPage); }
  [[nodiscard]] static HostAddr host(unsigned n) { return HostAddr(0x4000'0000 + n * kPage); }

  // The `n`-th request of a measurement, and what its outcome has to be.
  using Make = std::function<Request(std::uint64_t n)>;
  using Check = std::function<bool(std::uint64_t n, const bench::Outcome &outcome)>;

  // Clocks from the acceptance of the address to the last answer, one request at a time.
  Histogram one_by_one(std::uint64_t count, const Make &make, const Check &check);
  // Clocks for each request with as many in flight as the port takes.
  double many(std::uint64_t count, const Make &make, const Check &check);

 private:
  static void require(bool right);

  bench::RtlIommu unit_;
  TableBuilder tables_;
  Driver driver_;
};

// Figures of one memory latency, in the order in which they were measured.
class FeatureFigures {
 public:
  explicit FeatureFigures(unsigned latency) : latency_(latency) {}

  void add(const std::string &name, std::string title, double value, std::string unit,
           std::string note = {}) {
    figures_.push_back({.name = name + "_" + std::to_string(latency_),
                        .title = std::move(title),
                        .latency = latency_,
                        .value = value,
                        .unit = std::move(unit),
                        .note = std::move(note)});
  }
  // The mean, and between what the values lie.
  void add(const std::string &name, std::string title, const Histogram &clocks) {
    add(name, std::move(title), clocks.mean(), "clocks",
        std::to_string(clocks.min()) + " to " + std::to_string(clocks.max()));
  }
  std::vector<FeatureFigure> take() { return std::move(figures_); }

 private:
  unsigned latency_;
  std::vector<FeatureFigure> figures_;
};

}  // namespace dmar::perf

#endif  // DMAR_PERF_FEATURE_RIG_HPP
