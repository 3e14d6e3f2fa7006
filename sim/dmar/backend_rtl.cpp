// SPDX-License-Identifier: Apache-2.0
// Backends of a program that was built with the Verilated models. See backend.hpp.
#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <span>

#include "backend.hpp"
#include "backend_golden.hpp"
#include "bench/dma_burst.hpp"
#include "bench/registry.hpp"
#include "bench/table_port_rules.hpp"
#include "report/watch_rtl.hpp"
#include "usage_error.hpp"

namespace dmar::sim {

namespace {

bench::RtlOptions rtl_options(const BackendOptions &options) {
  const bench::MemoryTiming timing{.min_latency = options.memory_latency,
                                   .max_latency = options.memory_latency,
                                   .reorder = options.memory_reorder};
  return {.seed = options.seed, .dma_memory = timing, .table_memory = timing};
}

class RtlBackend : public Backend {
 public:
  explicit RtlBackend(const BackendOptions &options)
      : wave_(options.wave), iommu_(bench::make_rtl(options.config, rtl_options(options))) {
    iommu_->read_tables_through(
        [this](const bench::AddressBeat &burst, HostAddr address, std::span<std::uint8_t> out) {
          if (!fetched_ahead(burst)) return iommu_->memory().read(address, out);
          std::fill(out.begin(), out.end(), std::uint8_t{0});
          return true;
        });
  }

  Iommu &iommu() override { return *iommu_; }

  bool observe(report::UnitObserver &observer) override {
    report::watch_table_port(*iommu_, observer);
    iommu_->observe_outcomes([&observer](const Request &request, const bench::Outcome &outcome) {
      observer.request(report::seen_request(request, outcome, observer.expected()));
    });
    return true;
  }

  void expect(const Request &request) override { page_ = request.address.raw() >> 12; }

  [[nodiscard]] trace::Counters counters() const override {
    const bench::Counters counters = iommu_->counters();
    return {.hits = counters.hits,
            .walks = counters.walks,
            .table_reads = counters.table_reads,
            .cycles = counters.cycles};
  }

  std::vector<trace::StatusEvent> take_status_writes() override {
    std::vector<trace::StatusEvent> out;
    for (const auto &write : iommu_->take_status_writes()) {
      out.push_back({write.address, write.data});
    }
    return out;
  }

  std::vector<trace::HostAccess> take_accesses() override {
    std::vector<trace::HostAccess> out;
    for (const bench::AxiAccess &access : iommu_->take_dma_accesses()) {
      if (((access.address.user >> bench::dma_user::kInterrupt) & 1) != 0) continue;
      const std::uint64_t first = access.address.address;
      const auto bytes = static_cast<unsigned>(bench::burst_end(access.address) - first);
      out.push_back({access.write, HostAddr(first), bytes});
    }
    // Verdicts and accesses are compared here one by one; the lists only need to stay short.
    iommu_->take_verdicts();
    return out;
  }

  void set_wave(bool on) override {
    if (on) {
      iommu_->start_wave(wave_);
    } else {
      iommu_->stop_wave();
    }
  }

 private:
  // A line of a leaf table that the request under way does not use. It shows no entry: what the
  // trace holds of it may be long out of date.
  [[nodiscard]] bool fetched_ahead(const bench::AddressBeat &burst) const {
    constexpr std::uint64_t kLineInTable = 0xFC0;
    return burst.id != bench::kQueueReadId && burst.id != bench::kPostingId && burst.len == 3 &&
           (burst.address & kLineInTable) != ((page_ * 8) & kLineInTable);
  }

  std::string wave_;
  std::unique_ptr<bench::RtlIommu> iommu_;
  std::uint64_t page_ = 0;  // of the request under way
};

}  // namespace

std::vector<std::string> config_names() { return bench::rtl_names(); }

Config config_named(const std::string &name) {
  for (const bench::ModelInfo &model : bench::models()) {
    if (model.name == name) return model.config;
  }
  throw UsageError(
      fmt::format("--config {}: no such configuration; this program has {} "
                  "(`make build` builds all)",
                  name, fmt::join(config_names(), ", ")));
}

std::map<std::string, unsigned> parameters_named(const std::string &name) {
  for (const bench::ModelInfo &model : bench::models()) {
    if (model.name == name) return model.parameters;
  }
  return {};
}

std::unique_ptr<Backend> make_backend(const BackendOptions &options) {
  const Config config = config_named(options.config);
  if (options.golden_only) return std::make_unique<GoldenBackend>(config);
  return std::make_unique<RtlBackend>(options);
}

}  // namespace dmar::sim
