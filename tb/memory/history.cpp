// SPDX-License-Identifier: Apache-2.0
// The versions of memory words over time: what a reader between two moments could have seen.
#include <algorithm>
#include <stdexcept>

#include "memory/memory.hpp"

namespace dmar {

namespace {

constexpr std::uint64_t kWordBytes = 8;

bool overlaps(const WordVersion &version, std::uint64_t t0, std::uint64_t t1) {
  return version.from <= t1 && t0 <= version.until;
}

// Cuts [from, until] out of each piece; what is left keeps its value. A version that began and
// ended in one moment survives at the edge of the cut, as both were possible then.
std::vector<WordVersion> cut(const std::vector<WordVersion> &pieces, std::uint64_t from,
                             std::uint64_t until) {
  std::vector<WordVersion> left;
  for (const WordVersion &piece : pieces) {
    if (piece.until <= from || until <= piece.from) {
      left.push_back(piece);
      continue;
    }
    if (piece.from < from) left.push_back({piece.value, piece.from, from});
    if (until < piece.until) left.push_back({piece.value, until, piece.until});
  }
  return left;
}

}  // namespace

void Memory::set_time(Time now) {
  if (now < now_) throw std::invalid_argument("set_time: time goes back");
  now_ = now;
}

void Memory::record_history(bool on) {
  recording_ = on;
  if (on) return;
  for (const std::uint64_t number : pages_with_history_) {
    pages_[number].old.clear();
    pages_[number].changed.reset();
  }
  pages_with_history_.clear();
  std::erase_if(errors_, [](const ErrorRange &range) { return range.until != kForever; });
  for (ErrorRange &range : errors_) range.from = 0;
}

void Memory::keep_old_words(std::uint64_t number, Page &page, std::uint64_t offset,
                            std::size_t bytes) {
  if (bytes == 0) return;
  if (!page.changed) {
    page.changed = std::make_unique<std::array<Time, kPageBytes / kWordBytes>>();
    pages_with_history_.insert(number);
  }
  const std::uint64_t last = (offset + bytes - 1) / kWordBytes;
  for (std::uint64_t word = offset / kWordBytes; word <= last; ++word) {
    const std::uint64_t value = read64(HostAddr(number * kPageBytes + word * kWordBytes));
    Time &changed = (*page.changed)[word];
    page.old.push_back({static_cast<std::uint16_t>(word), value, changed, now_});
    changed = now_;
  }
}

std::vector<WordVersion> Memory::value_versions(std::uint64_t word) const {
  const std::uint64_t present = read64(HostAddr(word));
  const auto found = pages_.find(word / kPageBytes);
  if (found == pages_.end() || !found->second.changed) return {{present, 0, kForever}};
  const Page &page = found->second;
  const std::uint64_t index = word % kPageBytes / kWordBytes;
  std::vector<WordVersion> all;
  for (const OldWord &old : page.old) {
    if (old.word == index) all.push_back({old.value, old.from, old.until});
  }
  all.push_back({present, (*page.changed)[index], kForever});
  return all;
}

std::vector<WordVersion> Memory::versions(HostAddr word, Time t0, Time t1) const {
  if (word.raw() % kWordBytes != 0) throw std::invalid_argument("versions: unaligned word");
  std::vector<WordVersion> all = value_versions(word.raw());
  for (const ErrorRange &range : errors_) {
    const bool touches = range.first <= word.raw() + kWordBytes - 1 && word.raw() <= range.last;
    if (!touches || range.on == ErrorOn::kWrite) continue;
    all = cut(all, range.from, range.until);
    all.push_back({std::nullopt, range.from, range.until});
  }
  std::erase_if(all, [&](const WordVersion &version) { return !overlaps(version, t0, t1); });
  std::stable_sort(all.begin(), all.end(),
                   [](const WordVersion &a, const WordVersion &b) { return a.from < b.from; });
  return all;
}

void Memory::forget_history(Time before) {
  for (auto number = pages_with_history_.begin(); number != pages_with_history_.end();) {
    Page &page = pages_[*number];
    std::erase_if(page.old, [before](const OldWord &old) { return old.until < before; });
    const bool settled =
        page.old.empty() && std::all_of(page.changed->begin(), page.changed->end(),
                                        [before](Time changed) { return changed < before; });
    // Present contents older than `before` were there at every moment still asked about.
    if (settled) page.changed.reset();
    number = settled ? pages_with_history_.erase(number) : std::next(number);
  }
  std::erase_if(errors_, [before](const ErrorRange &range) { return range.until < before; });
}

}  // namespace dmar
