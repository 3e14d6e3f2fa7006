// SPDX-License-Identifier: Apache-2.0
// See rig.hpp.
#include "scale/rig.hpp"

#include <algorithm>

namespace dmar::scale {

namespace {

constexpr double kBurst = 4;  // requests that a lane may be behind its rate and catch up

}  // namespace

Rig::Rig(const MachineShape &shape, unsigned tags, double offered)
    : shape_(shape), tags_(tags), offered_(offered), machine_(shape, spaces_) {
  for (unsigned lane = 0; lane < shape.ports * shape.slice.lanes; ++lane) {
    lanes_.push_back({.port = perf::RequestPort(lane % shape.slice.lanes * tags, tags)});
  }
  requests_.resize(lanes_.size());
}

void Rig::attach(unsigned port, perf::Workload &workload) {
  for (const perf::Workload::Space &space : workload.spaces()) {
    spaces_.add(space.source_id, {.domain = ++domains_, .large = space.size == PageSize::k2M});
  }
  for (const perf::Workload::Asker &asker : workload.askers()) {
    const unsigned lane = asker.port % shape_.slice.lanes;
    lanes_.at(port * shape_.slice.lanes + lane).port.attach(*asker.device);
  }
}

void Rig::offer() {
  const std::uint64_t clock = machine_.clock();
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    Lane &lane = lanes_[i];
    requests_[i].reset();
    lane.credit = std::min(lane.credit + offered_, kBurst);
    if (lane.credit < 1) continue;
    const auto offer = lane.port.offer(clock);
    if (!offer) continue;
    lane.credit -= 1;
    lane.port.accept(clock);
    requests_[i] = Lookup{.tag = offer->tag,
                          .source_id = offer->request.source_id,
                          .page = offer->request.address.raw() >> 12};
  }
}

void Rig::finish(const Answer &answer) {
  perf::RequestPort &port = lanes_[answer.port * shape_.slice.lanes + answer.tag / tags_].port;
  perf::Answered &answered = port.answered(answer.tag);
  answered.answered = machine_.clock() - 1;
  answered.hit = answer.hit;
  answered.late = !answer.hit;
  port.finish(answer.tag);
}

void Rig::step(std::uint64_t clocks) {
  for (; clocks != 0; --clocks) {
    offer();
    for (const Answer &answer : machine_.step(requests_)) finish(answer);
  }
}

}  // namespace dmar::scale
