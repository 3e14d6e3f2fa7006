// SPDX-License-Identifier: Apache-2.0
// The measurements. Each sets up a unit of its own, so that none depends on another; the same
// arguments give the same figures, to the clock, apart from the speed of simulation.
#ifndef DMAR_PERF_MEASURE_HPP
#define DMAR_PERF_MEASURE_HPP

#include <cstdint>
#include <string>

#include "perf/core_library.hpp"
#include "perf/device_rate.hpp"
#include "perf/rig.hpp"
#include "perf/statistics.hpp"

namespace dmar::perf {

// Which unit, and how.
struct Setting {
  CoreLibrary *library = nullptr;
  std::string model = "default";
  UnitOptions unit = {};

  [[nodiscard]] Setting with_latency(unsigned latency) const {
    Setting other = *this;
    other.unit.latency = latency;
    return other;
  }
  [[nodiscard]] Setting with_model(const std::string &name) const {
    Setting other = *this;
    other.model = name;
    return other;
  }
  [[nodiscard]] Rig rig() const { return {*library, model, unit}; }
};

// Domains and devices of `workload` on a unit of this setting, counted after so many warm-ups.
Rate run_workload(const Setting &setting, Workload &workload, std::uint64_t warm_ups = 1);

// Requests on their own, in an idle unit.
struct SingleLatency {
  Histogram latency;
  double reads = 0;  // for each
};
SingleLatency hit_alone(const Setting &setting);        // both ports
SingleLatency warm_miss_alone(const Setting &setting);  // all but the leaf cached
SingleLatency cold_miss_alone(const Setting &setting);  // nothing cached, tables of 4 levels

// A device that always has a request, on port 0 or one on each port, in pages that are cached.
Rate hits_one_port(const Setting &setting);
Rate hits_both_ports(const Setting &setting);

// One device, one request a page.
Rate sequential_pages(const Setting &setting);
Rate sequential_pages(const Setting &setting, unsigned each);  // requests a page
Rate random_pages(const Setting &setting);

// Device A hits, device B only misses.
struct Fairness {
  double alone = 0;          // A's hits a clock without B
  double together = 0;       // with B
  double other = 0;          // B's misses a clock
  double waited = 0;         // part of the clocks in which A's port had to wait
  Histogram latency;         // of A's hits, with B, the wait at the port included
  std::uint64_t missed = 0;  // requests of A that did not hit: B took its entries
};
Fairness fairness_two_ports(const Setting &setting);
Fairness fairness_one_port(const Setting &setting);

// Page-selective invalidations of one domain while a device of another looks up.
struct Invalidation {
  double clocks_each = 0;
  double lookups_before = 0;  // a clock
  double lookups = 0;         // meanwhile
  Histogram latency;          // of those that hit, the wait at the port included
  std::uint64_t missed = 0;   // that did not
};
Invalidation invalidations(const Setting &setting);

// Clocks a second of processor time with random pages; the parts of the time are 0 unless profiled.
struct Speed {
  double clocks_per_second = 0;
  double rtl = 0;  // parts of the time
  double golden = 0;
};
Speed simulation_speed(const Setting &setting, std::uint64_t clocks);

}  // namespace dmar::perf

#endif  // DMAR_PERF_MEASURE_HPP
