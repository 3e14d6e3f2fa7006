// SPDX-License-Identifier: Apache-2.0
// See mixed.hpp.
#include "perf/mixed.hpp"

#include "perf/workload.hpp"

namespace dmar::perf {

namespace {

Mixed run(const Setting &setting, const char *name) {
  const auto workload = find_workload(name)->make(0);
  Mixed mixed{.rate = run_workload(setting, *workload)};
  mixed.units =
      static_cast<double>(workload->units()) / static_cast<double>(workload->clocks().counted);
  return mixed;
}

}  // namespace

Mixed devices_at_same_addresses(const Setting &setting) { return run(setting, "devices-same"); }
Mixed devices_at_other_addresses(const Setting &setting) { return run(setting, "devices"); }
Mixed nic(const Setting &setting) { return run(setting, "nic"); }
Mixed nvme(const Setting &setting) { return run(setting, "nvme"); }
Mixed few_large_pages(const Setting &setting) { return run(setting, "large"); }
Mixed many_large_pages(const Setting &setting) { return run(setting, "many-large"); }
Mixed skewed_pages(const Setting &setting) { return run(setting, "skewed"); }

}  // namespace dmar::perf
