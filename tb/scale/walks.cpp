// SPDX-License-Identifier: Apache-2.0
// See walks.hpp.
#include "scale/walks.hpp"

#include <algorithm>

namespace dmar::scale {

namespace {

// With six bits that of dmar_walk_slots.
unsigned hash_of(const Miss &miss, unsigned bits) {
  constexpr unsigned kPageBits = 26;
  const unsigned source = miss.source_id.raw();
  const auto page = static_cast<unsigned>(miss.page) & ((1U << kPageBits) - 1);
  unsigned hash = source ^ source >> 8;
  for (unsigned shift = 3; shift < kPageBits; shift += bits) hash ^= page >> shift;
  return hash & ((1U << bits) - 1);
}

// Beats of a line come from the one of its walk on and wrap; two entries are in each. As in
// dmar_walk_slot, the beat that is being looked at is joined no more.
bool takes_more(const Walk &walk, const Miss &miss) {
  if (walk.poisoned) return false;
  if (walk.state == Walk::State::kRead || walk.state == Walk::State::kWait) return true;
  const std::uint64_t distance = ((miss.page >> 1) - (walk.miss.page >> 1)) & 3;
  return walk.state == Walk::State::kLine && distance > walk.entries / 2;
}

}  // namespace

std::optional<unsigned> Walks::free() const {
  const auto found = std::ranges::find(walks_, Walk::State::kFree, &Walk::state);
  if (found == walks_.end()) return std::nullopt;
  return static_cast<unsigned>(found - walks_.begin());
}

bool Walks::spare() const {
  return std::ranges::count(walks_, Walk::State::kFree, &Walk::state) > 1;
}

std::optional<unsigned> Walks::joinable(const Miss &miss) const {
  const unsigned hash = hash_of(miss, hash_bits_);
  for (unsigned i = 0; i < walks_.size(); ++i) {
    const Walk &walk = walks_[i];
    if (!takes_more(walk, miss) || hash_of(walk.miss, hash_bits_) != hash) continue;
    const bool same =
        walk.line ? walk.miss.page >> 3 == miss.page >> 3 : walk.miss.page == miss.page;
    if (same && walk.miss.source_id == miss.source_id) return i;
    return std::nullopt;
  }
  return std::nullopt;
}

std::optional<unsigned> Walks::next_read() {
  for (unsigned i = 0; i < walks_.size(); ++i) {
    const unsigned index = (turn_ + i) % static_cast<unsigned>(walks_.size());
    const Walk &walk = walks_[index];
    if (walk.state != Walk::State::kRead || walk.poisoned) continue;
    turn_ = (index + 1) % static_cast<unsigned>(walks_.size());
    return index;
  }
  return std::nullopt;
}

}  // namespace dmar::scale
