// SPDX-License-Identifier: Apache-2.0
// Hands out zeroed 4 KiB pages of host memory for tables.
#ifndef DMAR_TABLES_PAGE_ALLOCATOR_HPP
#define DMAR_TABLES_PAGE_ALLOCATOR_HPP

#include <vector>

#include "dmar/types.hpp"
#include "memory/memory.hpp"

namespace dmar {

class PageAllocator {
 public:
  // Pages from `first` upwards, below `end`; both aligned (std::invalid_argument).
  PageAllocator(Memory &memory, HostAddr first, HostAddr end);

  // A page of zeros. std::runtime_error when none is left.
  HostAddr allocate();
  // Gives a page back; the last one released is the next one handed out.
  void release(HostAddr page) { free_.push_back(page); }
  // Whether `address` lies in a page that was handed out at least once.
  [[nodiscard]] bool owns(HostAddr address) const { return first_ <= address && address < next_; }

 private:
  Memory &memory_;
  HostAddr first_;
  HostAddr next_;
  HostAddr end_;
  std::vector<HostAddr> free_;
};

}  // namespace dmar

#endif  // DMAR_TABLES_PAGE_ALLOCATOR_HPP
