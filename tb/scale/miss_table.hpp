// SPDX-License-Identifier: Apache-2.0
// What a slice of a service keeps of its misses: the pages that it has asked the walker for, each
// with the requests that wait for it, so that a page, or a line, is asked for once. One miss is
// looked at, and one request answered, a clock.
#ifndef DMAR_SCALE_MISS_TABLE_HPP
#define DMAR_SCALE_MISS_TABLE_HPP

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <vector>

#include "scale/slice.hpp"
#include "scale/stream_windows.hpp"
#include "scale/walker.hpp"
#include "scale/walks.hpp"

namespace dmar::scale {

class MissTable {
 public:
  MissTable(unsigned slice, const SliceShape &shape)
      : slice_(slice), by_line_(shape.asks_by_line), entries_(shape.misses) {}

  // In the order in which they missed.
  void push(Miss miss);
  // Looks at the next miss; `cached`: whether its page is in the IOTLB by now. What is to be sent
  // to the walker, if `may_send` and anything is.
  std::optional<Miss> step(bool may_send, const std::function<bool(const Miss &)> &cached);
  // A page or an answer has come from the walker: requests are answered from this clock on.
  void finish(const Found &found);
  // One request that is answered in this clock.
  void answer(std::vector<Answer> &answers);

 private:
  struct Entry {
    bool used = false;
    Miss miss;
    bool answered = false;
    std::vector<Miss> waiting = {};
  };

  [[nodiscard]] bool same(const Miss &one, const Miss &other) const;
  void answer_page(Entry &entry, std::uint64_t page);

  unsigned slice_;
  bool by_line_;
  std::vector<Entry> entries_;
  StreamWindows streams_{0};
  std::deque<Miss> waiting_;
  std::deque<unsigned> answering_;  // tags
};

}  // namespace dmar::scale

#endif  // DMAR_SCALE_MISS_TABLE_HPP
