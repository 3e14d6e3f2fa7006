// SPDX-License-Identifier: Apache-2.0
// Devices that touch pages in a given order, one request a page, over and over.
#ifndef DMAR_PERF_PAGES_HPP
#define DMAR_PERF_PAGES_HPP

#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

#include "bench/random.hpp"
#include "perf/device.hpp"

namespace dmar::perf {

using PageOrder = std::vector<std::uint32_t>;

inline PageOrder in_sequence(unsigned pages) {
  PageOrder order(pages);
  std::iota(order.begin(), order.end(), 0U);
  return order;
}

// Every page once in each round, the same order in each round: a cache smaller than the order, and
// which keeps what was used last, never hits.
inline PageOrder shuffled(unsigned pages, std::uint64_t seed) {
  PageOrder order = in_sequence(pages);
  bench::Random random(seed);
  for (std::size_t left = order.size(); left > 1; --left) {
    std::swap(order[left - 1], order[random.below(left)]);
  }
  return order;
}

// A request for `page` of the device, somewhere in the page.
inline Request page_request(SourceId source_id, std::uint64_t page,
                            AccessKind kind = AccessKind::kRead, PageSize size = PageSize::k4K) {
  const std::uint64_t offset = page * 64 % page_bytes(size);
  return {.source_id = source_id,
          .address = Iova(kDeviceIova + page * page_bytes(size) + offset),
          .kind = kind,
          .bytes = 64};
}

inline constexpr unsigned kNoLimit = 256;  // more than a unit has tags

class Pages : public Device {
 public:
  Pages(SourceId source_id, PageOrder order, unsigned limit = kNoLimit,
        AccessKind kind = AccessKind::kRead, PageSize size = PageSize::k4K)
      : Device(limit), source_id_(source_id), order_(std::move(order)), kind_(kind), size_(size) {}

 protected:
  std::optional<Wanted> next(std::uint64_t) override {
    const std::uint32_t page = order_[at_];
    at_ = at_ + 1 == order_.size() ? 0 : at_ + 1;
    return Wanted{.request = page_request(source_id_, page, kind_, size_), .id = page};
  }

 private:
  SourceId source_id_;
  PageOrder order_;
  AccessKind kind_;
  PageSize size_;
  std::size_t at_ = 0;
};

}  // namespace dmar::perf

#endif  // DMAR_PERF_PAGES_HPP
