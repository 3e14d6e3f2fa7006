// SPDX-License-Identifier: Apache-2.0
// The PCI functions of a machine, with what is at their other ends: disk images, a network.
#ifndef DMAR_COSIM_FUNCTIONS_HPP
#define DMAR_COSIM_FUNCTIONS_HPP

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cosim/dma_engine.hpp"
#include "cosim/machine_options.hpp"
#include "cosim/network.hpp"
#include "cosim/placement.hpp"
#include "devices/ahci.hpp"
#include "devices/ats_port.hpp"
#include "devices/disk.hpp"
#include "devices/edu.hpp"
#include "devices/pci_device.hpp"
#include "devices/virtio_blk.hpp"
#include "devices/virtio_net.hpp"

namespace dmar::cosim {

class Functions {
 public:
  struct Function {
    Placement placement;
    std::unique_ptr<devices::AtsBus> port;
    devices::PciDevice *device = nullptr;
  };
  // The INTA of function number `function` has changed.
  using Pin = std::function<void(std::size_t function, bool asserted)>;

  // The bus to the unit that covers a function.
  using EngineOf = std::function<DmaEngine &(const Placement &placement)>;

  // CosimError when a file of theirs cannot be had. The engines outlive them.
  Functions(const MachineOptions &options, const EngineOf &engine_of, Pin pin);
  Functions(const Functions &) = delete;
  Functions &operator=(const Functions &) = delete;

  [[nodiscard]] std::size_t count() const { return all_.size(); }
  [[nodiscard]] const Function &at(std::size_t function) const { return all_.at(function); }

  // Gives waiting frames to the network cards; whether there was one.
  bool deliver() { return network_ && network_->deliver(); }
  // At the end: CosimError when something of theirs cannot be written whole.
  void finish();

  // The time goes on, for those that do something by themselves; whether one waits for it.
  bool tick();
  // Before the end: nothing of theirs starts by itself any more.
  void silence() { edu_->silence(); }

  [[nodiscard]] const devices::Edu &edu() const { return *edu_; }
  // Null when the machine has none.
  [[nodiscard]] Network *network() { return network_.get(); }
  [[nodiscard]] const Network *network() const { return network_.get(); }
  [[nodiscard]] const std::vector<std::unique_ptr<devices::VirtioNet>> &network_cards() const {
    return network_cards_;
  }
  [[nodiscard]] const std::vector<std::unique_ptr<devices::Ahci>> &adapters() const {
    return adapters_;
  }
  // What went wrong, in sentences.
  [[nodiscard]] std::vector<std::string> errors() const;

 private:
  devices::PciDevice &make_disk(const DiskOptions &options, const Function &function);
  devices::PciDevice &make_virtio_disk(const Function &function);
  devices::PciDevice &make_ahci(const Function &function);
  devices::PciDevice &make_network_card(const NetworkOptions &options, const Function &function);
  devices::PciDevice &make_edu(const MachineOptions &options, const Function &function);
  devices::PciDevice &make(const MachineOptions &options, const Function &function);
  void provoke(std::uint32_t value);

  std::vector<Function> all_;
  std::unique_ptr<Network> network_;
  std::vector<std::unique_ptr<devices::Disk>> files_;
  std::vector<std::unique_ptr<devices::VirtioBlk>> disks_;
  std::vector<std::unique_ptr<devices::Ahci>> adapters_;
  std::vector<std::unique_ptr<Cable>> cables_;
  std::vector<std::unique_ptr<devices::VirtioNet>> network_cards_;
  std::unique_ptr<devices::AtsPort> edu_port_;  // null in a machine without device TLBs
  std::unique_ptr<devices::Edu> edu_;
};

}  // namespace dmar::cosim

#endif  // DMAR_COSIM_FUNCTIONS_HPP
