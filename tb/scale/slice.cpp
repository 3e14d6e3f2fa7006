// SPDX-License-Identifier: Apache-2.0
// See slice.hpp.
#include "scale/slice.hpp"

#include <utility>

namespace dmar::scale {

Slice::Slice(unsigned number, const SliceShape &shape, const Spaces &spaces)
    : number_(number), spaces_(spaces), iotlb_(shape), contexts_(shape), lanes_(shape.lanes) {}

void Slice::decide(Walker::Arrivals &arrivals, std::vector<Answer> &answers) {
  arrivals = {.misses = std::vector<std::optional<Miss>>(lanes_.size()), .hit = {}, .direct = 0};
  used_.reset();
  bool first = true;
  for (unsigned lane = 0; lane < lanes_.size(); ++lane) {
    const auto stage = std::exchange(lanes_[lane].stages[1], std::nullopt);
    if (!stage) continue;
    if (first) arrivals.direct = lane;
    const Lookup &lookup = stage->lookup;
    const Miss miss{.slice = number_,
                    .id = lookup.tag,
                    .source_id = lookup.source_id,
                    .page = lookup.page,
                    .context_known = stage->context_known};
    if (stage->context_known && stage->place) {
      answers.push_back({.port = number_, .tag = lookup.tag, .hit = true});
      if (!used_) used_ = stage->place;
      const bool begins_line = lookup.page % 8 < 2;
      if (first && begins_line) arrivals.hit = miss;
    } else {
      arrivals.misses[lane] = miss;
    }
    first = false;
  }
}

void Slice::take(std::span<const std::optional<Lookup>> requests) {
  for (unsigned lane = 0; lane < lanes_.size(); ++lane) {
    auto &stages = lanes_[lane].stages;
    stages[1] = std::exchange(stages[0], std::nullopt);
    if (!requests[lane]) continue;
    const Lookup &lookup = *requests[lane];
    stages[0] = Stage{.lookup = lookup,
                      .context_known = contexts_.look_up(lookup.source_id),
                      .place = iotlb_.find(spaces_.of(lookup.source_id).domain, lookup.page)};
  }
}

// A way that is written in one of the first two clocks of a lookup does not hit.
void Slice::write(const Iotlb::Place &place) {
  for (Lane &lane : lanes_) {
    for (auto &stage : lane.stages) {
      if (stage && stage->place == place) stage->place.reset();
    }
  }
}

void Slice::fill(std::span<const Found> found) {
  bool filled = false;
  for (const Found &one : found) {
    if (one.kind == Found::Kind::kContext) {
      contexts_.fill(one.miss.source_id);
    } else if (one.kind == Found::Kind::kPage) {
      write(iotlb_.fill(one.context.domain, one.miss.page, one.context.large));
      filled = true;
    }
  }
  // One use a clock is marked, that of a fill first.
  if (used_ && !filled) iotlb_.touch(*used_);
}

}  // namespace dmar::scale
