// SPDX-License-Identifier: Apache-2.0
// A device whose DMA and interrupts software makes by hand, compatible with QEMU's educational PCI
// device (its documentation, docs/specs/edu) and with registers beyond it for hostile accesses.
#ifndef DMAR_DEVICES_EDU_HPP
#define DMAR_DEVICES_EDU_HPP

#include <array>
#include <cstdint>
#include <functional>

#include "devices/msi.hpp"
#include "devices/pci_device.hpp"
#include "devices/stray_writer.hpp"

namespace dmar::devices {

// One 1 MiB memory BAR, one MSI vector with mask, INTA when MSI is disabled. Registers below 80h
// take 4-byte accesses; from 80h on 64-bit registers take 8 bytes or either half. Anything else
// reads all ones.
//
//   00h ro 32  identification 0100'00EDh
//   04h rw 32  liveness: reads the inverse of what was written
//   08h rw 32  factorial: write n, read n! modulo 2^32
//   20h rw 32  status: bit 0 computing (a computation takes no time, so it reads 0), bit 7
//   interrupt
//              when a factorial is ready
//   24h ro 32  interrupt status: 001h factorial, 100h DMA, others as raised
//   60h wo 32  raise: sets bits of the interrupt status and interrupts
//   64h wo 32  acknowledge: clears bits of the interrupt status
//   80h rw 64  DMA source           \  one is an address of the buffer, 4'0000h to 4'0FFFh,
//   88h rw 64  DMA destination      /  the other one any 64-bit bus address
//   90h rw 64  DMA count, bytes
//   98h rw 64  DMA command: bit 0 start, reads 1 until the transfer has ended; bit 1 direction, 0
//   to
//              the buffer, 1 from the buffer; bit 2 interrupt when done. DMA registers ignore
//              writes while a transfer runs.
// Not in QEMU's device:
//   A0h ro 32  how the last DMA ended: 0 okay, 1 blocked, 2 memory error, 3 not begun: the range
//              leaves the buffer, or the function is not a bus master
//   A8h rw 64  message address
//   B0h rw 32  message data: a write sends this DWORD to the message address
//   B4h ro 32  how the last message ended, as A0h; bit 31 set while one is under way
//   B8h wo 32  provoke: calls on_provoke with the value
//   BCh rw 32  stray writes to come: a write starts so many writes of the first 64 bytes of the
//              buffer to the DMA destination, one after the other, as a broken device does them: no
//              reset, power state or bit of the command register stops them, a write of 0 does
//   C0h ro 32  stray writes that have ended, since the last start of some
//   C4h ro 32  those of them that were blocked
//   C8h rw 32  microseconds between two of those that are started from now on, 0 at reset
class Edu : public PciDevice {
 public:
  static constexpr std::uint32_t kBarBytes = 1U << 20;
  static constexpr std::uint32_t kBuffer = 0x4'0000;
  static constexpr std::uint32_t kBufferBytes = 4096;

  explicit Edu(DmaPort &port, const PciPlace &place = {});

  // Installed by the machine; asks another part of it to misbehave.
  std::function<void(std::uint32_t)> on_provoke;

  struct Statistics {
    std::uint64_t transfers = 0;  // that ended, and the ends other than okay:
    std::uint64_t blocked = 0;
    std::uint64_t memory_errors = 0;
    std::uint64_t interrupts = 0;  // raised
  };
  [[nodiscard]] const Statistics &statistics() const { return statistics_; }
  [[nodiscard]] bool idle() const override { return PciDevice::idle() && stray_.idle(); }
  // For whoever takes the machine or the function away: no stray write starts any more, and nothing
  // tells of those that were.
  void silence() { stray_.forget(); }
  // The time, for pauses: microseconds since any moment.
  void tick(std::uint64_t now) { stray_.tick(now); }
  [[nodiscard]] const StrayWriter &stray() const { return stray_; }

 protected:
  std::uint64_t bar_read(unsigned bar, std::uint64_t offset, unsigned bytes) override;
  void bar_write(unsigned bar, std::uint64_t offset, unsigned bytes, std::uint64_t value) override;
  void after_config_write(std::uint32_t, unsigned) override { msi_.config_changed(); }
  void interrupts_reset() override { msi_.config_changed(); }
  void registers_reset() override;

 private:
  struct Dma {
    std::uint64_t source = 0;
    std::uint64_t destination = 0;
    std::uint64_t count = 0;
    std::uint64_t command = 0;
  };

  [[nodiscard]] std::uint32_t read32(std::uint64_t offset) const;
  void write32(std::uint64_t offset, std::uint32_t value);
  std::uint64_t *wide_register(std::uint64_t offset);
  void write_wide(std::uint64_t offset, unsigned bytes, std::uint64_t value);
  void start_stray_writes(std::uint32_t count);
  void compute_factorial(std::uint32_t n);
  void raise(std::uint32_t bits);
  void acknowledge(std::uint32_t bits);
  void start_dma();
  void end_dma(std::uint32_t status);
  Task<void> transfer(Dma dma);
  Task<void> send_message(Message message);

  Msi msi_;
  std::array<std::uint8_t, kBufferBytes> buffer_{};
  std::uint32_t liveness_ = 0;
  std::uint32_t factorial_ = 0;
  std::uint32_t status_ = 0;
  std::uint32_t interrupt_status_ = 0;
  Dma dma_;
  std::uint32_t dma_status_ = 0;
  std::uint64_t message_address_ = 0;
  std::uint32_t message_data_ = 0;
  std::uint32_t message_status_ = 0;
  std::uint32_t messages_under_way_ = 0;
  StrayWriter stray_;
  std::uint32_t stray_pause_ = 0;
  Statistics statistics_;
};

}  // namespace dmar::devices

#endif  // DMAR_DEVICES_EDU_HPP
