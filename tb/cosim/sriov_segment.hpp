// SPDX-License-Identifier: Apache-2.0
// A segment with a physical function and its virtual ones, on the root bus or behind a root port.
#ifndef DMAR_COSIM_SRIOV_SEGMENT_HPP
#define DMAR_COSIM_SRIOV_SEGMENT_HPP

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cosim/dma_engine.hpp"
#include "cosim/machine_options.hpp"
#include "cosim/network.hpp"
#include "cosim/segment.hpp"
#include "devices/virtio_net.hpp"

namespace dmar::cosim {

class SriovSegment : public Segment {
 public:
  // `dma` is the bus to the unit of the segment. `network` joins network cards; both outlive it.
  // The physical function comes first among the functions, then all that can be virtual ones.
  SriovSegment(const SriovOptions &options, DmaEngine &dma, Network *network);

 private:
  std::unique_ptr<devices::PciDevice> make(const devices::PciPlace &place, const std::string &name);
  std::unique_ptr<devices::PciDevice> make_edu(const devices::PciPlace &place,
                                               const std::string &name);
  std::unique_ptr<devices::PciDevice> make_card(const devices::PciPlace &place,
                                                const std::string &name);

  SriovOptions options_;
  DmaEngine &dma_;
  Network *network_;
  std::vector<std::unique_ptr<devices::DmaPort>> ports_;
  std::vector<std::unique_ptr<Cable>> cables_;
  std::unique_ptr<devices::PciDevice> physical_;
  std::unique_ptr<devices::VirtualFunctions> virtuals_;
  std::optional<devices::RootPort> port_;
};

}  // namespace dmar::cosim

#endif  // DMAR_COSIM_SRIOV_SEGMENT_HPP
