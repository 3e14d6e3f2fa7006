// SPDX-License-Identifier: Apache-2.0
// An I/O APIC with 24 inputs and an EOI register (version 20h), as chipsets have it: turns pins
// into interrupt messages, also in remappable format (VT-d 5.1.5.1).
#ifndef DMAR_DEVICES_IOAPIC_HPP
#define DMAR_DEVICES_IOAPIC_HPP

#include <array>
#include <cstdint>
#include <functional>

#include "dmar/types.hpp"

namespace dmar::devices {

// Registers: 00h index, 10h window, 40h EOI. Behind the index: 00h identification, 01h version, 02h
// arbitration, 10h + 2n and 11h + 2n the entry of input n.
class Ioapic {
 public:
  static constexpr unsigned kInputs = 24;
  static constexpr std::uint32_t kVersion = 0x0017'0020;

  using Send = std::function<void(const Message &)>;
  explicit Ioapic(Send send);

  // `offset` in its 4 KiB of memory; `bytes` 1, 2, 4 or 8, only the dword at `offset` counts. What
  // does not exist reads 0 and ignores writes.
  [[nodiscard]] std::uint64_t read(std::uint64_t offset, unsigned bytes) const;
  void write(std::uint64_t offset, unsigned bytes, std::uint64_t value);

  // `asserted` is logical: the polarity of an entry says how boards are wired and changes nothing
  // here. Inputs that do not exist are ignored.
  void set_pin(unsigned input, bool asserted);
  // End of interrupt, what a write of the EOI register does: every level-triggered entry with this
  // vector may send again.
  void end_of_interrupt(std::uint8_t vector);

  // All entries masked. Inputs stay as they are driven.
  void reset();

  [[nodiscard]] std::uint64_t entry(unsigned input) const { return entries_.at(input); }
  [[nodiscard]] bool asserted(unsigned input) const { return asserted_.at(input); }
  [[nodiscard]] std::uint64_t sent() const { return sent_; }  // messages

  // The message that `entry` (64 bits, as in the registers) asks for.
  static Message message_of(std::uint64_t entry);

 private:
  [[nodiscard]] std::uint32_t read_window() const;
  void write_window(std::uint32_t value);
  void send_if_level(unsigned input);
  void send(unsigned input);

  Send send_;
  std::uint8_t index_ = 0;
  std::uint32_t id_ = 0;
  std::array<std::uint64_t, kInputs> entries_{};
  std::array<bool, kInputs> asserted_{};
  std::uint64_t sent_ = 0;
};

}  // namespace dmar::devices

#endif  // DMAR_DEVICES_IOAPIC_HPP
