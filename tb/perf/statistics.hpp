// SPDX-License-Identifier: Apache-2.0
// Counts of clocks: how often each value came up, exactly.
#ifndef DMAR_PERF_STATISTICS_HPP
#define DMAR_PERF_STATISTICS_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace dmar::perf {

class Histogram {
 public:
  void add(std::uint64_t value) {
    if (value >= counts_.size()) counts_.resize(value + 1);
    ++counts_[value];
    ++total_;
    sum_ += value;
  }
  void add(const Histogram &other) {
    if (counts_.size() < other.counts_.size()) counts_.resize(other.counts_.size());
    for (std::size_t i = 0; i < other.counts_.size(); ++i) counts_[i] += other.counts_[i];
    total_ += other.total_;
    sum_ += other.sum_;
  }
  [[nodiscard]] std::uint64_t total() const { return total_; }
  // How often each value came up; the last one is not 0.
  [[nodiscard]] const std::vector<std::uint64_t> &counts() const { return counts_; }
  [[nodiscard]] double mean() const {
    return total_ == 0 ? 0 : static_cast<double>(sum_) / static_cast<double>(total_);
  }
  [[nodiscard]] std::uint64_t max() const { return counts_.empty() ? 0 : counts_.size() - 1; }
  [[nodiscard]] std::uint64_t min() const { return quantile(0); }
  // The smallest value that at least this part (0 to 1) of all values does not exceed.
  [[nodiscard]] std::uint64_t quantile(double part) const {
    const auto rank = std::max(1.0, part * static_cast<double>(total_));
    std::uint64_t seen = 0;
    for (std::uint64_t value = 0; value < counts_.size(); ++value) {
      seen += counts_[value];
      if (static_cast<double>(seen) >= rank) return value;
    }
    return 0;
  }

 private:
  std::vector<std::uint64_t> counts_;
  std::uint64_t total_ = 0;
  std::uint64_t sum_ = 0;
};

// What became of the requests of one device.
struct DeviceStatistics {
  std::uint64_t answered = 0;
  std::uint64_t hits = 0;  // as the monitor port says
  std::uint64_t forwarded = 0;
  Histogram latency;  // from the clock of acceptance to that of the answer
  Histogram prompt;   // of answers on the port's own channel, from the first clock of the offer
};

}  // namespace dmar::perf

#endif  // DMAR_PERF_STATISTICS_HPP
