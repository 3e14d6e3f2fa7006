// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "perf/feature_rig.hpp"

#include <deque>

namespace dmar::perf {

namespace {

constexpr std::size_t kInFlight = 32;

bench::RtlOptions options_of(unsigned latency) {
  const bench::MemoryTiming timing{.min_latency = latency, .max_latency = latency};
  return {.dma_memory = timing, .table_memory = timing};
}

}  // namespace

FeatureRig::FeatureRig(const bench::ModelInfo &model, unsigned latency)
    : unit_(model, options_of(latency)), tables_(unit_.memory(), model.config), driver_(unit_) {
  Domain domain = tables_.create_domain();
  for (unsigned n = 0; n < kPages; ++n) domain.map(page(n), host(n));
  tables_.attach(kDevice, domain, {.device_tlb = model.config.device_tlb});
  driver_.set_root_pointer(tables_.root_table());
  driver_.enable_queue();
  driver_.invalidate_all();
  driver_.enable_translation();
}

void FeatureRig::require(bool right) {
  if (!right) throw std::runtime_error("an answer that the tables do not give");
}

Histogram FeatureRig::one_by_one(std::uint64_t count, const Make &make, const Check &check) {
  Histogram clocks;
  for (std::uint64_t n = 0; n < count; ++n) {
    const bench::Outcome outcome = unit_.wait(unit_.submit(make(n)));
    require(check(n, outcome));
    clocks.add(outcome.done_cycle - outcome.accepted_cycle);
    unit_.take_dma_accesses();
    unit_.take_verdicts();
  }
  return clocks;
}

double FeatureRig::many(std::uint64_t count, const Make &make, const Check &check) {
  std::deque<std::pair<std::uint64_t, bench::RtlIommu::Handle>> begun;
  const std::uint64_t start = unit_.cycle();
  std::uint64_t next = 0;
  std::uint64_t done = 0;
  while (done < count) {
    for (; next < count && begun.size() < kInFlight; ++next) {
      begun.emplace_back(next, unit_.submit(make(next)));
    }
    unit_.step();
    unit_.take_dma_accesses();
    unit_.take_verdicts();
    for (auto one = begun.begin(); one != begun.end();) {
      const auto outcome = unit_.poll(one->second);
      if (!outcome) {
        ++one;
        continue;
      }
      require(check(one->first, *outcome));
      one = begun.erase(one);
      ++done;
    }
  }
  return static_cast<double>(unit_.cycle() - start) / static_cast<double>(count);
}

}  // namespace dmar::perf
