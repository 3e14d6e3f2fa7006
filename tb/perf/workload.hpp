// SPDX-License-Identifier: Apache-2.0
// What a unit is measured with: devices, the pages that their domains map, and where they ask. The
// same for the RTL and for the cycle model of tb/scale.
#ifndef DMAR_PERF_WORKLOAD_HPP
#define DMAR_PERF_WORKLOAD_HPP

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "perf/device.hpp"

namespace dmar::perf {

class Workload {
 public:
  // A domain of its own, with `pages` pages from kDeviceIova on.
  struct Space {
    SourceId source_id;
    unsigned pages = 0;
    PageSize size = PageSize::k4K;
  };
  struct Asker {
    unsigned port = 0;  // 0 or 1
    Device *device = nullptr;
  };
  struct Clocks {
    std::uint64_t warm_up = 0;
    std::uint64_t counted = 0;
  };

  explicit Workload(Clocks clocks) : clocks_(clocks) {}
  virtual ~Workload() = default;
  Workload(const Workload &) = delete;
  Workload &operator=(const Workload &) = delete;

  [[nodiscard]] const std::vector<Space> &spaces() const { return spaces_; }
  [[nodiscard]] const std::vector<Asker> &askers() const { return askers_; }
  [[nodiscard]] Clocks clocks() const { return clocks_; }

  // From now on units() counts.
  virtual void restart() {}
  [[nodiscard]] virtual std::uint64_t units() const { return 0; }  // whole packets or blocks

 protected:
  void add(Space space) { spaces_.push_back(space); }
  void add(unsigned port, Device &device) { askers_.push_back({port, &device}); }

 private:
  Clocks clocks_;
  std::vector<Space> spaces_;
  std::vector<Asker> askers_;
};

// Warm-ups until caches hold what they will hold, the slower the memory the more.
constexpr std::uint64_t warm_ups_at(unsigned memory_latency) { return 1 + memory_latency / 100; }

// Several at the same time are told apart by their number: other sources, and other seeds.
struct WorkloadKind {
  std::string_view name;  // of options and in JSON
  std::string_view title;
  std::unique_ptr<Workload> (*make)(unsigned number);
};

std::span<const WorkloadKind> workload_kinds();
// Null when there is none of that name.
const WorkloadKind *find_workload(std::string_view name);

}  // namespace dmar::perf

#endif  // DMAR_PERF_WORKLOAD_HPP
