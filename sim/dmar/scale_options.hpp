// SPDX-License-Identifier: Apache-2.0
// The options of `dmar scale`.
#ifndef DMAR_SIM_SCALE_OPTIONS_HPP
#define DMAR_SIM_SCALE_OPTIONS_HPP

#include <string>

namespace CLI {
class App;
}

namespace dmar::sim {

struct ScaleOptions {
  unsigned ports = 8;
  unsigned link = 8;      // clocks each way
  unsigned memory = 100;  // clocks
  unsigned beats = 4;     // of 16 bytes that memory gives a clock
  unsigned clock = 1000;  // MHz
  unsigned rate = 434;    // million requests a second of each lane
  unsigned walks = 128;   // of the service
  unsigned unit_walks = 16;
  std::string workload;  // empty: several
  std::string traces;    // folder
  std::string area;      // document with the area of instances
  std::string json;
  std::string document;
};

void add_scale_options(CLI::App &command, ScaleOptions &options);

// Throws UsageError for what does not go together.
void check_scale_options(const ScaleOptions &options);

}  // namespace dmar::sim

#endif  // DMAR_SIM_SCALE_OPTIONS_HPP
