// SPDX-License-Identifier: Apache-2.0
// See device_tlb.hpp.
#include "devices/device_tlb.hpp"

#include <algorithm>
#include <stdexcept>

namespace dmar::devices {

DeviceTlb::DeviceTlb(std::size_t capacity) : capacity_(capacity) {
  if (capacity == 0) throw std::invalid_argument("a device TLB without room for an entry");
}

std::optional<TranslationEntry> DeviceTlb::find(Iova address) {
  const auto found = std::ranges::find_if(
      entries_, [&](const Entry &entry) { return entry.meets(address.raw(), 1); });
  if (found == entries_.end()) {
    ++statistics_.misses;
    return std::nullopt;
  }
  ++statistics_.hits;
  entries_.splice(entries_.begin(), entries_, found);
  return entries_.front().translation;
}

void DeviceTlb::insert(Iova address, const TranslationEntry &entry) {
  if (!entry.grants() || entry.has(TranslationEntry::kUntranslated)) return;
  const std::uint64_t base = address.raw() & ~(entry.bytes() - 1);
  std::erase_if(entries_, [&](const Entry &old) { return old.meets(base, entry.bytes()); });
  if (entries_.size() == capacity_) {
    entries_.pop_back();
    ++statistics_.evicted;
  }
  entries_.push_front({base, entry});
}

std::size_t DeviceTlb::invalidate(const InvalidateRequest &request) {
  if (!reaches_all(request)) return 0;
  const std::size_t dropped = std::erase_if(
      entries_, [&](const Entry &entry) { return entry.meets(request.base(), request.bytes()); });
  statistics_.invalidated += dropped;
  return dropped;
}

}  // namespace dmar::devices
