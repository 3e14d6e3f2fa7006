// SPDX-License-Identifier: Apache-2.0
// An AHCI host adapter (AHCI 1.3.1) with one port and an ATA disk. It has 32-bit addresses
// (CAP.S64A = 0): software that keeps data above 4 GiB needs a remapping unit, or copies.
#ifndef DMAR_DEVICES_AHCI_HPP
#define DMAR_DEVICES_AHCI_HPP

#include <cstdint>
#include <string>

#include "devices/ahci_port.hpp"
#include "devices/ata_disk.hpp"
#include "devices/disk.hpp"
#include "devices/msi.hpp"
#include "devices/pci_device.hpp"

namespace dmar::devices {

struct AhciOptions {
  std::string serial = "opendmar-0";  // at most 20 characters count
  PciBus bus = PciBus::kRootComplex;
};

// Registers take aligned accesses of 4 and 8 bytes; others read ones and write nothing.
class Ahci : public PciDevice {
 public:
  static constexpr unsigned kBar = 5;
  static constexpr std::uint32_t kBarBytes = 4096;

  Ahci(DmaPort &port, Disk &disk, const AhciOptions &options = {});

  [[nodiscard]] const AhciPort::Statistics &statistics() const { return disk_port_.statistics(); }
  [[nodiscard]] std::uint64_t interrupts() const { return messages().sent() + pin_interrupts_; }
  [[nodiscard]] std::uint64_t adapter_resets() const { return adapter_resets_; }
  // What went wrong last, for the user; empty when nothing has.
  [[nodiscard]] const std::string &last_error() const { return last_error_; }

 protected:
  std::uint64_t bar_read(unsigned bar, std::uint64_t offset, unsigned bytes) override;
  void bar_write(unsigned bar, std::uint64_t offset, unsigned bytes, std::uint64_t value) override;
  void after_config_write(std::uint32_t offset, unsigned bytes) override;
  void interrupts_reset() override { msi_.config_changed(); }
  void registers_reset() override;

 private:
  [[nodiscard]] std::uint32_t read32(std::uint32_t offset) const;
  void write32(std::uint32_t offset, std::uint32_t value);
  void control_written(std::uint32_t value);
  void forget(AhciPort::Addresses addresses);
  void gather_interrupts();
  void signal(bool again);

  AtaDisk disk_;
  AhciPort disk_port_;
  Msi msi_;
  std::uint32_t interrupt_status_ = 0;
  bool interrupts_enabled_ = false;
  bool signalled_ = false;  // as the interrupt pin would stand
  bool resetting_ = false;
  std::uint64_t pin_interrupts_ = 0;
  std::uint64_t adapter_resets_ = 0;
  std::string last_error_;
};

}  // namespace dmar::devices

#endif  // DMAR_DEVICES_AHCI_HPP
