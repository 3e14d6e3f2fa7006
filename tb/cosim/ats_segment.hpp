// SPDX-License-Identifier: Apache-2.0
// A segment whose functions have device TLBs: edu behind a root port, and a disk on the root bus.
#ifndef DMAR_COSIM_ATS_SEGMENT_HPP
#define DMAR_COSIM_ATS_SEGMENT_HPP

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "cosim/dma_engine.hpp"
#include "cosim/machine_options.hpp"
#include "cosim/segment.hpp"
#include "devices/ats_port.hpp"
#include "devices/disk.hpp"
#include "devices/virtio_blk.hpp"

namespace dmar::cosim {

class AtsSegment : public Segment {
 public:
  // `dma` is the bus to the unit of the segment and outlives it. CosimError when the disk image
  // cannot be had.
  AtsSegment(const AtsOptions &options, DmaEngine &dma);

  // What software tells edu to provoke: bits 7:0 say how a device TLB misbehaves, in the order of
  // AtsMisbehaviour, bit 8 that it is the one of the disk and not its own, bits 31:16 how often.
  void provoke(std::uint32_t value);

  [[nodiscard]] std::vector<DeviceTlbUse> device_tlb_use() const override;

  struct DeviceTlb {
    std::string name;  // of its function
    std::unique_ptr<devices::AtsBus> bus;
    std::unique_ptr<devices::AtsPort> port;
  };
  // Of edu and of the disk.
  [[nodiscard]] const std::vector<DeviceTlb> &device_tlbs() const { return device_tlbs_; }

 private:
  devices::AtsPort &make_port(const std::string &name, DmaEngine &dma, const AtsOptions &options);

  std::vector<DeviceTlb> device_tlbs_;
  std::unique_ptr<devices::Disk> image_;
  std::unique_ptr<devices::Edu> edu_;
  std::unique_ptr<devices::VirtioBlk> disk_;
  devices::RootPort port_;
};

}  // namespace dmar::cosim

#endif  // DMAR_COSIM_ATS_SEGMENT_HPP
