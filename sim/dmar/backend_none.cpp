// SPDX-License-Identifier: Apache-2.0
// Backends of a program that was built without the Verilated models. See backend.hpp.
#include <fmt/core.h>

#include "backend.hpp"
#include "backend_golden.hpp"
#include "usage_error.hpp"

namespace dmar::sim {

std::vector<std::string> config_names() { return {"default"}; }

Config config_named(const std::string &name) {
  if (name == "default") return {};
  throw UsageError(
      fmt::format("--config {}: no such configuration; this program has default", name));
}

std::map<std::string, unsigned> parameters_named(const std::string &) { return {}; }

std::unique_ptr<Backend> make_backend(const BackendOptions &options) {
  const Config config = config_named(options.config);
  if (!options.golden_only) {
    throw UsageError("this program was built without the RTL: use --golden-only");
  }
  return std::make_unique<GoldenBackend>(config);
}

}  // namespace dmar::sim
