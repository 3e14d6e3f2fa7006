// SPDX-License-Identifier: Apache-2.0
// The PCI segment of a machine whose configuration space QEMU knows nothing of: a physical function
// with virtual ones, on the root bus or behind a root port, and the windows by which the CPU
// reaches them.
#ifndef DMAR_COSIM_SEGMENT_HPP
#define DMAR_COSIM_SEGMENT_HPP

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cosim/dma_engine.hpp"
#include "cosim/machine_options.hpp"
#include "cosim/network.hpp"
#include "cosim/unit_function.hpp"
#include "devices/ecam.hpp"
#include "devices/edu.hpp"
#include "devices/pci_segment.hpp"
#include "devices/virtio_net.hpp"

namespace dmar::cosim {

class Segment {
 public:
  // `dma` is the bus to the unit of the segment. `network` joins network cards; both outlive it.
  Segment(const SriovOptions &options, DmaEngine &dma, Network *network);
  Segment(const Segment &) = delete;
  Segment &operator=(const Segment &) = delete;

  [[nodiscard]] UnitFunction::Window ecam_window();
  [[nodiscard]] UnitFunction::Window memory_window();

  struct Function {
    std::string name;
    devices::PciDevice *device = nullptr;
  };
  // The physical function, then all that can be virtual ones.
  [[nodiscard]] const std::vector<Function> &functions() const { return functions_; }

  // The time goes on, for those that do something by themselves; whether one waits for it.
  bool tick(std::uint64_t microseconds);
  // Before the end: nothing starts by itself any more.
  void silence();
  // What went wrong, in sentences.
  [[nodiscard]] std::vector<std::string> errors() const;

 private:
  std::unique_ptr<devices::PciDevice> make(const devices::PciPlace &place, const std::string &name);
  std::unique_ptr<devices::PciDevice> make_edu(const devices::PciPlace &place);
  std::unique_ptr<devices::PciDevice> make_card(const devices::PciPlace &place);

  SriovOptions options_;
  DmaEngine &dma_;
  Network *network_;
  std::vector<std::unique_ptr<devices::DmaPort>> ports_;
  std::vector<std::unique_ptr<Cable>> cables_;
  std::vector<devices::Edu *> edus_;
  std::vector<devices::VirtioNet *> cards_;
  std::vector<Function> functions_;
  std::unique_ptr<devices::PciDevice> physical_;
  std::unique_ptr<devices::VirtualFunctions> virtuals_;
  std::optional<devices::RootPort> port_;
  devices::PciSegment segment_;
  devices::Ecam ecam_{segment_};
};

}  // namespace dmar::cosim

#endif  // DMAR_COSIM_SEGMENT_HPP
