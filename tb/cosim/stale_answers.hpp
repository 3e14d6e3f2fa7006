// SPDX-License-Identifier: Apache-2.0
// What a cache of the unit may still answer although the tables have changed: every answer that
// they gave since the last invalidation that covers it completed (VT-d 6.5). Contexts are known by
// source, pages by domain: one device meets what another one of its domain has left.
#ifndef DMAR_COSIM_STALE_ANSWERS_HPP
#define DMAR_COSIM_STALE_ANSWERS_HPP

#include <cstdint>
#include <map>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "dmar/types.hpp"
#include "golden/descriptor.hpp"
#include "golden/translate.hpp"

namespace dmar::cosim {

class StaleAnswers {
 public:
  // The tables said `verdict`. Only what a cache may hold is kept: pages and interrupt entries that
  // were there. Of a translation request nothing is: note what the tables say of an access.
  void note(const Request &request, const golden::Verdict &verdict);

  // What caches that hold any of the answers kept would say. `now`: what the tables say, for a
  // context that no cache holds is read there.
  [[nodiscard]] std::vector<golden::Verdict> find(const Request &request,
                                                  const golden::Verdict &now) const;

  // Is complete now.
  void invalidate(const golden::Invalidation &invalidation);
  // As when another table was taken over.
  void clear_pages();
  void clear_messages() { messages_.clear(); }
  void clear() {
    clear_pages();
    clear_messages();
  }

  [[nodiscard]] std::size_t size() const;  // answers kept

 private:
  using ContextKey = std::pair<std::uint16_t, DomainId>;          // source, and its domain
  using PageKey = std::tuple<DomainId, std::uint64_t, PageSize>;  // first byte
  using MessageKey = std::tuple<std::uint16_t, std::uint64_t, std::uint32_t>;

  static PageKey page_key(DomainId domain, const Request &request, PageSize size);
  static MessageKey message_key(const Request &request);

  void find_pages(DomainId domain, const Request &request,
                  std::vector<golden::Verdict> &answers) const;

  void find_completions(DomainId domain, const Request &request,
                        std::vector<golden::Verdict> &answers) const;

  std::set<ContextKey> contexts_;
  std::map<PageKey, std::vector<golden::Translation>> pages_;
  std::map<MessageKey, std::vector<golden::Verdict>> messages_;  // remapped or to be posted
};

}  // namespace dmar::cosim

#endif  // DMAR_COSIM_STALE_ANSWERS_HPP
