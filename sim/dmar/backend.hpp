// SPDX-License-Identifier: Apache-2.0
// The units that this program can run: the Verilated models built into it, and the golden model.
#ifndef DMAR_SIM_BACKEND_HPP
#define DMAR_SIM_BACKEND_HPP

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "dmar/config.hpp"
#include "trace/target.hpp"

namespace dmar::sim {

struct BackendOptions {
  std::string config = "default";
  bool golden_only = false;
  unsigned memory_latency = 20;  // clock cycles from a read address to its first data
  bool memory_reorder = false;   // answers of different IDs may overtake each other
  std::uint64_t seed = 1;
  std::string wave;  // FST file, empty for none
};

// A unit under test whose wave file, if any, is written only while it is switched on.
class Backend : public trace::Target {
 public:
  virtual void set_wave(bool on) = 0;
};

// Names for --config, "default" first.
std::vector<std::string> config_names();

// Throws UsageError for an unknown name.
Config config_named(const std::string &name);

// Parameters of its RTL by name; none when only the golden model is in this program.
std::map<std::string, unsigned> parameters_named(const std::string &name);

// A unit fresh from reset. Throws UsageError when it cannot be had in this program.
std::unique_ptr<Backend> make_backend(const BackendOptions &options);

}  // namespace dmar::sim

#endif  // DMAR_SIM_BACKEND_HPP
