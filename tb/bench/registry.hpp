// SPDX-License-Identifier: Apache-2.0
// The Verilated models linked into this program, by name. Defined once per set of models by a
// source file that CMake writes (DmarModel.cmake).
#ifndef DMAR_BENCH_REGISTRY_HPP
#define DMAR_BENCH_REGISTRY_HPP

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bench/rtl_iommu.hpp"

namespace dmar::bench {

std::span<const ModelInfo> models();

// Names in the order of the build files; the first is the default.
std::vector<std::string> rtl_names();

// std::invalid_argument, with the known names, when there is no such model.
std::unique_ptr<RtlIommu> make_rtl(std::string_view name, const RtlOptions &options = {});

}  // namespace dmar::bench

#endif  // DMAR_BENCH_REGISTRY_HPP
