// SPDX-License-Identifier: Apache-2.0
// How often values came up, in buckets that grow with the value: exact up to 15, then four for each
// power of two. Its size does not depend on how much is counted.
#ifndef DMAR_REPORT_HISTOGRAM_HPP
#define DMAR_REPORT_HISTOGRAM_HPP

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace dmar::report {

class LogHistogram {
 public:
  static constexpr std::uint64_t kExact = 16;

  // The bucket of a value, and the smallest value of a bucket.
  static constexpr std::size_t bucket_of(std::uint64_t value) {
    if (value < kExact) return static_cast<std::size_t>(value);
    const unsigned octave = static_cast<unsigned>(std::bit_width(value)) - 1;  // 4 and more
    const auto quarter = static_cast<std::size_t>(value >> (octave - 2) & 3);
    return kExact + (octave - 4) * 4 + quarter;
  }
  static constexpr std::uint64_t first_of(std::size_t bucket) {
    if (bucket < kExact) return bucket;
    const std::size_t octave = (bucket - kExact) / 4 + 4;
    const std::uint64_t quarter = (bucket - kExact) % 4;
    return (4 + quarter) << (octave - 2);
  }

  void add(std::uint64_t value) {
    const std::size_t bucket = bucket_of(value);
    if (bucket >= counts_.size()) counts_.resize(bucket + 1);
    ++counts_[bucket];
    ++total_;
    sum_ += value;
    min_ = std::min(min_, value);
    max_ = std::max(max_, value);
  }
  void add(const LogHistogram &other) {
    if (counts_.size() < other.counts_.size()) counts_.resize(other.counts_.size());
    for (std::size_t i = 0; i < other.counts_.size(); ++i) counts_[i] += other.counts_[i];
    total_ += other.total_;
    sum_ += other.sum_;
    min_ = std::min(min_, other.min_);
    max_ = std::max(max_, other.max_);
  }

  [[nodiscard]] const std::vector<std::uint64_t> &counts() const { return counts_; }
  [[nodiscard]] std::uint64_t total() const { return total_; }
  [[nodiscard]] std::uint64_t min() const { return total_ == 0 ? 0 : min_; }
  [[nodiscard]] std::uint64_t max() const { return max_; }
  [[nodiscard]] double mean() const {
    return total_ == 0 ? 0 : static_cast<double>(sum_) / static_cast<double>(total_);
  }
  // The largest value of the first bucket up to which at least this part (0 to 1) of all lies.
  [[nodiscard]] std::uint64_t quantile(double part) const {
    const double rank = std::max(1.0, part * static_cast<double>(total_));
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      seen += counts_[i];
      if (static_cast<double>(seen) >= rank) return std::min(first_of(i + 1) - 1, max_);
    }
    return max_;
  }

 private:
  std::vector<std::uint64_t> counts_;
  std::uint64_t total_ = 0;
  std::uint64_t sum_ = 0;
  std::uint64_t min_ = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t max_ = 0;
};

}  // namespace dmar::report

#endif  // DMAR_REPORT_HISTOGRAM_HPP
