// SPDX-License-Identifier: Apache-2.0
// What N units and a service cost, out of the area of instances that docs/fpga.md has.
#ifndef DMAR_SIM_SCALE_AREA_HPP
#define DMAR_SIM_SCALE_AREA_HPP

#include <string>

#include "bench_table.hpp"

namespace dmar::sim {

struct Area {
  double luts = 0;  // of Xilinx 7
  double flip_flops = 0;
  double rams = 0;

  Area &operator+=(const Area &other) {
    luts += other.luts;
    flip_flops += other.flip_flops;
    rams += other.rams;
    return *this;
  }
  friend Area operator+(Area one, const Area &other) { return one += other; }
  friend Area operator*(double times, const Area &area) {
    return {times * area.luts, times * area.flip_flops, times * area.rams};
  }
  friend Area operator-(const Area &one, const Area &other) { return one + -1.0 * other; }
};

struct AreaEstimate {
  Area unit;    // dmar_core, 16 walks
  Area slice;   // lookup lanes, IOTLB, context cache, requests that wait
  Area walker;  // all the rest, with the walks asked for
};

// Throws UsageError that names `file` and the instance that it does not have.
AreaEstimate estimate_area(const std::string &file, unsigned walks);

TextTable area_table(const AreaEstimate &estimate, unsigned ports, unsigned walks);

}  // namespace dmar::sim

#endif  // DMAR_SIM_SCALE_AREA_HPP
