// SPDX-License-Identifier: Apache-2.0
// What happened when: counts in buckets of time. The buckets grow to twice their width whenever
// they would become too many, so a run of any length needs the same memory.
#ifndef DMAR_REPORT_SERIES_HPP
#define DMAR_REPORT_SERIES_HPP

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace dmar::report {

struct Bucket {
  std::uint64_t requests = 0;  // of memory, answered
  std::uint64_t hits = 0;      // of these, without a walk
  std::uint64_t interrupts = 0;
  std::uint64_t bytes = 0;
  std::uint64_t faults = 0;
  std::uint64_t invalidations = 0;

  Bucket &operator+=(const Bucket &other) {
    requests += other.requests;
    hits += other.hits;
    interrupts += other.interrupts;
    bytes += other.bytes;
    faults += other.faults;
    invalidations += other.invalidations;
    return *this;
  }
  friend bool operator==(const Bucket &, const Bucket &) = default;
};

class Series {
 public:
  static constexpr std::size_t kMost = 512;         // buckets
  static constexpr std::uint64_t kFirstWidth = 64;  // cycles

  // The bucket of `cycle`, to count in. Valid until the next call.
  Bucket &at(std::uint64_t cycle) {
    while (cycle / width_ >= kMost) widen(width_ * 2);
    const auto index = static_cast<std::size_t>(cycle / width_);
    if (index >= buckets_.size()) buckets_.resize(index + 1);
    return buckets_[index];
  }

  // Buckets of `width` cycles, a power of two times the width of now.
  void widen(std::uint64_t width) {
    while (width_ < width) {
      std::vector<Bucket> merged((buckets_.size() + 1) / 2);
      for (std::size_t i = 0; i < buckets_.size(); ++i) merged[i / 2] += buckets_[i];
      buckets_ = std::move(merged);
      width_ *= 2;
    }
  }

  // The same to look at; nothing was counted where there is no bucket.
  [[nodiscard]] Bucket count_at(std::uint64_t cycle) const {
    const auto index = static_cast<std::size_t>(cycle / width_);
    return index < buckets_.size() ? buckets_[index] : Bucket{};
  }

  [[nodiscard]] std::uint64_t width() const { return width_; }
  [[nodiscard]] const std::vector<Bucket> &buckets() const { return buckets_; }
  [[nodiscard]] Bucket total() const {
    Bucket sum;
    for (const Bucket &bucket : buckets_) sum += bucket;
    return sum;
  }

 private:
  std::uint64_t width_ = kFirstWidth;
  std::vector<Bucket> buckets_;
};

}  // namespace dmar::report

#endif  // DMAR_REPORT_SERIES_HPP
