// SPDX-License-Identifier: Apache-2.0
// See top_traffic.hpp.
#include "perf/top_traffic.hpp"

#include <fmt/format.h>

#include <deque>
#include <stdexcept>
#include <unordered_map>

#include "driver/driver.hpp"
#include "perf/core_unit.hpp"
#include "perf/nic.hpp"
#include "perf/nvme.hpp"
#include "perf/rig.hpp"
#include "tables/table_builder.hpp"

namespace dmar::perf {

namespace {

constexpr SourceId kDevice = bdf(0, 2, 0);
constexpr unsigned kInFlight = 32;  // bursts of a direction that the device has begun
constexpr std::uint64_t kWarmUp = 10'000;
constexpr std::uint64_t kClocks = 40'000;
constexpr std::uint64_t kSeed = 11;

bench::RtlOptions options_of(unsigned latency) {
  const bench::MemoryTiming timing{.min_latency = latency, .max_latency = latency};
  return {.dma_memory = timing, .table_memory = timing};
}

// dmar_top with one device whose pages are mapped as those of a Rig.
class TopRig {
 public:
  TopRig(const bench::ModelInfo &model, unsigned latency, unsigned pages)
      : unit_(model, options_of(latency)),
        tables_(unit_.memory(), model.config, kTables, kTablesEnd),
        driver_(unit_) {
    Domain domain = tables_.create_domain();
    map_device(domain, kDevice, pages, PageSize::k4K);
    tables_.attach(kDevice, domain);
    driver_.set_root_pointer(tables_.root_table());
    driver_.enable_queue();
    driver_.invalidate_all();
    driver_.enable_translation();
  }

  void attach(Device &device) { sides_.push_back({.device = &device, .begun = {}}); }

  void step(std::uint64_t clocks) {
    for (; clocks != 0; --clocks) {
      for (Side &side : sides_) submit(side);
      unit_.step();
      for (const bench::AxiAccess &access : unit_.take_dma_accesses()) note(access);
      for (Side &side : sides_) collect(side);
      unit_.take_verdicts();
    }
  }

  void restart() {
    for (const Side &side : sides_) side.device->restart_statistics();
    rate_ = {};
    before_ = unit_.counters();
  }

  // What was seen in `clocks` since restart().
  TopRate rate(std::uint64_t clocks) {
    const bench::Counters after = unit_.counters();
    rate_.read_bytes /= static_cast<double>(clocks);
    rate_.write_bytes /= static_cast<double>(clocks);
    rate_.hits = static_cast<double>(after.hits - before_.hits) /
                 static_cast<double>(after.requests - before_.requests);
    return rate_;
  }

 private:
  static constexpr HostAddr kTables{0x1000'0000};
  static constexpr HostAddr kTablesEnd{0x3000'0000};

  struct Begun {
    bench::RtlIommu::Handle handle;
    Wanted wanted;
  };
  struct Side {
    Device *device;
    std::deque<Begun> begun;
  };

  void submit(Side &side) {
    while (side.begun.size() < kInFlight) {
      const std::optional<Wanted> wanted = side.device->ask(unit_.cycle());
      if (!wanted) return;
      side.begun.push_back({unit_.submit(wanted->request), *wanted});
    }
  }

  // Reads reach memory one burst after the other; the first time an address is seen counts.
  void note(const bench::AxiAccess &access) {
    if (!access.write) at_memory_[access.address.address].push_back(access.cycle);
  }

  void collect(Side &side) {
    for (auto one = side.begun.begin(); one != side.begun.end();) {
      const std::optional<bench::Outcome> outcome = unit_.poll(one->handle);
      if (!outcome) {
        ++one;
        continue;
      }
      finish(side, one->wanted, *outcome);
      one = side.begun.erase(one);
    }
  }

  void finish(Side &side, const Wanted &wanted, const bench::Outcome &outcome) {
    const Request &request = wanted.request;
    const auto page = static_cast<unsigned>((request.address.raw() - Rig::kIova) / 4096);
    const HostAddr expected(Rig::host_page(kDevice, page, PageSize::k4K).raw() +
                            request.address.raw() % 4096);
    if (outcome.completion.status != Completion::Status::kOkay ||
        outcome.completion.address != expected) {
      throw WrongAnswer(fmt::format("request at {:#x} did not reach {:#x}", request.address.raw(),
                                    expected.raw()));
    }
    if (request.kind == AccessKind::kRead) {
      rate_.read_bytes += request.bytes;
      rate_.read_latency.add(outcome.done_cycle - outcome.accepted_cycle);
      std::deque<std::uint64_t> &seen = at_memory_[expected.raw()];
      rate_.added.add(seen.front() - outcome.accepted_cycle);
      seen.pop_front();
    } else {
      rate_.write_bytes += request.bytes;
    }
    side.device->take({.wanted = wanted,
                       .offered = outcome.submitted_cycle,
                       .accepted = outcome.accepted_cycle,
                       .answered = outcome.done_cycle,
                       .answer = {}});
  }

  bench::RtlIommu unit_;
  TableBuilder tables_;
  Driver driver_;
  std::deque<Side> sides_;
  std::unordered_map<std::uint64_t, std::deque<std::uint64_t>> at_memory_;  // clocks, by address
  TopRate rate_;
  bench::Counters before_;
};

}  // namespace

TopRate top_nic(const bench::ModelInfo &model, unsigned latency) {
  TopRig rig(model, latency, Nic::kPages);
  Nic nic(kDevice, kSeed);
  rig.attach(nic.reads());
  rig.attach(nic.writes());
  rig.step(kWarmUp);
  nic.restart();
  rig.restart();
  rig.step(kClocks);
  TopRate rate = rig.rate(kClocks);
  rate.units = static_cast<double>(nic.sent() + nic.received()) / static_cast<double>(kClocks);
  return rate;
}

TopRate top_nvme(const bench::ModelInfo &model, unsigned latency) {
  TopRig rig(model, latency, Nvme::kPages);
  Nvme nvme(kDevice, kSeed);
  rig.attach(nvme.reads());
  rig.attach(nvme.writes());
  rig.step(kWarmUp);
  nvme.restart();
  rig.restart();
  rig.step(kClocks);
  TopRate rate = rig.rate(kClocks);
  rate.units = static_cast<double>(nvme.blocks()) / static_cast<double>(kClocks);
  return rate;
}

}  // namespace dmar::perf
