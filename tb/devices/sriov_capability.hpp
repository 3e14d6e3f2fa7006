// SPDX-License-Identifier: Apache-2.0
// The capability by which software makes the virtual functions of a physical one (PCI Express 5.0,
// 9.3.3).
#ifndef DMAR_DEVICES_SRIOV_CAPABILITY_HPP
#define DMAR_DEVICES_SRIOV_CAPABILITY_HPP

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>

#include "devices/config_space.hpp"
#include "devices/pci_place.hpp"
#include "dmar/types.hpp"

namespace dmar::devices {

// Beyond the specification, where it leaves the behaviour open: NumVFs above TotalVFs means all;
// with no or several bits of System Page Size the lowest one counts, 4 KiB without any.
class SriovCapability {
 public:
  // std::invalid_argument when a BAR has no size or place that the registers can show.
  SriovCapability(ConfigSpace &config, SriovShape shape, bool port_above);

  // The virtual functions come or go: how many there are from now on.
  std::function<void(unsigned count)> on_change;
  // Configuration space was written or reset.
  void update();

  [[nodiscard]] const SriovShape &shape() const { return shape_; }
  [[nodiscard]] unsigned count() const { return count_; }
  // Routing id of number `index` when the physical function has `physical`.
  [[nodiscard]] SourceId routing_id(SourceId physical, unsigned index) const;
  // Where this BAR of number `index` is, while it is decoded.
  [[nodiscard]] std::optional<std::uint64_t> bar_base(unsigned index, unsigned bar) const;

 private:
  [[nodiscard]] std::uint16_t control() const;
  [[nodiscard]] std::uint32_t page_bytes() const;
  void keep_frozen_fields();
  void round_bars();
  void show_routing();

  ConfigSpace &config_;
  SriovShape shape_;
  std::size_t base_ = 0;  // offset of the capability
  unsigned count_ = 0;
  bool enabled_ = false;
  // What must not change while VF Enable is set.
  std::uint16_t number_ = 0;
  std::uint16_t hierarchy_ = 0;
  std::uint32_t page_size_ = 0;
};

}  // namespace dmar::devices

#endif  // DMAR_DEVICES_SRIOV_CAPABILITY_HPP
