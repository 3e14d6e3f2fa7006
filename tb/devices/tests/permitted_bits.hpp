// SPDX-License-Identifier: Apache-2.0
// Which bits of a configuration space the specifications let software change, found from the list
// of capabilities and from what each of them says that the function has: PCI Express 5.0, 7.5 and
// 7.7, PCI Local Bus 3.0, 6.2 and 6.8, VIRTIO 1.2, 4.1.4.9.
#ifndef DMAR_DEVICES_TESTS_PERMITTED_BITS_HPP
#define DMAR_DEVICES_TESTS_PERMITTED_BITS_HPP

#include <array>
#include <cstdint>
#include <vector>

#include "devices/pci_function.hpp"

namespace dmar::devices {

struct ListedCapability {
  std::uint8_t id = 0;
  std::uint32_t offset = 0;
  std::uint32_t bytes = 0;  // as its definition says; 0 for an id that no function here has
};

class PermittedBits {
 public:
  using Bits = std::array<std::uint8_t, 256>;

  // Of a virtual function; PCI Express 5.0, 9.3.4 and 9.3.5.
  explicit PermittedBits(PciFunction &function) : function_(function), virtual_(true) {
    permit(0x04, 0x0004, 2);  // bus master
    add_list();
  }
  // At reset; the function has one memory BAR of `bar_bytes`, at `bar`.
  PermittedBits(PciFunction &function, std::uint32_t bar, std::uint32_t bar_bytes)
      : function_(function) {
    permit(0x04, 0x0546, 2);  // memory, bus master, parity, SERR#, Interrupt Disable
    permit(0x0C, 0xFF, 1);    // Cache Line Size, without effect
    permit(bar, ~(bar_bytes - 1), 4);
    permit(0x3C, 0xFF, 1);  // Interrupt Line
    add_list();
  }

  [[nodiscard]] const Bits &bits() const { return bits_; }
  [[nodiscard]] const std::vector<ListedCapability> &capabilities() const { return capabilities_; }

 private:
  void add_list() {
    std::uint32_t at = read(0x34, 1);
    // A loop has more members than there is room for.
    for (; at != 0 && capabilities_.size() < 48; at = read(at + 1, 1)) {
      capabilities_.push_back({static_cast<std::uint8_t>(read(at, 1)), at, 0});
      capabilities_.back().bytes = add(capabilities_.back().id, at);
    }
  }

  std::uint32_t read(std::uint32_t offset, unsigned bytes) {
    return function_.config_read(offset, bytes);
  }
  void permit(std::uint32_t offset, std::uint32_t mask, unsigned bytes) {
    for (unsigned i = 0; i < bytes; ++i) {
      bits_.at(offset + i) = static_cast<std::uint8_t>(mask >> (8 * i));
    }
  }

  std::uint32_t add(std::uint8_t id, std::uint32_t at) {
    switch (id) {
      case 0x01:
        return power(at);
      case 0x05:
        return msi(at);
      case 0x09:
        return vendor(at);
      case 0x10:
        return express(at);
      case 0x11:
        permit(at + 2, 0xC000, 2);  // enable, function mask
        return 12;
      case 0x13:
        return 6;  // the bit that asks for the reset reads 0
      default:
        return 0;
    }
  }
  std::uint32_t power(std::uint32_t at) {
    const bool pme = read(at + 2, 2) >> 11 != 0;
    permit(at + 4, pme ? 0x103 : 0x003, 2);
    return 8;
  }
  std::uint32_t msi(std::uint32_t at) {
    const std::uint32_t control = read(at + 2, 2);
    const bool wide = (control & 0x80) != 0;
    const bool maskable = (control & 0x100) != 0;
    const std::uint32_t vectors = 1U << (control >> 1 & 7);
    permit(at + 2, 0x71, 2);  // enable, number of messages
    permit(at + 4, 0xFFFF'FFFC, 4);
    if (wide) permit(at + 8, 0xFFFF'FFFF, 4);
    const std::uint32_t data = at + (wide ? 12 : 8);
    permit(data, 0xFFFF, 2);
    if (!maskable) return data + 2 - at;
    permit(data + 4, static_cast<std::uint32_t>((std::uint64_t{1} << vectors) - 1), 4);
    return data + 12 - at;
  }
  std::uint32_t vendor(std::uint32_t at) {
    if (read(at + 3, 1) == 5) {  // BAR, offset, length, data
      permit(at + 4, 0xFF, 1);
      for (const std::uint32_t field : {8, 12, 16}) permit(at + field, 0xFFFF'FFFF, 4);
    }
    return read(at + 2, 1);
  }
  std::uint32_t express(std::uint32_t at) {
    if (virtual_) return 0x3C;  // the bit that asks for the reset reads 0
    const std::uint32_t device = read(at + 4, 4);
    std::uint32_t control = 0x000F | 0x0010 | 0x0800 | 0x7000;  // what depends on nothing
    if ((device & 0x07) != 0) control |= 0x00E0;                // size of payloads
    if ((device & 0x20) != 0) control |= 0x0100;                // tags of 8 bits
    if ((device & 0x18) != 0) control |= 0x0200;                // phantom functions
    permit(at + 8, control, 2);
    const std::uint32_t device2 = read(at + 0x24, 4);
    std::uint32_t control2 = 0;
    if ((device2 & 0x0F) != 0) control2 |= 0x000F;  // completion time-out, its value
    if ((device2 & 0x10) != 0) control2 |= 0x0010;  // and its switch
    permit(at + 0x28, control2, 2);
    const bool link = (read(at + 2, 2) & 0xF0) == 0;  // slot and root registers are 0
    // ASPM, read completion boundary, clocks, synchronisation
    if (link) permit(at + 0x10, 0x00CB, 2);
    return 0x3C;
  }

  PciFunction &function_;
  bool virtual_ = false;
  Bits bits_{};
  std::vector<ListedCapability> capabilities_;
};

}  // namespace dmar::devices

#endif  // DMAR_DEVICES_TESTS_PERMITTED_BITS_HPP
