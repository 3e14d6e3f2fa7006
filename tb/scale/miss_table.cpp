// SPDX-License-Identifier: Apache-2.0
// See miss_table.hpp.
#include "scale/miss_table.hpp"

#include <algorithm>

namespace dmar::scale {

bool MissTable::same(const Miss &one, const Miss &other) const {
  const unsigned shift = by_line_ ? 3 : 0;
  return one.source_id == other.source_id && one.page >> shift == other.page >> shift;
}

void MissTable::push(Miss miss) {
  const StreamWindows::Look look = streams_.look(miss.source_id, miss.page);
  streams_.note(look, miss.page, false);
  miss.sequential = by_line_ && look.sequential;
  waiting_.push_back(miss);
}

std::optional<Miss> MissTable::step(bool may_send,
                                    const std::function<bool(const Miss &)> &cached) {
  if (waiting_.empty()) return std::nullopt;
  const Miss miss = waiting_.front();
  if (cached(miss)) {
    answering_.push_back(miss.id);
    waiting_.pop_front();
    return std::nullopt;
  }
  const auto asked = std::ranges::find_if(
      entries_, [&](const Entry &entry) { return entry.used && same(entry.miss, miss); });
  if (asked != entries_.end()) {
    asked->waiting.push_back(miss);
    waiting_.pop_front();
    return std::nullopt;
  }
  const auto free = std::ranges::find(entries_, false, &Entry::used);
  if (free == entries_.end() || !may_send) return std::nullopt;
  *free = {.used = true, .miss = miss, .waiting = {miss}};
  waiting_.pop_front();
  Miss sent = miss;
  sent.id = static_cast<unsigned>(free - entries_.begin());
  return sent;
}

void MissTable::answer_page(Entry &entry, std::uint64_t page) {
  for (const Miss &miss : entry.waiting) {
    if (miss.page == page) answering_.push_back(miss.id);
  }
  std::erase_if(entry.waiting, [page](const Miss &miss) { return miss.page == page; });
}

// What was sought elsewhere in the line and did not come is looked at again.
void MissTable::finish(const Found &found) {
  if (found.kind == Found::Kind::kContext) return;
  for (Entry &entry : entries_) {
    if (!entry.used || !same(entry.miss, found.miss)) continue;
    answer_page(entry, found.miss.page);
    if (found.kind == Found::Kind::kAnswer) entry.answered = true;
    if (!entry.answered || !found.last) continue;
    waiting_.insert(waiting_.begin(), entry.waiting.begin(), entry.waiting.end());
    entry = {};
  }
}

void MissTable::answer(std::vector<Answer> &answers) {
  if (answering_.empty()) return;
  answers.push_back({.port = slice_, .tag = answering_.front(), .hit = false});
  answering_.pop_front();
}

}  // namespace dmar::scale
