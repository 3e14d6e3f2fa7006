// SPDX-License-Identifier: Apache-2.0
// What a cache of the unit may still answer although the tables have changed: every answer that
// they gave since the last invalidation that covers it completed (VT-d 6.5).
#ifndef DMAR_COSIM_STALE_ANSWERS_HPP
#define DMAR_COSIM_STALE_ANSWERS_HPP

#include <cstdint>
#include <map>
#include <tuple>
#include <vector>

#include "dmar/types.hpp"
#include "golden/descriptor.hpp"
#include "golden/translate.hpp"

namespace dmar::cosim {

class StaleAnswers {
 public:
  // The tables said `verdict`. Only what a cache may hold is kept: pages and interrupt entries that
  // were there.
  void note(const Request &request, const golden::Verdict &verdict);

  // What a cache that holds any of the answers kept would say, oldest first.
  [[nodiscard]] std::vector<golden::Verdict> find(const Request &request) const;

  // Is complete now.
  void invalidate(const golden::Invalidation &invalidation);
  // Everything, as when a table pointer was set.
  void clear();

  [[nodiscard]] std::size_t size() const;

 private:
  using PageKey = std::tuple<std::uint16_t, std::uint64_t, PageSize>;  // source, first byte
  using MessageKey = std::tuple<std::uint16_t, std::uint64_t, std::uint32_t>;

  static PageKey page_key(const Request &request, PageSize size);
  static MessageKey message_key(const Request &request);

  std::map<PageKey, std::vector<golden::Translation>> pages_;
  std::map<MessageKey, std::vector<golden::Interrupt>> messages_;
};

}  // namespace dmar::cosim

#endif  // DMAR_COSIM_STALE_ANSWERS_HPP
