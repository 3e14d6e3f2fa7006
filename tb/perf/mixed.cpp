// SPDX-License-Identifier: Apache-2.0
// See mixed.hpp.
#include "perf/mixed.hpp"

#include <algorithm>
#include <memory>
#include <vector>

#include "perf/nic.hpp"
#include "perf/nvme.hpp"
#include "perf/pages.hpp"

namespace dmar::perf {

namespace {

constexpr SourceId kDevice = bdf(0, 2, 0);
constexpr std::uint64_t kWarmUp = 20'000;
constexpr std::uint64_t kClocks = 40'000;
constexpr std::uint64_t kSeed = 11;

Rate rate_of(const std::vector<Device *> &devices, const Window &window) {
  Rate rate;
  double answered = 0;
  for (const Device *device : devices) {
    const DeviceStatistics &statistics = device->statistics();
    answered += static_cast<double>(statistics.answered);
    rate.hits += static_cast<double>(statistics.hits);
    rate.latency.add(statistics.latency);
  }
  if (answered == 0) return rate;
  rate.per_clock = answered / static_cast<double>(window.clocks);
  rate.hits /= answered;
  rate.walks = static_cast<double>(window.walks) / answered;
  rate.reads = static_cast<double>(window.reads) / answered;
  return rate;
}

// Pages drawn at random, some more often than others.
class Drawn : public Device {
 public:
  // The n-th page has weight 1/n^skew; 0: all alike.
  Drawn(SourceId source_id, unsigned pages, double skew, std::uint64_t seed,
        PageSize size = PageSize::k4K, std::uint64_t first = 0)
      : Device(kNoLimit), source_id_(source_id), random_(seed), size_(size), first_(first) {
    double sum = 0;
    for (unsigned page = 1; page <= pages; ++page) {
      sum += skew == 0 ? 1 : 1.0 / page;
      sums_.push_back(sum);
    }
    places_ = shuffled(pages, seed);
  }

 protected:
  std::optional<Wanted> next(std::uint64_t) override {
    constexpr double kUnit = 1.0 / (1ULL << 53);
    const double at = static_cast<double>(random_.next() >> 11) * kUnit * sums_.back();
    const auto found = std::upper_bound(sums_.begin(), sums_.end(), at);
    const auto rank = std::min<std::ptrdiff_t>(found - sums_.begin(), std::ssize(sums_) - 1);
    const std::uint64_t page = first_ + places_[static_cast<std::size_t>(rank)];
    return Wanted{.request = page_request(source_id_, page, AccessKind::kRead, size_)};
  }

 private:
  SourceId source_id_;
  bench::Random random_;
  PageSize size_;
  std::uint64_t first_;  // page
  std::vector<double> sums_;
  PageOrder places_;
};

Mixed drawn(const Setting &setting, unsigned pages, double skew, PageSize size) {
  Rig rig = setting.rig();
  rig.add_device(kDevice, pages, size);
  Drawn device(kDevice, pages, skew, kSeed, size);
  rig.attach(0, device);
  const Window window = rig.run(kWarmUp, kClocks);
  return {.rate = rate_of({&device}, window)};
}

double per_clock(std::uint64_t count, const Window &window) {
  return static_cast<double>(count) / static_cast<double>(window.clocks);
}

Mixed many_devices(const Setting &setting, unsigned apart) {
  constexpr unsigned kDevices = 64;
  constexpr unsigned kPages = 16;
  Rig rig = setting.rig();
  std::vector<std::unique_ptr<Drawn>> devices;
  std::vector<Device *> all;
  for (unsigned i = 0; i < kDevices; ++i) {
    const SourceId source_id = bdf(1 + i / 32, i % 32, 0);
    const unsigned first = i * apart;
    rig.add_device(source_id, first + kPages);
    devices.push_back(
        std::make_unique<Drawn>(source_id, kPages, 0, kSeed + i, PageSize::k4K, first));
    all.push_back(devices.back().get());
    rig.attach(i % kPorts, *devices.back());
  }
  return {.rate = rate_of(all, rig.run(kWarmUp, kClocks))};
}

}  // namespace

Mixed devices_at_same_addresses(const Setting &setting) { return many_devices(setting, 0); }
Mixed devices_at_other_addresses(const Setting &setting) { return many_devices(setting, 16); }

Mixed nic(const Setting &setting) {
  Rig rig = setting.rig();
  rig.add_device(kDevice, Nic::kPages);
  Nic nic(kDevice, kSeed);
  rig.attach(0, nic.reads());
  rig.attach(1, nic.writes());
  rig.run(kWarmUp, 0);
  nic.restart();
  const Window window = rig.run(0, kClocks);
  return {.rate = rate_of({&nic.reads(), &nic.writes()}, window),
          .units = per_clock(nic.sent() + nic.received(), window)};
}

Mixed nvme(const Setting &setting) {
  Rig rig = setting.rig();
  rig.add_device(kDevice, Nvme::kPages);
  Nvme nvme(kDevice, kSeed);
  rig.attach(0, nvme.reads());
  rig.attach(1, nvme.writes());
  rig.run(kWarmUp, 0);
  nvme.restart();
  const Window window = rig.run(0, kClocks);
  return {.rate = rate_of({&nvme.reads(), &nvme.writes()}, window),
          .units = per_clock(nvme.blocks(), window)};
}

Mixed few_large_pages(const Setting &setting) { return drawn(setting, 32, 0, PageSize::k2M); }
Mixed many_large_pages(const Setting &setting) { return drawn(setting, 512, 0, PageSize::k2M); }
Mixed skewed_pages(const Setting &setting) { return drawn(setting, 4096, 1, PageSize::k4K); }

}  // namespace dmar::perf
