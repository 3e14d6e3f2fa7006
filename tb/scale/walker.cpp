// SPDX-License-Identifier: Apache-2.0
// See walker.hpp. What misses do before they walk is in walker_seek.cpp.
#include "scale/walker.hpp"

#include <algorithm>
#include <utility>

namespace dmar::scale {

Walker::Walker(const WalkerShape &shape, unsigned slices, unsigned inputs, Memory &memory,
               unsigned reader, const Spaces &spaces)
    : memory_(memory),
      reader_(reader),
      spaces_(spaces),
      walks_(shape.walks, shape.hash_bits),
      tables_(shape),
      windows_(slices, StreamWindows(shape.lines_ahead)),
      queues_(inputs + 1) {}

void Walker::step(std::uint64_t clock, const Arrivals &arrivals, std::vector<Found> &found) {
  const bool takes = finish(found);
  seek(clock);
  if (takes) step_walk(clock);
  if (released_) walks_[*released_].state = Walk::State::kFree;
  released_.reset();
  load(arrivals);
  if (table_) {
    const Walk &walk = walks_[table_->walk];
    tables_.fill(walk.context.domain, walk.miss.page, table_->level);
    table_.reset();
  }
  if (takes) result_ = std::exchange(taken_, std::nullopt);
}

bool Walker::finish(std::vector<Found> &found) {
  if (!result_) return true;
  Result &result = *result_;
  if (std::exchange(result.first, false)) fill(result, found);
  if (!result.ends) return true;
  hand_out(result, found);
  const auto &parked = walks_[result.walk].parked;
  const bool line = result.line && result.kind != Result::Kind::kNothing;
  const bool more = std::ranges::any_of(
      parked, [&](const Miss &miss) { return !line || miss.page == result.page; });
  if (more) return false;
  if (result.release) released_ = result.walk;
  return true;
}

void Walker::fill(const Result &result, std::vector<Found> &found) {
  const Walk &walk = walks_[result.walk];
  switch (result.kind) {
    case Result::Kind::kContext:
      found.push_back({.kind = Found::Kind::kContext, .miss = walk.miss, .context = walk.context});
      break;
    case Result::Kind::kTable:
      table_ = result;
      break;
    case Result::Kind::kPage:
      found.push_back({.kind = Found::Kind::kPage, .miss = walk.miss, .context = walk.context});
      found.back().miss.page = result.page;
      found.back().last = result.release;
      break;
    case Result::Kind::kNothing:
      break;
  }
}

// One of those that wait for it, the one with the lowest number.
void Walker::hand_out(const Result &result, std::vector<Found> &found) {
  Walk &walk = walks_[result.walk];
  const bool nothing = result.kind == Result::Kind::kNothing;
  const bool line = result.line && !nothing;
  auto first = walk.parked.end();
  for (auto one = walk.parked.begin(); one != walk.parked.end(); ++one) {
    if (line && one->page != result.page) continue;
    const auto before = [](const Miss &a, const Miss &b) {
      return std::pair(a.slice, a.id) < std::pair(b.slice, b.id);
    };
    if (first == walk.parked.end() || before(*one, *first)) first = one;
  }
  if (first == walk.parked.end()) return;
  if (nothing) {
    again_.push_back(*first);
  } else {
    found.push_back({.kind = Found::Kind::kAnswer, .miss = *first, .context = walk.context});
    // Pages go to the slice that the walk was begun for.
    found.back().last = result.release || first->slice != walk.miss.slice;
  }
  walk.parked.erase(first);
}

void Walker::issue(unsigned index, std::uint64_t clock) {
  Walk &walk = walks_[index];
  walk.state = Walk::State::kWait;
  walk.entries = 0;
  memory_.read(reader_, index, walk.reads_line() ? 4 : 1, clock + 1);
}

void Walker::step_walk(std::uint64_t clock) {
  if (const auto index = memory_.beat(reader_, clock)) {
    Walk &walk = walks_[*index];
    if (walk.poisoned || walk.swallows) {
      step_overtaken(*index, clock);
    } else if (walk.reads_line()) {
      step_line(*index, clock);
    } else {
      step_table(*index, clock);
    }
    return;
  }
  for (unsigned index = 0; index < walks_.size(); ++index) {
    Walk &walk = walks_[index];
    if (walk.state != Walk::State::kRead || !walk.poisoned) continue;
    walk.state = Walk::State::kAnswer;
    taken_ = Result{.walk = index, .ends = true, .release = true};
    return;
  }
}

// Its misses start over at once; the rest of its line is dropped when it comes.
void Walker::step_overtaken(unsigned index, std::uint64_t clock) {
  Walk &walk = walks_[index];
  const bool last = memory_.take(reader_, clock);
  if (std::exchange(walk.swallows, true)) {
    if (last) walk.state = Walk::State::kFree;
    return;
  }
  walk.state = last ? Walk::State::kAnswer : Walk::State::kLine;
  taken_ = Result{.walk = index, .ends = true, .release = last};
}

void Walker::step_table(unsigned index, std::uint64_t clock) {
  Walk &walk = walks_[index];
  memory_.take(reader_, clock);
  walk.state = Walk::State::kRead;
  switch (walk.structure) {
    case Walk::Structure::kRoot:
      walk.structure = Walk::Structure::kContext;
      return;
    case Walk::Structure::kContext:
      walk.structure = Walk::Structure::kTable;
      walk.level = PagingCache::kLevels;
      taken_ = Result{.kind = Result::Kind::kContext, .walk = index};
      return;
    case Walk::Structure::kTable:
      break;
  }
  const unsigned leaf = walk.context.large ? 2 : 1;
  if (walk.level > leaf) {
    --walk.level;
    taken_ = Result{.kind = Result::Kind::kTable, .walk = index, .level = walk.level};
    return;
  }
  walk.state = Walk::State::kAnswer;
  taken_ = Result{.kind = Result::Kind::kPage,
                  .walk = index,
                  .ends = true,
                  .release = true,
                  .page = walk.miss.page};
}

// One entry of the two in a beat: the sought one first, then the other; beats wrap.
void Walker::step_line(unsigned index, std::uint64_t clock) {
  Walk &walk = walks_[index];
  const unsigned half = walk.entries % 2;
  const std::uint64_t sought = walk.miss.page;
  const std::uint64_t pair = ((sought >> 1) + walk.entries / 2) & 3;
  const std::uint64_t page = (sought & ~7ULL) | pair << 1 | ((sought ^ half) & 1);
  ++walk.entries;
  const bool last = half == 1 && memory_.take(reader_, clock);
  walk.state = last ? Walk::State::kAnswer : Walk::State::kLine;
  taken_ = Result{.kind = Result::Kind::kPage,
                  .walk = index,
                  .ends = true,
                  .line = true,
                  .release = last,
                  .page = page};
}

void Walker::poison(unsigned domain) {
  for (unsigned index = 0; index < walks_.size(); ++index) {
    Walk &walk = walks_[index];
    if (walk.state != Walk::State::kFree && walk.context.domain == domain) walk.poisoned = true;
  }
  if (result_ && walks_[result_->walk].poisoned) result_->kind = Result::Kind::kNothing;
  if (seeking_.valid && spaces_.of(seeking_.miss.source_id).domain == domain) seeking_.level = 0;
}

std::size_t Walker::waiting() const {
  std::size_t count = 0;
  for (const auto &queue : queues_) count += queue.size();
  return count;
}

}  // namespace dmar::scale
