// SPDX-License-Identifier: Apache-2.0
// See ahci_driver.hpp.
#include "devices/tests/ahci_driver.hpp"

#include <array>

namespace dmar::devices {

void AhciDriver::start(bool with_message) {
  PciFunction &device = host_.function();
  host_.enable(kBase);
  const std::uint8_t msi = host_.capabilities(0x05).at(0);
  device.config_write(msi + 4U, 4, static_cast<std::uint32_t>(kMessage.address));
  device.config_write(msi + 12U, 2, kMessage.data);
  device.config_write(msi + 2U, 2, with_message ? 1 : 0);
  write(0x100, kList);
  write(0x108, kReceived);
  write(0x114, 0xFFFF'FFFF);
  write(0x04, 0x8000'0002);
  write(0x118, 0x10);
  write(0x118, 0x11);
}

void AhciDriver::put_header(unsigned slot, bool to_disk, std::size_t pieces) {
  const std::uint32_t first =
      5U | (to_disk ? 1U << 6 : 0) | static_cast<std::uint32_t>(pieces) << 16;
  const std::array<std::uint32_t, 4> dwords{first, 0, table(slot), 0};
  for (std::uint32_t i = 0; i < 4; ++i) {
    port_.memory.write32(HostAddr(header(slot) + 4 * i), dwords.at(i));
  }
}

void AhciDriver::request(const AtaCommand &command, unsigned slot, bool to_disk,
                         const std::vector<Piece> &data) {
  put_header(slot, to_disk, data.size());
  const auto low = static_cast<std::uint32_t>(command.lba & 0xFF'FFFF);
  const auto high = static_cast<std::uint32_t>(command.lba >> 24);
  const std::array<std::uint32_t, 5> fis{
      0x8027U | std::uint32_t{command.command} << 16 | std::uint32_t{command.features} << 24,
      low | std::uint32_t{command.device | 0x40U} << 24,
      high | std::uint32_t{command.features} >> 8 << 24, command.count, 0};
  for (std::uint32_t i = 0; i < fis.size(); ++i) {
    port_.memory.write32(HostAddr(table(slot) + 4 * i), fis.at(i));
  }
  std::uint32_t at = table(slot) + 0x80;
  for (const Piece &piece : data) {
    port_.memory.write32(HostAddr(at), piece.address);
    port_.memory.write32(HostAddr(at + 4), 0);
    port_.memory.write32(HostAddr(at + 12), (piece.bytes - 1) | (piece.interrupt ? 1U << 31 : 0));
    at += 16;
  }
}

void AhciDriver::control(std::uint8_t value, unsigned slot) {
  put_header(slot, false, 0);
  const std::array<std::uint32_t, 5> fis{0x27, 0, 0, std::uint32_t{value} << 24, 0};
  for (std::uint32_t i = 0; i < fis.size(); ++i) {
    port_.memory.write32(HostAddr(table(slot) + 4 * i), fis.at(i));
  }
}

void AhciDriver::run(const AtaCommand &command, bool to_disk, const std::vector<Piece> &data) {
  request(command, 0, to_disk, data);
  issue(1);
  port_.drain();
}

}  // namespace dmar::devices
