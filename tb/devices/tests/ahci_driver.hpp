// SPDX-License-Identifier: Apache-2.0
// What a driver does to an AHCI host adapter: commands in memory, registers, interrupts.
#ifndef DMAR_DEVICES_TESTS_AHCI_DRIVER_HPP
#define DMAR_DEVICES_TESTS_AHCI_DRIVER_HPP

#include <cstdint>
#include <vector>

#include "devices/ahci.hpp"
#include "devices/tests/fake_port.hpp"
#include "devices/tests/pci_host.hpp"

namespace dmar::devices {

class AhciDriver {
 public:
  static constexpr std::uint8_t kReadDma = 0x25;  // with 48-bit addresses
  static constexpr std::uint8_t kWriteDma = 0x35;
  static constexpr std::uint8_t kFlush = 0xEA;
  static constexpr std::uint8_t kIdentify = 0xEC;
  static constexpr std::uint8_t kSetFeatures = 0xEF;
  // Places in memory.
  static constexpr std::uint32_t kBase = 0xFEB0'0000;
  static constexpr std::uint32_t kList = 0x1'0000;
  static constexpr std::uint32_t kReceived = 0x1'1000;
  static constexpr std::uint32_t kTables = 0x2'0000;  // one page for each slot
  static constexpr std::uint32_t kData = 0x10'0000;
  static constexpr Message kMessage{0xFEE0'1000, 0x43};

  struct Piece {
    std::uint32_t address = 0;
    std::uint32_t bytes = 0;
    bool interrupt = false;
  };

  AhciDriver(FakePort &port, Ahci &device) : port_(port), host_(device, Ahci::kBar) {}

  // From reset: bus master, message, interrupts, port running.
  void start(bool with_message = true);
  void request(const AtaCommand &command, unsigned slot, bool to_disk,
               const std::vector<Piece> &data);
  void control(std::uint8_t value, unsigned slot);
  void issue(std::uint32_t slots) { write(0x138, slots); }
  // Request, issue, let everything end.
  void run(const AtaCommand &command, bool to_disk = false, const std::vector<Piece> &data = {});

  [[nodiscard]] static std::uint32_t header(unsigned slot) { return kList + 32 * slot; }
  [[nodiscard]] static std::uint32_t table(unsigned slot) { return kTables + 0x1000 * slot; }

  std::uint32_t read(std::uint32_t offset) {
    return static_cast<std::uint32_t>(host_.read(offset));
  }
  void write(std::uint32_t offset, std::uint32_t value) { host_.write(offset, value); }
  std::uint32_t issued() { return read(0x138); }
  std::uint32_t port_interrupts() { return read(0x110); }
  std::uint32_t task_file() { return read(0x120); }
  // A dword of what the adapter has stored.
  [[nodiscard]] std::uint32_t received(std::uint32_t offset) {
    return port_.memory.read32(HostAddr(kReceived + offset));
  }
  [[nodiscard]] std::uint32_t moved(unsigned slot) {
    return port_.memory.read32(HostAddr(header(slot) + 4));
  }
  void acknowledge() {
    write(0x110, port_interrupts());
    write(0x08, 1);
  }
  // As software goes on after a failure that left the disk alone.
  void restart() {
    write(0x118, 0x10);
    acknowledge();
    write(0x118, 0x11);
  }
  PciHost &host() { return host_; }

 private:
  void put_header(unsigned slot, bool to_disk, std::size_t pieces);

  FakePort &port_;
  PciHost host_;
};

}  // namespace dmar::devices

#endif  // DMAR_DEVICES_TESTS_AHCI_DRIVER_HPP
