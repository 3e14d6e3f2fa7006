// SPDX-License-Identifier: Apache-2.0
// What a cache of the unit may still answer although the tables have changed: the last answer to
// each page and interrupt, until an invalidation that covers it is complete (VT-d 6.5).
#ifndef DMAR_COSIM_STALE_ANSWERS_HPP
#define DMAR_COSIM_STALE_ANSWERS_HPP

#include <cstdint>
#include <map>
#include <optional>
#include <tuple>

#include "dmar/types.hpp"
#include "golden/descriptor.hpp"
#include "golden/translate.hpp"

namespace dmar::cosim {

class StaleAnswers {
 public:
  // The tables said `verdict`. Only what a cache may hold is kept: permitted requests.
  void note(const Request &request, const golden::Verdict &verdict);

  // What the tables said the last time, for the same page and direction or the same message.
  [[nodiscard]] std::optional<golden::Verdict> find(const Request &request) const;

  // Is complete now.
  void invalidate(const golden::Invalidation &invalidation);
  // Everything, as when a table pointer was set.
  void clear() { answers_.clear(); }

  [[nodiscard]] std::size_t size() const { return answers_.size(); }

 private:
  // Source, page or address, kind of access or data of a message.
  using Key = std::tuple<std::uint16_t, std::uint64_t, std::uint64_t>;
  static Key key_of(const Request &request);
  static bool covers(const golden::Invalidation &invalidation, const Key &key,
                     const golden::Verdict &verdict);

  std::map<Key, golden::Verdict> answers_;
};

}  // namespace dmar::cosim

#endif  // DMAR_COSIM_STALE_ANSWERS_HPP
