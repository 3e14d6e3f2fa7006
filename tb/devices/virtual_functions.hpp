// SPDX-License-Identifier: Apache-2.0
// A physical function with its virtual ones, as software makes and removes them.
#ifndef DMAR_DEVICES_VIRTUAL_FUNCTIONS_HPP
#define DMAR_DEVICES_VIRTUAL_FUNCTIONS_HPP

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include "devices/pci_device.hpp"

namespace dmar::devices {

// Each virtual function comes, as new, when software sets VF Enable. It goes when VF Enable is
// cleared, by whatever: what it has in flight ends harmlessly, nothing new starts, and nobody finds
// it any more.
class VirtualFunctions {
 public:
  // Makes number `index`, a virtual function whose memory is where `bars` says.
  using Make = std::function<std::unique_ptr<PciDevice>(unsigned index, ConfigSpace::BarBase bars)>;
  // Told of each that goes, for what PciDevice knows nothing of.
  using Gone = std::function<void(unsigned index)>;

  // `physical` says that it can have some, and outlives them.
  VirtualFunctions(PciDevice &physical, const Make &make, Gone gone = nullptr);
  ~VirtualFunctions();
  VirtualFunctions(const VirtualFunctions &) = delete;
  VirtualFunctions &operator=(const VirtualFunctions &) = delete;

  // How many are there, and each of them.
  [[nodiscard]] unsigned count() const { return capability_.count(); }
  [[nodiscard]] PciDevice &at(unsigned index) const { return *all_.at(index); }
  // All that can ever be there.
  [[nodiscard]] std::size_t most() const { return all_.size(); }
  // Routing id of one that is there.
  [[nodiscard]] SourceId routing_id(unsigned index) const;
  [[nodiscard]] PciDevice *find(SourceId id) const;  // null: none that is there

 private:
  void changed(unsigned count);

  PciDevice &physical_;
  SriovCapability &capability_;
  Gone gone_;
  std::vector<std::unique_ptr<PciDevice>> all_;
  unsigned before_ = 0;
};

}  // namespace dmar::devices

#endif  // DMAR_DEVICES_VIRTUAL_FUNCTIONS_HPP
