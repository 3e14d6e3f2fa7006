// SPDX-License-Identifier: Apache-2.0
// See measure.hpp.
#include "perf/measure.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>

#include "perf/pages.hpp"

namespace dmar::perf {

namespace {

constexpr SourceId kDevice = bdf(0, 2, 0);
constexpr SourceId kOther = bdf(0, 3, 0);
constexpr unsigned kHitPages = 32;  // less where the IOTLB is small
// Eight tables of 512 pages: their PDEs fit the paging-structure cache.
constexpr unsigned kRandomPages = 4096;
constexpr unsigned kSequentialPages = 16'384;
constexpr std::uint64_t kWarmUp = 4'000;
constexpr std::uint64_t kClocks = 10'000;
constexpr unsigned kInvalidations = 2'000;
constexpr std::uint64_t kSeed = 5;

// Pages that two devices keep in the IOTLB of `info` at the same time.
unsigned hit_pages(const CoreInfo &info) {
  const unsigned entries =
      info.parameter("Iotlb4kSets", 4 * kHitPages) * info.parameter("Iotlb4kWays", 1);
  return std::clamp(entries / 2, 1U, kHitPages);
}

// Brings the translations of pages 0 to `pages` - 1 into the IOTLB. Twice, for a unit may keep
// nothing of a walk that began while its control state changed.
void warm(Rig &rig, SourceId source_id, unsigned pages) {
  for (unsigned round = 0; round < 2; ++round) {
    for (unsigned page = 0; page < pages; ++page) rig.unit().one(page_request(source_id, page));
  }
}

double per_clock(std::uint64_t count, std::uint64_t clocks) {
  return static_cast<double>(count) / static_cast<double>(clocks);
}

Rate rate_of(Device &device, const Window &window) {
  Device *const devices[] = {&device};
  return perf::rate_of(devices,
                       {.clocks = window.clocks, .walks = window.walks, .reads = window.reads});
}

Rate rate_of_order(const Setting &setting, unsigned pages, const PageOrder &order) {
  Rig rig = setting.rig();
  rig.add_device(kDevice, pages);
  warm(rig, kDevice, 1);
  Pages device(kDevice, order);
  rig.attach(0, device);
  const Window window = rig.run(kWarmUp, kClocks);
  return rate_of(device, window);
}

Fairness fairness(const Setting &setting, unsigned other_port, unsigned other_limit) {
  Rig rig = setting.rig();
  const unsigned pages = hit_pages(rig.unit().info());
  rig.add_device(kDevice, pages);
  rig.add_device(kOther, kRandomPages);
  warm(rig, kDevice, pages);
  Pages device(kDevice, in_sequence(pages));
  Pages other(kOther, shuffled(kRandomPages, kSeed), other_limit);
  Fairness result;
  rig.attach(0, device);
  result.alone = rate_of(device, rig.run(kWarmUp, kClocks)).per_clock;
  rig.attach(other_port, other);
  const Window together = rig.run(kWarmUp, kClocks);
  result.together = per_clock(device.statistics().answered, together.clocks);
  result.other = per_clock(other.statistics().answered, together.clocks);
  result.waited = per_clock(together.port_waits[0], together.clocks);
  result.latency = device.statistics().prompt;
  result.missed = device.statistics().answered - result.latency.total();
  return result;
}

}  // namespace

Rate run_workload(const Setting &setting, Workload &workload, std::uint64_t warm_ups) {
  Rig rig = setting.rig();
  rig.attach(workload);
  rig.run(warm_ups * workload.clocks().warm_up, 0);
  workload.restart();
  const Window window = rig.run(0, workload.clocks().counted);
  std::vector<Device *> devices;
  for (const Workload::Asker &asker : workload.askers()) devices.push_back(asker.device);
  return perf::rate_of(devices,
                       {.clocks = window.clocks, .walks = window.walks, .reads = window.reads});
}

SingleLatency hit_alone(const Setting &setting) {
  Rig rig = setting.rig();
  const unsigned pages = hit_pages(rig.unit().info());
  rig.add_device(kDevice, pages);
  warm(rig, kDevice, pages);
  SingleLatency result;
  const std::uint64_t reads = rig.unit().table().reads;
  for (unsigned page = 0; page < pages; ++page) {
    for (unsigned port = 0; port < kPorts; ++port) {
      result.latency.add(rig.unit().one(page_request(kDevice, page), port).latency());
    }
  }
  result.reads = per_clock(rig.unit().table().reads - reads, result.latency.total());
  return result;
}

SingleLatency warm_miss_alone(const Setting &setting) {
  // Pages of one table, far from each other: no line of entries has two of them.
  constexpr std::array kPages{61U, 150U, 199U, 304U, 367U, 451U, 508U};
  Rig rig = setting.rig();
  rig.add_device(kDevice, 512);
  warm(rig, kDevice, 1);
  SingleLatency result;
  const std::uint64_t reads = rig.unit().table().reads;
  for (const unsigned page : kPages) {
    result.latency.add(rig.unit().one(page_request(kDevice, page)).latency());
  }
  rig.unit().settle();
  result.reads = per_clock(rig.unit().table().reads - reads, result.latency.total());
  return result;
}

SingleLatency cold_miss_alone(const Setting &setting) {
  Rig rig = setting.rig();
  rig.add_device(kDevice, 512);
  SingleLatency result;
  std::uint64_t reads = 0;
  for (unsigned page = 100; page < 104; ++page) {
    rig.driver().invalidate_all();
    rig.unit().settle();
    const std::uint64_t before = rig.unit().table().reads;
    result.latency.add(rig.unit().one(page_request(kDevice, page)).latency());
    reads += rig.unit().table().reads - before;
  }
  result.reads = per_clock(reads, result.latency.total());
  return result;
}

Rate hits_one_port(const Setting &setting) {
  Rig rig = setting.rig();
  const unsigned pages = hit_pages(rig.unit().info());
  rig.add_device(kDevice, pages);
  warm(rig, kDevice, pages);
  Pages device(kDevice, in_sequence(pages));
  rig.attach(0, device);
  const Window window = rig.run(kWarmUp, kClocks);
  return rate_of(device, window);
}

Rate hits_both_ports(const Setting &setting) {
  Rig rig = setting.rig();
  const unsigned pages = hit_pages(rig.unit().info());
  rig.add_device(kDevice, pages);
  // An IOTLB of one entry serves one device.
  const SourceId second = pages == 1 ? kDevice : kOther;
  if (second != kDevice) rig.add_device(second, pages);
  warm(rig, kDevice, pages);
  warm(rig, second, pages);
  Pages reads(kDevice, in_sequence(pages));
  Pages writes(second, in_sequence(pages), kNoLimit, AccessKind::kWrite);
  rig.attach(0, reads);
  rig.attach(1, writes);
  const Window window = rig.run(kWarmUp, kClocks);
  Rate both = rate_of(reads, window);
  both.per_clock += rate_of(writes, window).per_clock;
  return both;
}

Rate sequential_pages(const Setting &setting) {
  return rate_of_order(setting, kSequentialPages, in_sequence(kSequentialPages));
}

Rate sequential_pages(const Setting &setting, unsigned each) {
  PageOrder order;
  for (const std::uint32_t page : in_sequence(kSequentialPages)) {
    order.insert(order.end(), each, page);
  }
  return rate_of_order(setting, kSequentialPages, order);
}

Rate random_pages(const Setting &setting) {
  return rate_of_order(setting, kRandomPages, shuffled(kRandomPages, kSeed));
}

Fairness fairness_two_ports(const Setting &setting) { return fairness(setting, 1, kNoLimit); }

Fairness fairness_one_port(const Setting &setting) {
  constexpr unsigned kOthers = 16;  // more would fill the port itself
  return fairness(setting, 0, kOthers);
}

Invalidation invalidations(const Setting &setting) {
  Rig rig = setting.rig();
  const unsigned pages = hit_pages(rig.unit().info());
  rig.add_device(kDevice, pages);
  rig.add_device(kOther, kRandomPages);
  warm(rig, kDevice, pages);
  warm(rig, kOther, pages);
  Pages device(kDevice, in_sequence(pages));
  Invalidation result;
  rig.attach(0, device);
  result.lookups_before = rate_of(device, rig.run(kWarmUp, kClocks)).per_clock;
  Driver &driver = rig.driver();
  for (unsigned i = 0; i < kInvalidations; ++i) {
    driver.push(iotlb_descriptor({.granularity = granularity::kDeviceOrPage,
                                  .domain = 2,
                                  .address = Iova(Rig::kIova + 4096ULL * (i % kRandomPages))}));
  }
  const std::uint32_t ticket = driver.push_wait();
  device.restart_statistics();
  const std::uint64_t start = rig.unit().clock();
  driver.ring_doorbell();
  rig.unit().step_until([&] { return driver.wait_completed(ticket); }, "the invalidation queue");
  const std::uint64_t clocks = rig.unit().clock() - start;
  result.clocks_each = per_clock(clocks, kInvalidations);
  result.lookups = per_clock(device.statistics().answered, clocks);
  result.latency = device.statistics().prompt;
  result.missed = device.statistics().answered - result.latency.total();
  return result;
}

Speed simulation_speed(const Setting &setting, std::uint64_t clocks) {
  Rig rig = setting.rig();
  rig.add_device(kDevice, kRandomPages);
  warm(rig, kDevice, 1);
  Pages device(kDevice, shuffled(kRandomPages, kSeed));
  rig.attach(0, device);
  rig.run(kWarmUp, 0);
  const HostTime before = rig.unit().host_time();
  const std::clock_t start = std::clock();
  rig.run(0, clocks);
  const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  const HostTime &after = rig.unit().host_time();
  Speed speed{.clocks_per_second = static_cast<double>(clocks) / seconds};
  if (setting.unit.profile) {
    using Seconds = std::chrono::duration<double>;
    const double all = Seconds(after.all - before.all).count();
    speed.rtl = Seconds(after.rtl - before.rtl).count() / all;
    speed.golden = Seconds(after.golden - before.golden).count() / all;
  }
  return speed;
}

}  // namespace dmar::perf
