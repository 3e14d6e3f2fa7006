// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "coverage/cache_picture.hpp"

#include <array>

#include "dmar/registers.hpp"

namespace dmar::coverage {
namespace {

template <class Set, class Covers>
Met remove(Set &entries, Covers covers) {
  const std::size_t before = entries.size();
  const std::size_t removed = std::erase_if(entries, covers);
  return {.covered = removed != 0, .not_covered = removed != before};
}

}  // namespace

Met CachePicture::invalidate(const golden::ContextInvalidation &one) {
  constexpr std::array<unsigned, 4> kIgnored{0b000, 0b100, 0b110, 0b111};  // by FM
  return remove(contexts_, [&](const ContextKey &entry) {
    if (one.granularity == granularity::kGlobal) return true;
    if (one.domain != entry.domain) return false;
    const unsigned differ = one.source_id.raw() ^ entry.source_id.raw();
    return one.granularity == granularity::kDomain ||
           (differ & ~kIgnored[one.function_mask & 3]) == 0;
  });
}

Met CachePicture::invalidate(const golden::IotlbInvalidation &one) {
  return remove(pages_, [&](const PageKey &entry) {
    if (one.granularity == granularity::kGlobal) return true;
    if (one.domain != entry.domain) return false;
    if (one.granularity == granularity::kDomain) return true;
    const unsigned low = 12 + one.address_mask;
    if (low >= 64) return true;
    const std::uint64_t first = (one.address.raw() >> low) << low;
    const std::uint64_t last = first + ((std::uint64_t{1} << low) - 1);
    const std::uint64_t entry_last = entry.address.raw() + (page_bytes(entry.size) - 1);
    return first <= entry_last && entry.address.raw() <= last;
  });
}

Met CachePicture::invalidate(const golden::InterruptInvalidation &one) {
  return remove(interrupts_, [&](std::uint16_t index) {
    return one.all || (index >> one.index_mask) == (one.index >> one.index_mask);
  });
}

void CachePicture::clear() {
  contexts_.clear();
  pages_.clear();
  interrupts_.clear();
}

}  // namespace dmar::coverage
