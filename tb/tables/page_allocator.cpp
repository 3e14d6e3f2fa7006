// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "tables/page_allocator.hpp"

#include <array>
#include <stdexcept>

namespace dmar {

namespace {
constexpr std::uint64_t kPageBytes = 4096;
}

PageAllocator::PageAllocator(Memory &memory, HostAddr first, HostAddr end)
    : memory_(memory), first_(first), next_(first), end_(end) {
  if (first.raw() % kPageBytes != 0 || end.raw() % kPageBytes != 0 || end < first) {
    throw std::invalid_argument("PageAllocator: the range is not made of pages");
  }
}

HostAddr PageAllocator::allocate() {
  HostAddr page = next_;
  if (!free_.empty()) {
    page = free_.back();
    free_.pop_back();
  } else if (next_ < end_) {
    next_ = HostAddr(next_.raw() + kPageBytes);
  } else {
    throw std::runtime_error("PageAllocator: no page left");
  }
  constexpr std::array<std::uint8_t, kPageBytes> kZeros{};
  memory_.store(page, kZeros);
  return page;
}

}  // namespace dmar
