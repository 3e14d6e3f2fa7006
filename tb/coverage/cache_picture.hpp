// SPDX-License-Identifier: Apache-2.0
// What the caches of a unit may hold, as seen from outside: everything that a request has used
// since the last invalidation that covers it. Evictions are not seen.
#ifndef DMAR_COVERAGE_CACHE_PICTURE_HPP
#define DMAR_COVERAGE_CACHE_PICTURE_HPP

#include <compare>
#include <cstdint>
#include <set>

#include "dmar/types.hpp"
#include "golden/descriptor.hpp"

namespace dmar::coverage {

// What an invalidation met.
struct Met {
  bool covered = false;      // something that it covers
  bool not_covered = false;  // something of the same kind that it leaves
};

class CachePicture {
 public:
  void note_context(SourceId source_id, DomainId domain) { contexts_.insert({source_id, domain}); }
  void note_page(DomainId domain, Iova address, PageSize size) {
    pages_.insert({domain, Iova(address.raw() & ~(page_bytes(size) - 1)), size});
  }
  void note_interrupt_entry(std::uint16_t index) { interrupts_.insert(index); }

  // Removes what is covered.
  Met invalidate(const golden::ContextInvalidation &one);
  Met invalidate(const golden::IotlbInvalidation &one);
  Met invalidate(const golden::InterruptInvalidation &one);
  void clear();

 private:
  struct ContextKey {
    SourceId source_id;
    DomainId domain;
    friend auto operator<=>(const ContextKey &, const ContextKey &) = default;
  };
  struct PageKey {
    DomainId domain;
    Iova address;
    PageSize size;
    friend auto operator<=>(const PageKey &, const PageKey &) = default;
  };

  std::set<ContextKey> contexts_;
  std::set<PageKey> pages_;
  std::set<std::uint16_t> interrupts_;
};

}  // namespace dmar::coverage

#endif  // DMAR_COVERAGE_CACHE_PICTURE_HPP
