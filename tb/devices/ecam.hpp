// SPDX-License-Identifier: Apache-2.0
// Configuration space of a segment as a window in memory (PCI Express 5.0, 7.2.2).
#ifndef DMAR_DEVICES_ECAM_HPP
#define DMAR_DEVICES_ECAM_HPP

#include <cstdint>

#include "devices/pci_segment.hpp"

namespace dmar::devices {

inline constexpr std::uint32_t kEcamBytesOfBus = 1U << 20;

// `offset` from the start of the window: bus 27:20, device 19:15, function 14:12, register 11:0.
// Accesses of 1, 2 and 4 bytes inside a dword, and of 8 bytes, aligned, as two of 4. Others, and
// those of functions that are not there, read all ones and write nothing.
class Ecam {
 public:
  explicit Ecam(PciSegment &segment) : segment_(segment) {}

  std::uint64_t read(std::uint64_t offset, unsigned bytes);
  void write(std::uint64_t offset, unsigned bytes, std::uint64_t value);

 private:
  PciSegment &segment_;
};

}  // namespace dmar::devices

#endif  // DMAR_DEVICES_ECAM_HPP
