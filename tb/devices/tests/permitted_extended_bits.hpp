// SPDX-License-Identifier: Apache-2.0
// Which bits of extended configuration space the specification lets software change, found from the
// list of capabilities and from what each of them says: PCI Express 5.0, 7.7 to 7.9 and 9.3.
#ifndef DMAR_DEVICES_TESTS_PERMITTED_EXTENDED_BITS_HPP
#define DMAR_DEVICES_TESTS_PERMITTED_EXTENDED_BITS_HPP

#include <cstdint>
#include <vector>

#include "devices/pci_function.hpp"

namespace dmar::devices {

struct ExtendedCapability {
  std::uint16_t id = 0;
  std::uint8_t version = 0;
  std::uint32_t offset = 0;
  std::uint32_t bytes = 0;  // as its definition says; 0 for an id that no function here has
};

class PermittedExtendedBits {
 public:
  // At reset. `vf_bar_bytes`: of BAR 0 of its virtual functions, if it has some.
  PermittedExtendedBits(PciFunction &function, bool is_virtual, std::uint32_t vf_bar_bytes)
      : function_(function),
        virtual_(is_virtual),
        vf_bar_bytes_(vf_bar_bytes),
        bits_(4096),
        sticky_(4096) {
    std::uint32_t at = 0x100;
    for (; at != 0 && capabilities_.size() < 64; at = read(at, 4) >> 20) {
      const std::uint32_t header = read(at, 4);
      if (header == 0) break;
      const auto id = static_cast<std::uint16_t>(header);
      capabilities_.push_back({id, static_cast<std::uint8_t>(header >> 16 & 0xF), at, add(id, at)});
    }
  }

  [[nodiscard]] const std::vector<std::uint8_t> &bits() const { return bits_; }
  [[nodiscard]] const std::vector<std::uint8_t> &sticky() const { return sticky_; }
  [[nodiscard]] const std::vector<ExtendedCapability> &capabilities() const {
    return capabilities_;
  }

 private:
  std::uint32_t read(std::uint32_t offset, unsigned bytes) {
    return function_.config_read(offset, bytes);
  }
  void permit(std::uint32_t offset, std::uint32_t mask, unsigned bytes, bool sticky = false) {
    for (unsigned i = 0; i < bytes; ++i) {
      bits_.at(offset + i) = static_cast<std::uint8_t>(mask >> (8 * i));
      if (sticky) sticky_.at(offset + i) = bits_.at(offset + i);
    }
  }
  std::uint32_t add(std::uint16_t id, std::uint32_t at) {
    switch (id) {
      case 0x0001:
        return errors(at);
      case 0x0003:
        return 12;
      case 0x000D:
        permit(at + 6, read(at + 4, 2) & 0x7F, 2);  // a switch for each service
        return 8;
      case 0x000E:
        port_above_ = true;  // only such functions have it
        return 8;            // no function groups
      case 0x000F:           // Enable, and of a physical function the smallest translation unit
        permit(at + 6, virtual_ ? 0x8000 : 0x801F, 2);
        return 8;
      case 0x0010:
        return sriov(at);
      default:
        return 0;
    }
  }
  std::uint32_t errors(std::uint32_t at) {
    if (virtual_) return 0x2C;                // the masks are those of the physical function
    permit(at + 0x08, 0x07FF'F030, 4, true);  // uncorrectable: mask
    permit(at + 0x0C, 0x07FF'F030, 4, true);  // severity
    permit(at + 0x14, 0x0000'F1C1, 4, true);  // correctable: mask
    const std::uint32_t checksums = read(at + 0x18, 4) >> 5 & 5;
    permit(at + 0x18, checksums << 6, 4, true);  // generation, check
    return 0x2C;
  }
  std::uint32_t sriov(std::uint32_t at) {
    permit(at + 0x08, 0x0009, 2);  // VF Enable, Memory Space Enable
    if (port_above_) {             // ARI Capable Hierarchy
      bits_.at(at + 0x08) |= 0x10;
      sticky_.at(at + 0x08) = 0x10;
    }
    permit(at + 0x10, 0xFFFF, 2);              // NumVFs
    permit(at + 0x14, 0xFFFF'FFFF, 4, true);   // First VF Offset and VF Stride may follow them
    permit(at + 0x20, read(at + 0x1C, 4), 4);  // System Page Size: a supported one
    permit(at + 0x24, ~(vf_bar_bytes_ - 1), 4);
    return 0x40;
  }

  PciFunction &function_;
  bool virtual_;
  bool port_above_ = false;
  std::uint32_t vf_bar_bytes_;
  std::vector<std::uint8_t> bits_;
  std::vector<std::uint8_t> sticky_;  // those that a Function Level Reset leaves
  std::vector<ExtendedCapability> capabilities_;
};

}  // namespace dmar::devices

#endif  // DMAR_DEVICES_TESTS_PERMITTED_EXTENDED_BITS_HPP
