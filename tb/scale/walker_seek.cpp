// SPDX-License-Identifier: Apache-2.0
// Of a walker (walker.hpp), what a miss does before it walks, and lines ahead.
#include <utility>

#include "scale/walker.hpp"

namespace dmar::scale {

namespace {

constexpr unsigned kLinesOfTable = 64;

}  // namespace

bool Walker::more_ahead() const {
  const StreamWindows &windows = windows_[seeking_.miss.slice];
  switch (ahead_) {
    case Ahead::kMove:
      return noted_ && windows.wants_more(place_);
    case Ahead::kRead:
      return true;
    case Ahead::kFetch:
      return windows.wants_more(place_, 1);
    case Ahead::kRequest:
      break;
  }
  return false;
}

// The conditions are those of dmar_seek.
Walker::Act Walker::decide(std::uint64_t clock) {
  Act act;
  const bool away = ahead_ != Ahead::kRequest;
  const bool fetches = ahead_ == Ahead::kFetch;
  const bool hit = seeking_.valid && seeking_.hit && !away;
  if (away ? !fetches : (!seeking_.valid || seeking_.hit)) {
    act.goes_on = hit ? look_.forward && windows().ahead() : away && more_ahead();
    act.leaves = (hit || away) && !act.goes_on;
    return act;
  }
  // An entry that may lead on needs the write port of the table of walks.
  const auto arrived = memory_.beat(reader_, clock);
  const bool leads_on = arrived && !(walks_[*arrived].structure == Walk::Structure::kTable &&
                                     walks_[*arrived].level == 1);
  const unsigned level = seeking_.level;
  act.joins = walks_.joinable(seeking_.miss);
  const bool beside = !fetches && beside_.on && beside_.ready && !beside_.crosses;
  const bool room = !leads_on && (fetches ? walks_.spare() && (level == 1 || level == 2)
                                          : walks_.free().has_value() && !beside);
  act.starts = !act.joins && room;
  act.alone = !act.joins;
  act.beside = act.joins && beside && walks_.spare() && !leads_on && level == 1;
  // The last request of a line does what was left for it.
  const bool same = next_is_same_line();
  const bool crosses = beside_.on && beside_.ready && beside_.crosses;
  const bool last_call = crosses || (beside_.on && windows().wants_more(place_) && !same);
  const bool follows =
      level == 1 && (fetches ? more_ahead() : (sequential() || last_call) && windows().ahead());
  const bool begins_line = seeking_.miss.page % 8 == 0 || last_call;
  const bool held = follows && (fetches || crosses || !same);
  if (act.joins) {
    act.goes_on = held && (fetches || begins_line);
  } else {
    act.goes_on = act.starts && held;
  }
  act.asks = !fetches && follows && ((act.joins && begins_line) || act.starts);
  act.leaves = act.joins || act.starts ? !act.goes_on : fetches;
  return act;
}

void Walker::begin(unsigned index, bool line) {
  const Miss &miss = seeking_.miss;
  walks_[index] = {
      .state = Walk::State::kRead,
      .miss = miss,
      .context = spaces_.of(miss.source_id),
      .line = line,
      .structure = miss.context_known ? Walk::Structure::kTable : Walk::Structure::kRoot,
      .level = seeking_.level != 0 ? seeking_.level : PagingCache::kLevels};
  ++walks_begun_;
}

const Miss *Walker::next_waiting() const {
  for (std::size_t i = 0; i < queues_.size(); ++i) {
    const auto &queue = queues_[(turn_ + i) % queues_.size()];
    if (!queue.empty()) return &queue.front();
  }
  return nullptr;
}

bool Walker::next_is_same_line() const {
  const Miss *next = next_waiting();
  const Miss &here = seeking_.miss;
  return next != nullptr && next->page >> 3 == here.page >> 3 &&
         next->source_id == here.source_id && next->slice == here.slice;
}

unsigned Walker::begin_beside() {
  const unsigned index = *walks_.free();
  begin(index, true);
  std::uint64_t &page = walks_[index].miss.page;
  page = (page >> 9 << 9) | (beside_.line << 3);
  return index;
}

// `wanted`, `next_line`: before this clock, lines were wanted, and this one next.
void Walker::next_beside(const Act &act, bool wanted, std::uint64_t next_line) {
  const bool on = beside_.on;
  if (act.leaves) {
    beside_.on = next_is_same_line() && (act.asks || (on && wanted));
  } else if (act.alone || act.goes_on) {
    beside_.on = false;
  }
  beside_.ready = on && wanted && !act.beside && !act.asks;
  beside_.line = next_line % kLinesOfTable;
  beside_.crosses = next_line >= kLinesOfTable;
}

void Walker::seek(std::uint64_t clock) {
  if (seeking_.valid) look_ = windows().look(seeking_.miss.source_id, seeking_.miss.page);
  const Act act = decide(clock);
  const bool fetches = ahead_ == Ahead::kFetch;
  const auto pending = walks_.next_read();
  if (pending) issue(*pending, clock);
  const bool wanted = windows().wants_more(place_);
  const std::uint64_t next_line =
      (seeking_.miss.page >> 3) % kLinesOfTable + windows().window(place_) + 1;
  if (act.joins && !fetches) walks_[*act.joins].parked.push_back(seeking_.miss);
  if (act.beside) {
    const unsigned index = begin_beside();
    if (!pending) issue(index, clock);
  }
  if (act.starts) {
    const unsigned index = *walks_.free();
    begin(index, fetches || sequential());
    if (!fetches) walks_[index].parked.push_back(seeking_.miss);
    if (!pending) issue(index, clock);
  }
  const bool hit = seeking_.valid && seeking_.hit;
  const bool sought = !fetches && (act.joins || act.starts);
  noted_ = false;
  if (ahead_ == Ahead::kRequest && seeking_.valid) {
    place_ = look_.place;
    if (sought || hit) noted_ = windows().note(look_, seeking_.miss.page, hit);
    if (act.beside) windows().fetched(place_);
  }
  next_beside(act, wanted, next_line);
  move_ahead(act);
  leaves_ = !seeking_.valid || act.leaves;
}

void Walker::move_ahead(const Act &act) {
  const bool fetches = ahead_ == Ahead::kFetch;
  const unsigned lines = ahead_ == Ahead::kMove ? windows().window(place_) + 1 : 1;
  if (fetches && (act.joins || act.starts)) windows().fetched(place_);
  if (!act.goes_on) {
    ahead_ = Ahead::kRequest;
    return;
  }
  if (ahead_ == Ahead::kRequest) {
    ahead_ = Ahead::kMove;
    return;
  }
  std::uint64_t &page = seeking_.miss.page;
  if (ahead_ == Ahead::kRead) {
    seeking_.level = tables_.look_up(spaces_.of(seeking_.miss.source_id).domain, page);
    ahead_ = Ahead::kFetch;
    return;
  }
  const bool crosses = (page >> 3) % kLinesOfTable + lines >= kLinesOfTable;
  page = ((page >> 3) + lines) << 3 | (page & 7);
  ahead_ = crosses ? Ahead::kRead : Ahead::kFetch;
}

std::optional<Miss> Walker::take_turn() {
  for (std::size_t i = 0; i < queues_.size(); ++i) {
    const std::size_t index = (turn_ + i) % queues_.size();
    if (queues_[index].empty()) continue;
    turn_ = (index + 1) % queues_.size();
    const Miss miss = queues_[index].front();
    queues_[index].pop_front();
    return miss;
  }
  return std::nullopt;
}

void Walker::stand(const Miss &miss, bool hit) {
  seeking_ = {.valid = true, .hit = hit, .miss = miss};
  if (miss.context_known) {
    seeking_.level = tables_.look_up(spaces_.of(miss.source_id).domain, miss.page);
  }
}

// Who is next: a miss that waits, else, when nobody stands here, one that comes in this clock, else
// a hit that may set off lines ahead.
void Walker::load(const Arrivals &arrivals) {
  bool direct = false;
  const bool empty = !seeking_.valid;
  if (leaves_) {
    seeking_ = {};
    const auto waited = take_turn();
    if (waited) {
      stand(*waited, false);
    } else if (empty && arrivals.misses[arrivals.direct]) {
      direct = true;
      stand(*arrivals.misses[arrivals.direct], false);
    } else if (arrivals.hit) {
      stand(*arrivals.hit, true);
    }
  }
  for (unsigned input = 0; input < arrivals.misses.size(); ++input) {
    if (!arrivals.misses[input] || (direct && input == arrivals.direct)) continue;
    queues_[input].push_back(*arrivals.misses[input]);
  }
  for (const Miss &miss : std::exchange(again_, {})) queues_.back().push_back(miss);
}

}  // namespace dmar::scale
