// SPDX-License-Identifier: Apache-2.0
// A root port: a bridge with one bus behind it (PCI Express 5.0, 7.5.1.3 and 7.5.3; PCI-to-PCI
// Bridge 1.2, 3.2).
#ifndef DMAR_DEVICES_ROOT_PORT_HPP
#define DMAR_DEVICES_ROOT_PORT_HPP

#include <cstddef>
#include <cstdint>
#include <functional>

#include "devices/config_space.hpp"
#include "devices/pci_function.hpp"
#include "devices/power_capability.hpp"
#include "dmar/types.hpp"

namespace dmar::devices {

// It forwards configuration accesses to its buses and memory accesses inside its window; what comes
// from below it lets through, whatever Bus Master Enable says. No I/O window, no prefetchable one,
// no interrupts, no hot-plug. Without ARI Forwarding only device 0 is found on the bus behind it.
class RootPort : public PciFunction {
 public:
  RootPort(std::uint64_t serial, std::uint8_t number);

  std::uint32_t config_read(std::uint32_t offset, unsigned bytes) override;
  void config_write(std::uint32_t offset, unsigned bytes, std::uint32_t value) override;
  // It has no memory of its own.
  std::uint64_t memory_read(std::uint64_t address, unsigned bytes) override;
  void memory_write(std::uint64_t, unsigned, std::uint64_t) override {}
  [[nodiscard]] PciBar bar(unsigned) const override { return {}; }
  void reset() override;
  [[nodiscard]] bool idle() const override { return true; }

  // Functions on the bus behind it are reset.
  std::function<void()> on_secondary_reset;

  [[nodiscard]] unsigned secondary() const;
  // A configuration access to this place goes through.
  [[nodiscard]] bool forwards(SourceId id) const;
  [[nodiscard]] bool forwards_memory(std::uint64_t address, unsigned bytes) const;
  [[nodiscard]] bool forwards_alternative_ids() const;

 private:
  ConfigSpace config_;
  PowerCapability power_;
  std::size_t express_;     // offset of the capability
  bool resetting_ = false;  // the bus behind, as software was last told
};

}  // namespace dmar::devices

#endif  // DMAR_DEVICES_ROOT_PORT_HPP
