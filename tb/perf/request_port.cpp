// SPDX-License-Identifier: Apache-2.0
// See request_port.hpp.
#include "perf/request_port.hpp"

#include <utility>

namespace dmar::perf {

RequestPort::RequestPort(unsigned first_tag, unsigned tags)
    : first_tag_(first_tag), in_flight_(tags) {
  for (unsigned tag = 0; tag < tags; ++tag) free_tags_.push_back(first_tag + tag);
}

std::optional<RequestPort::Offer> RequestPort::offer(std::uint64_t clock,
                                                     std::span<Device *const> devices) {
  if (offered_) return offered_;
  for (std::size_t i = 0; !free_tags_.empty() && i < devices.size(); ++i) {
    Device *device = devices[(turn_ + i) % devices.size()];
    std::optional<Wanted> wanted = device->ask(clock);
    if (!wanted) continue;
    turn_ = (turn_ + i + 1) % devices.size();
    offered_ = Offer{.tag = free_tags_.front(), .request = wanted->request};
    free_tags_.pop_front();
    in_flight_[offered_->tag - first_tag_] = {
        .device = device, .answered = {.wanted = *wanted, .offered = clock, .answer = {}}};
    ++under_way_;
    return offered_;
  }
  ++idle_;
  return std::nullopt;
}

void RequestPort::accept(std::uint64_t clock) {
  answered(offered_->tag).accepted = clock;
  offered_.reset();
}

bool RequestPort::has(unsigned tag) const {
  return tag >= first_tag_ && tag - first_tag_ < in_flight_.size() &&
         in_flight_[tag - first_tag_].device != nullptr;
}

void RequestPort::finish(unsigned tag) {
  InFlight &entry = in_flight_.at(tag - first_tag_);
  Device *device = std::exchange(entry.device, nullptr);
  free_tags_.push_back(tag);
  --under_way_;
  device->take(entry.answered);
}

}  // namespace dmar::perf
