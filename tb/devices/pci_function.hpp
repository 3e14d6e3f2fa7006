// SPDX-License-Identifier: Apache-2.0
// One PCI function as software sees it: configuration space and base address registers.
#ifndef DMAR_DEVICES_PCI_FUNCTION_HPP
#define DMAR_DEVICES_PCI_FUNCTION_HPP

#include <cstdint>

namespace dmar::devices {

// A base address register: where it is, and how much of memory it claims; 0 bytes: there is none.
struct PciBar {
  std::uint64_t address = 0;
  std::uint64_t bytes = 0;
};

// No call waits for DMA: what an access starts goes on after it has returned.
class PciFunction {
 public:
  virtual ~PciFunction() = default;

  // `offset` 0..4095, `bytes` 1, 2 or 4, inside one dword. Values are right-aligned. Registers that
  // do not exist read 0 and ignore writes.
  virtual std::uint32_t config_read(std::uint32_t offset, unsigned bytes) = 0;
  virtual void config_write(std::uint32_t offset, unsigned bytes, std::uint32_t value) = 0;

  // Memory access at an absolute bus address: the function finds the BAR. `bytes` 1, 2, 4 or 8. An
  // access outside every enabled BAR reads all ones and writes nothing.
  virtual std::uint64_t memory_read(std::uint64_t address, unsigned bytes) = 0;
  virtual void memory_write(std::uint64_t address, unsigned bytes, std::uint64_t value) = 0;

  // BAR number 0 to 5, whether or not memory accesses are enabled; none unless a function says so.
  [[nodiscard]] virtual PciBar bar(unsigned) const { return {}; }

  // PCI reset (RST#). Work under way is given up; its DMA that is in flight ends harmlessly.
  virtual void reset() = 0;

  // No DMA and no message of this function is under way or about to start by itself.
  [[nodiscard]] virtual bool idle() const = 0;
};

}  // namespace dmar::devices

#endif  // DMAR_DEVICES_PCI_FUNCTION_HPP
