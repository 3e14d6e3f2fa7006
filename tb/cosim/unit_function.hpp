// SPDX-License-Identifier: Apache-2.0
// The PCI function that lends the unit its place in the physical address space: BAR 0 is the
// register page, BAR 1 the I/O APIC. Once both are where they belong it hides, so that firmware and
// kernel find no function and move nothing.
#ifndef DMAR_COSIM_UNIT_FUNCTION_HPP
#define DMAR_COSIM_UNIT_FUNCTION_HPP

#include <cstdint>

#include "cosim/lockstep.hpp"
#include "devices/config_space.hpp"
#include "devices/ioapic.hpp"
#include "devices/pci_function.hpp"

namespace dmar::cosim {

class UnitFunction : public devices::PciFunction {
 public:
  UnitFunction(Lockstep &unit, devices::Ioapic &ioapic);

  std::uint32_t config_read(std::uint32_t offset, unsigned bytes) override;
  void config_write(std::uint32_t offset, unsigned bytes, std::uint32_t value) override;
  std::uint64_t memory_read(std::uint64_t address, unsigned bytes) override;
  void memory_write(std::uint64_t address, unsigned bytes, std::uint64_t value) override;
  [[nodiscard]] devices::PciBar bar(unsigned number) const override { return config_.bar(number); }
  void reset() override;
  [[nodiscard]] bool idle() const override { return unit_.at_rest(); }

  // From now on configuration reads give all ones and writes nothing; the BARs stay.
  void hide() { hidden_ = true; }

 private:
  Lockstep &unit_;
  devices::Ioapic &ioapic_;
  devices::ConfigSpace config_;
  bool hidden_ = false;
  bool used_ = false;  // since the last reset
};

}  // namespace dmar::cosim

#endif  // DMAR_COSIM_UNIT_FUNCTION_HPP
