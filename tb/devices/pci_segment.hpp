// SPDX-License-Identifier: Apache-2.0
// The functions of a PCI segment: those on bus 0, at most one root port among them, and those
// behind it. Where configuration and memory accesses of the CPU go.
#ifndef DMAR_DEVICES_PCI_SEGMENT_HPP
#define DMAR_DEVICES_PCI_SEGMENT_HPP

#include <cstdint>
#include <vector>

#include "devices/pci_device.hpp"
#include "devices/root_port.hpp"
#include "devices/virtual_functions.hpp"

namespace dmar::devices {

// The functions outlive it. Each learns its bus from writes to its configuration space, as on a
// real link, and its requests leave under it.
class PciSegment {
 public:
  // On bus 0; `virtuals` are those of `function`, if it has some.
  void add(unsigned device, unsigned number, PciDevice &function,
           VirtualFunctions *virtuals = nullptr);
  // A root port there, once; and what is behind it, device 0.
  void add_port(unsigned device, RootPort &port);
  void add_behind_port(unsigned number, PciDevice &function, VirtualFunctions *virtuals = nullptr);

  // What answers at this place of configuration space; null: nothing.
  [[nodiscard]] PciFunction *find(SourceId id) const;
  void config_write(SourceId id, std::uint32_t offset, unsigned bytes, std::uint32_t value);

  // At an absolute address. What nobody claims reads all ones and writes nothing.
  std::uint64_t memory_read(std::uint64_t address, unsigned bytes);
  void memory_write(std::uint64_t address, unsigned bytes, std::uint64_t value);

  // Reset of the whole segment.
  void reset();

 private:
  struct Member {
    PciDevice *function;
    VirtualFunctions *virtuals;
    bool behind;          // the port
    std::uint16_t place;  // device and function
  };

  [[nodiscard]] PciDevice *find_device(SourceId id) const;
  [[nodiscard]] PciDevice *claimer(std::uint64_t address, unsigned bytes) const;
  void reset_behind();

  std::vector<Member> members_;
  RootPort *port_ = nullptr;
  std::uint16_t port_place_ = 0;
};

}  // namespace dmar::devices

#endif  // DMAR_DEVICES_PCI_SEGMENT_HPP
