// SPDX-License-Identifier: Apache-2.0
// See measure.hpp.
#include "scale/measure.hpp"

#include <algorithm>
#include <bit>
#include <stdexcept>

#include "scale/rig.hpp"

namespace dmar::scale {

namespace {

constexpr unsigned kInvalidations = 2'000;
constexpr std::uint64_t kFarTooLong = 4'000'000;  // clocks

double per(std::uint64_t count, std::uint64_t clocks) {
  return static_cast<double>(count) / static_cast<double>(clocks);
}

using Workloads = std::vector<std::unique_ptr<perf::Workload>>;

Workloads attach_all(Rig &rig, unsigned ports, const perf::WorkloadKind &kind) {
  Workloads workloads;
  for (unsigned port = 0; port < ports; ++port) {
    workloads.push_back(kind.make(port));
    rig.attach(port, *workloads.back());
  }
  return workloads;
}

void restart(Workloads &workloads) {
  for (auto &workload : workloads) {
    workload->restart();
    for (const auto &asker : workload->askers()) asker.device->restart_statistics();
  }
}

std::uint64_t answered(const perf::Workload &workload) {
  std::uint64_t sum = 0;
  for (const auto &asker : workload.askers()) sum += asker.device->statistics().answered;
  return sum;
}

std::uint64_t answered(const Workloads &workloads) {
  std::uint64_t sum = 0;
  for (const auto &workload : workloads) sum += answered(*workload);
  return sum;
}

// Lanes at which a device of the workload asks.
unsigned lanes_used(const perf::Workload &workload) {
  unsigned lanes = 0;
  for (const auto &asker : workload.askers()) lanes |= 1U << asker.port;
  return static_cast<unsigned>(std::popcount(lanes));
}

void wait_for(Rig &rig, unsigned walker, std::uint64_t completed) {
  const std::uint64_t start = rig.machine().clock();
  while (rig.machine().invalidations(walker).completed() < completed) {
    if (rig.machine().clock() - start > kFarTooLong) {
      throw std::runtime_error("the invalidations of the cycle model did not end");
    }
    rig.step(1);
  }
}

}  // namespace

Measured measure(const MachineShape &shape, const Load &load) {
  Rig rig(shape, load.tags, load.offered);
  Workloads workloads = attach_all(rig, shape.ports, *load.kind);
  const perf::Workload::Clocks clocks = workloads.front()->clocks();
  rig.step(perf::warm_ups_at(shape.memory.latency) * clocks.warm_up);
  restart(workloads);
  const Machine &machine = rig.machine();
  const std::uint64_t walks = machine.walks();
  const std::uint64_t reads = machine.memory().reads();
  const std::uint64_t beats = machine.memory().beats();
  const std::uint64_t up = machine.messages_up();
  const std::uint64_t down = machine.messages_down();
  rig.step(clocks.counted);

  std::vector<perf::Device *> devices;
  std::uint64_t units = 0;
  std::uint64_t fewest = answered(*workloads.front());
  for (const auto &workload : workloads) {
    for (const auto &asker : workload->askers()) devices.push_back(asker.device);
    units += workload->units();
    fewest = std::min(fewest, answered(*workload));
  }
  return {.rate = perf::rate_of(devices, {.clocks = clocks.counted,
                                          .walks = machine.walks() - walks,
                                          .reads = machine.memory().reads() - reads}),
          .offered = load.offered * lanes_used(*workloads.front()),
          .slowest = per(fewest, clocks.counted),
          .units = per(units, clocks.counted),
          .beats = per(machine.memory().beats() - beats, clocks.counted),
          .up = per(machine.messages_up() - up, clocks.counted),
          .down = per(machine.messages_down() - down, clocks.counted),
          .most_waiting = machine.most_waiting()};
}

InvalidationCost measure_invalidations(const MachineShape &shape, const Load &load) {
  InvalidationCost cost;
  // A domain that no device has, so that what is looked up stays cached.
  constexpr unsigned kNobody = 60'000;
  {
    Rig idle(shape, load.tags, load.offered);
    idle.machine().invalidate(0, {.domain = kNobody, .page = 0});
    wait_for(idle, 0, 1);
    cost.alone = idle.machine().invalidations(0).last_completion();
  }
  Rig rig(shape, load.tags, load.offered);
  Workloads workloads = attach_all(rig, shape.ports, *load.kind);
  const perf::Workload::Clocks clocks = workloads.front()->clocks();
  rig.step(perf::warm_ups_at(shape.memory.latency) * clocks.warm_up);
  restart(workloads);
  rig.step(clocks.counted);
  cost.lookups_before = per(answered(workloads), clocks.counted);
  restart(workloads);
  const std::uint64_t start = rig.machine().clock();
  for (unsigned i = 0; i < kInvalidations; ++i) {
    rig.machine().invalidate(0, {.domain = kNobody, .page = i});
  }
  wait_for(rig, 0, kInvalidations);
  const std::uint64_t passed = rig.machine().clock() - start;
  cost.clocks_each = per(passed, kInvalidations);
  cost.lookups = per(answered(workloads), passed);
  return cost;
}

}  // namespace dmar::scale
