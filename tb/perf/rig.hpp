// SPDX-License-Identifier: Apache-2.0
// A unit in use: tables, queue and translation set up by a driver, devices attached.
#ifndef DMAR_PERF_RIG_HPP
#define DMAR_PERF_RIG_HPP

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "driver/driver.hpp"
#include "perf/core_library.hpp"
#include "perf/core_unit.hpp"
#include "perf/workload.hpp"
#include "tables/table_builder.hpp"

namespace dmar::perf {

// What happened in some clocks.
struct Window {
  std::uint64_t clocks = 0;
  std::uint64_t reads = 0;  // bursts of walks
  std::uint64_t beats = 0;
  std::uint64_t walks = 0;
  std::uint64_t port_waits[kPorts] = {};  // clocks in which the port had to wait
};

// Maps `pages` pages of `domain` from Rig::kIova on, each to Rig::host_page().
void map_device(Domain &domain, SourceId source_id, unsigned pages, PageSize size);

class Rig {
 public:
  static constexpr std::uint64_t kIova = kDeviceIova;

  // Model `name`, with translation on and nothing mapped.
  Rig(CoreLibrary &library, const std::string &name, const UnitOptions &options);

  [[nodiscard]] CoreUnit &unit() { return unit_; }
  [[nodiscard]] Driver &driver() { return driver_; }

  // A new domain of 4 levels with `pages` pages from kIova on, for `source_id`. Every page has a
  // host page of its own, none beside that of its neighbour.
  Domain &add_device(SourceId source_id, unsigned pages, PageSize size = PageSize::k4K);
  [[nodiscard]] static HostAddr host_page(SourceId source_id, unsigned page, PageSize size);

  // The domains and the devices of `workload`, which outlives the rig.
  void attach(Workload &workload);
  // From now on `device` asks at `port`.
  void attach(unsigned port, Device &device);
  // Lets time pass with the devices at work: `warm_up` clocks without counting, then `clocks`.
  Window run(std::uint64_t warm_up, std::uint64_t clocks);

 private:
  CoreUnit unit_;
  TableBuilder tables_;
  Driver driver_;
  std::vector<std::unique_ptr<Domain>> domains_;
  std::vector<Device *> devices_;
};

}  // namespace dmar::perf

#endif  // DMAR_PERF_RIG_HPP
