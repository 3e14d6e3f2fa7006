// SPDX-License-Identifier: Apache-2.0
// What firmware and a bus driver do to a function: size its BARs, enable it, walk its capabilities.
#ifndef DMAR_DEVICES_TESTS_PCI_HOST_HPP
#define DMAR_DEVICES_TESTS_PCI_HOST_HPP

#include <cstdint>
#include <vector>

#include "devices/pci_function.hpp"

namespace dmar::devices {

class PciHost {
 public:
  // The function has its registers behind `bar`.
  explicit PciHost(PciFunction &function, unsigned bar = 0)
      : function_(function), bar_(0x10 + 4 * bar) {}

  // Writes all ones, reads back, restores; 0 when there is no such BAR.
  std::uint32_t bar_bytes(std::uint32_t offset) {
    const std::uint32_t before = function_.config_read(offset, 4);
    function_.config_write(offset, 4, 0xFFFF'FFFF);
    const std::uint32_t mask = function_.config_read(offset, 4);
    function_.config_write(offset, 4, before);
    return mask == 0 ? 0 : ~(mask & ~std::uint32_t{0xF}) + 1;
  }

  static constexpr std::uint16_t kMemory = 2;
  static constexpr std::uint16_t kBusMaster = 4;
  static constexpr std::uint16_t kPinDisable = 0x400;
  void enable(std::uint32_t base, std::uint16_t command = kMemory | kBusMaster) {
    base_ = base;
    function_.config_write(bar_, 4, base);
    function_.config_write(0x04, 2, command);
  }

  // Offsets of the capabilities with this id, in the order of the list.
  std::vector<std::uint8_t> capabilities(std::uint8_t id) {
    std::vector<std::uint8_t> found;
    auto at = static_cast<std::uint8_t>(function_.config_read(0x34, 1));
    for (unsigned count = 0; at != 0 && count < 48; ++count) {
      if (function_.config_read(at, 1) == id) found.push_back(at);
      at = static_cast<std::uint8_t>(function_.config_read(at + 1U, 1));
    }
    return found;
  }

  std::uint64_t read(std::uint64_t offset, unsigned bytes = 4) {
    return function_.memory_read(base_ + offset, bytes);
  }
  void write(std::uint64_t offset, std::uint64_t value, unsigned bytes = 4) {
    function_.memory_write(base_ + offset, bytes, value);
  }

  PciFunction &function() { return function_; }

 private:
  PciFunction &function_;
  std::uint32_t bar_;  // offset of its register
  std::uint64_t base_ = 0;
};

}  // namespace dmar::devices

#endif  // DMAR_DEVICES_TESTS_PCI_HOST_HPP
