// SPDX-License-Identifier: Apache-2.0
// See invalidation_pairs.hpp.
#include "cosim/invalidation_pairs.hpp"

#include <algorithm>
#include <bit>

namespace dmar::cosim {

namespace {

// But for the ITag.
bool same(InvalidateRequest a, const InvalidateRequest &b) {
  a.itag = b.itag;
  return a == b;
}

}  // namespace

bool InvalidationPairs::sent(const InvalidateRequest &unit, std::uint64_t cycle,
                             std::uint64_t moment) {
  const auto due =
      std::ranges::find_if(due_, [&](const auto &golden) { return same(golden, unit); });
  std::optional<Pair> &pair = pairs_.at(unit.itag);
  if (due == due_.end() || pair) return false;
  pair = Pair{.golden = *due, .cycle = cycle, .moment = moment};
  due_.erase(due);
  return true;
}

// The lowest one that no message of the golden model has.
std::uint8_t InvalidationPairs::free_golden_itag() const {
  std::uint32_t used = 0;
  for (const auto &pair : pairs_) {
    if (pair) used |= 1U << pair->golden.itag;
  }
  for (const InvalidateRequest &golden : due_) used |= 1U << golden.itag;
  return static_cast<std::uint8_t>(std::countr_one(used) % kTags);
}

InvalidationPairs::Answer InvalidationPairs::answered(const InvalidateCompletion &unit) {
  Answer answer{.golden = unit};
  answer.golden.itags = 0;
  for (unsigned itag = 0; itag < kTags; ++itag) {
    if ((unit.itags >> itag & 1) == 0) continue;
    std::optional<Pair> &pair = pairs_.at(itag);
    // Nobody waits for it: an ITag that is wrong for the golden model, too.
    answer.golden.itags |= 1U << (pair ? pair->golden.itag : free_golden_itag());
    const bool counts = pair && pair->golden.source_id == unit.source_id;
    if (!counts || ++pair->answers < unit.count) continue;
    answer.carried_out.push_back({.request = pair->golden, .moment = pair->moment});
    pair.reset();
  }
  return answer;
}

std::vector<InvalidateRequest> InvalidationPairs::give_up(std::uint64_t cycle) {
  std::vector<InvalidateRequest> given_up;
  for (auto &pair : pairs_) {
    if (!pair || pair->cycle > cycle) continue;
    given_up.push_back(pair->golden);
    pair.reset();
  }
  return given_up;
}

std::uint64_t InvalidationPairs::age(std::uint64_t cycle) const {
  std::uint64_t oldest = cycle;
  for (const auto &pair : pairs_) {
    if (pair) oldest = std::min(oldest, pair->cycle);
  }
  return cycle - oldest;
}

std::size_t InvalidationPairs::count() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(pairs_, [](const auto &pair) { return pair.has_value(); }));
}

}  // namespace dmar::cosim
