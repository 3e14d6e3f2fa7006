// SPDX-License-Identifier: Apache-2.0
// Measurements with workloads like those of real devices.
#ifndef DMAR_PERF_MIXED_HPP
#define DMAR_PERF_MIXED_HPP

#include "perf/measure.hpp"

namespace dmar::perf {

// `rate` counts translations on both ports; `units` whole packets or blocks.
struct Mixed {
  Rate rate = {};
  double units = 0;  // a clock
};

// 64 devices, each in a domain of its own, 32 on each port, random pages of 16 each: all at the
// same addresses, or each at addresses of its own.
Mixed devices_at_same_addresses(const Setting &setting);
Mixed devices_at_other_addresses(const Setting &setting);
Mixed nic(const Setting &setting);   // units: 1500-byte packets, both directions together
Mixed nvme(const Setting &setting);  // units: 4 KiB blocks
// One device, 2 MiB pages at random: 32 of them, and 512.
Mixed few_large_pages(const Setting &setting);
Mixed many_large_pages(const Setting &setting);
// One device, 4,096 pages of 4 KiB of which few are used often: the n-th with weight 1/n.
Mixed skewed_pages(const Setting &setting);

}  // namespace dmar::perf

#endif  // DMAR_PERF_MIXED_HPP
