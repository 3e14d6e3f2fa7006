// SPDX-License-Identifier: Apache-2.0
// The translations that a device keeps for itself (PCIe ATS: address translation cache).
#ifndef DMAR_DEVICES_DEVICE_TLB_HPP
#define DMAR_DEVICES_DEVICE_TLB_HPP

#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>

#include "dmar/ats.hpp"
#include "dmar/types.hpp"

namespace dmar::devices {

// A region of a power of two bytes, aligned to its size; `size` 0 stands for 2^64.
constexpr bool regions_meet(std::uint64_t base, std::uint64_t size, std::uint64_t other_base,
                            std::uint64_t other_size) {
  return ((base ^ other_base) & ~((size - 1) | (other_size - 1))) == 0;
}

// An invalidation of a device whose requests have no PASID reaches it without a PASID, or with the
// Global bit.
constexpr bool reaches_all(const InvalidateRequest &request) {
  return !request.pasid || (request.payload & 1) != 0;
}

// Entries are of any size and never overlap; the one that was used longest ago makes room.
class DeviceTlb {
 public:
  // std::invalid_argument without room for one.
  explicit DeviceTlb(std::size_t capacity);

  // The entry for this address; it is the last to go now.
  std::optional<TranslationEntry> find(Iova address);
  // The answer to a request for `address`. One that grants nothing, or says that only untranslated
  // requests are of use, is not kept. Older ones that it overlaps go.
  void insert(Iova address, const TranslationEntry &entry);
  // Drops what the message names, in whole entries; how many.
  std::size_t invalidate(const InvalidateRequest &request);
  void clear() { entries_.clear(); }

  // Where `address` is, by an entry for it.
  static HostAddr translate(Iova address, const TranslationEntry &entry) {
    return HostAddr(entry.base() | (address.raw() & (entry.bytes() - 1)));
  }

  [[nodiscard]] std::size_t size() const { return entries_.size(); }

  struct Statistics {
    std::uint64_t hits = 0;
    std::uint64_t misses = 0;
    std::uint64_t evicted = 0;  // made room for others
    std::uint64_t invalidated = 0;
  };
  [[nodiscard]] const Statistics &statistics() const { return statistics_; }

 private:
  struct Entry {
    std::uint64_t base;  // of the input region, as large as the output region
    TranslationEntry translation;

    [[nodiscard]] bool meets(std::uint64_t other, std::uint64_t size) const {
      return regions_meet(base, translation.bytes(), other, size);
    }
  };

  std::size_t capacity_;
  std::list<Entry> entries_;  // most recently used first
  Statistics statistics_;
};

}  // namespace dmar::devices

#endif  // DMAR_DEVICES_DEVICE_TLB_HPP
