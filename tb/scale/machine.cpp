// SPDX-License-Identifier: Apache-2.0
// See machine.hpp.
#include "scale/machine.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace dmar::scale {

namespace {

constexpr unsigned kSettle = 2;  // clocks until lookups that read before a sweep have left

}  // namespace

Machine::Port::Port(unsigned number, const MachineShape &shape, const Spaces &spaces)
    : slice(number, shape.slice, spaces),
      misses(number, shape.slice),
      up(shape.link + number * shape.farther),
      down(shape.link + number * shape.farther) {}

Machine::Machine(const MachineShape &shape, const Spaces &spaces)
    : shape_(shape), memory_(shape.memory, shape.ports) {
  const bool service = shape.organisation == Organisation::kService;
  if (service && shape.link == 0) throw std::invalid_argument("a service without links");
  const unsigned walkers = service ? 1 : shape.ports;
  const unsigned slices = service ? shape.ports : 1;
  const unsigned inputs = service ? shape.ports : shape.slice.lanes;
  for (unsigned port = 0; port < shape.ports; ++port) ports_.emplace_back(port, shape, spaces);
  for (unsigned i = 0; i < walkers; ++i) {
    walkers_.emplace_back(shape.walker, slices, inputs, memory_, i, spaces);
    points_.emplace_back(slices, shape.memory.latency, shape.broadcasts);
  }
}

std::span<const Answer> Machine::step(std::span<const std::optional<Lookup>> requests) {
  given_ = std::exchange(giving_, {});
  if (shape_.organisation == Organisation::kUnits) {
    for (unsigned port = 0; port < ports_.size(); ++port) step_unit(port, of_port(requests, port));
  } else {
    step_service(requests);
  }
  for (const Walker &walker : walkers_) most_waiting_ = std::max(most_waiting_, walker.waiting());
  ++clock_;
  return given_;
}

// Sweeps that a port has been told of, one after the other; true when one has ended.
bool Machine::sweep(Port &port) {
  if (!port.sweep.what) {
    if (port.sweeps.empty()) return false;
    port.sweep.what = port.sweeps.front();
    port.sweeps.pop_front();
    const PageInvalidation &what = *port.sweep.what;
    port.sweep.ends = clock_ + port.slice.iotlb().sweep_clocks(what.order) + kSettle;
    port.slice.iotlb().drop_pages(what.domain, what.page, what.order);
  }
  if (clock_ < port.sweep.ends) return false;
  port.sweep = {};
  return true;
}

void Machine::step_unit(unsigned number, std::span<const std::optional<Lookup>> requests) {
  Port &port = ports_[number];
  Walker &walker = walkers_[number];
  InvalidationPoint &point = points_[number];
  if (const auto what = point.step(clock_)) port.sweeps.push_back(*what);
  const auto sweeping = port.sweep.what;
  if (sweep(port)) {
    walker.poison(sweeping->domain);
    point.acknowledge(0, clock_);
  }
  port.slice.decide(arrivals_, giving_);
  for (auto &miss : arrivals_.misses) {
    if (miss) miss->slice = 0;
  }
  if (arrivals_.hit) arrivals_.hit->slice = 0;
  found_.clear();
  walker.step(clock_, arrivals_, found_);
  port.slice.take(requests);
  port.slice.fill(found_);
  for (const Found &one : found_) {
    if (one.kind != Found::Kind::kAnswer) continue;
    giving_.push_back({.port = number, .tag = one.miss.id, .hit = false});
  }
}

void Machine::step_service(std::span<const std::optional<Lookup>> requests) {
  Walker &walker = walkers_[0];
  arrivals_ = {.misses = std::vector<std::optional<Miss>>(ports_.size()), .hit = {}, .direct = 0};
  for (unsigned port = 0; port < ports_.size(); ++port) collect(port, arrivals_);
  // What used the pages is overtaken first. Results that left before are in front of the broadcast
  // on every link, so the sweep finds them.
  if (const auto what = points_[0].step(clock_)) {
    walker.poison(what->domain);
    for (Port &port : ports_) port.down.send({.found = {}, .invalidation = what}, clock_);
  }
  found_.clear();
  walker.step(clock_, arrivals_, found_);
  send_found();
  for (unsigned port = 0; port < ports_.size(); ++port) {
    step_port(ports_[port], of_port(requests, port));
  }
}

// What comes from a port in this clock.
void Machine::collect(unsigned number, Walker::Arrivals &arrivals) {
  const auto up = ports_[number].up.receive(clock_);
  if (!up) return;
  if (up->miss) {
    arrivals.misses[number] = up->miss;
    if (!arrivals.misses[arrivals.direct]) arrivals.direct = number;
  } else if (up->hit) {
    arrivals.hit = up->hit;
  } else {
    points_[0].acknowledge(number, clock_);
  }
}

// A page goes to the slice that it was fetched for, in one message with an answer for it.
void Machine::send_found() {
  for (const Found &one : found_) {
    const bool answered = std::ranges::any_of(found_, [&one](const Found &other) {
      return other.kind == Found::Kind::kAnswer && other.miss.slice == one.miss.slice &&
             other.miss.page == one.miss.page;
    });
    if (one.kind == Found::Kind::kPage && answered) continue;
    ports_[one.miss.slice].down.send({.found = one, .invalidation = {}}, clock_);
  }
}

void Machine::step_port(Port &port, std::span<const std::optional<Lookup>> requests) {
  std::vector<Found> fills;
  if (const auto down = port.down.receive(clock_)) {
    if (down->invalidation) port.sweeps.push_back(*down->invalidation);
    if (down->found) {
      fills.push_back(*down->found);
      port.misses.finish(*down->found);
      if (down->found->kind == Found::Kind::kAnswer) fills.back().kind = Found::Kind::kPage;
    }
  }
  if (sweep(port)) port.up.send({.miss = {}, .hit = {}}, clock_);
  Walker::Arrivals here;
  port.slice.decide(here, giving_);
  port.misses.answer(giving_);
  const auto asked = port.misses.step(
      port.up.free(clock_), [&port](const Miss &miss) { return port.slice.cached(miss); });
  if (asked) port.up.send({.miss = asked, .hit = {}}, clock_);
  for (const auto &miss : here.misses) {
    if (miss) port.misses.push(*miss);
  }
  if (here.hit && here.hit->page >> 3 != port.last_line && port.up.free(clock_)) {
    port.last_line = here.hit->page >> 3;
    port.up.send({.miss = {}, .hit = here.hit}, clock_);
  }
  port.slice.take(requests);
  port.slice.fill(fills);
}

std::uint64_t Machine::walks() const {
  std::uint64_t sum = 0;
  for (const Walker &walker : walkers_) sum += walker.walks_begun();
  return sum;
}

std::uint64_t Machine::messages_up() const {
  std::uint64_t sum = 0;
  for (const Port &port : ports_) sum += port.up.sent();
  return sum;
}

std::uint64_t Machine::messages_down() const {
  std::uint64_t sum = 0;
  for (const Port &port : ports_) sum += port.down.sent();
  return sum;
}

}  // namespace dmar::scale
