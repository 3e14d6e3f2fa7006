// SPDX-License-Identifier: Apache-2.0
// Configuration space of a type 0 function: which bits software may change, base address registers,
// list of capabilities (PCI Local Bus 3.0, 6.1 and 6.2), and behind byte 256 the list of extended
// ones (PCI Express 5.0, 7.6).
#ifndef DMAR_DEVICES_CONFIG_SPACE_HPP
#define DMAR_DEVICES_CONFIG_SPACE_HPP

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>

#include "devices/pci_function.hpp"

namespace dmar::devices {

struct PciIdentity {
  std::uint16_t vendor = 0;
  std::uint16_t device = 0;
  std::uint8_t revision = 0;
  std::uint32_t class_code = 0;  // 24 bits: class, subclass, programming interface
  std::uint16_t subsystem_vendor = 0;
  std::uint16_t subsystem = 0;
  std::uint8_t interrupt_pin = 0;  // 0 none, 1 INTA
};

class ConfigSpace {
 public:
  static constexpr unsigned kBars = 6;
  static constexpr std::size_t kBytes = 4096;
  static constexpr std::size_t kFirstExtended = 256;

  // Where a BAR of a virtual function is; nothing while it is not decoded.
  using BarBase = std::function<std::optional<std::uint64_t>(unsigned bar)>;

  // With `bars` the space of a virtual function (PCI Express 5.0, 9.3.4): BARs, Memory Space
  // Enable, Interrupt Disable and Interrupt Line read 0, as whoever owns the function says where
  // its memory is.
  explicit ConfigSpace(const PciIdentity &identity, BarBase bars = nullptr);

  // As software sees it; `bytes` 1, 2 or 4, inside one dword. Other accesses read 0 and write
  // nothing.
  [[nodiscard]] std::uint32_t read(std::uint32_t offset, unsigned bytes) const;
  void write(std::uint32_t offset, unsigned bytes, std::uint32_t value);

  // What a device is made of. std::invalid_argument when it does not fit: BAR beyond the sixth or
  // taken, size not a power of two from 16 to 2 GiB; no room for the capability, or its body and
  // mask of different length.
  void add_memory_bar(unsigned bar, std::uint64_t bytes);
  // A register of the header that not every function has, up to 4 bytes.
  void add_register(std::size_t offset, unsigned bytes, std::uint32_t value,
                    std::uint32_t writable);
  // `body` follows id and next pointer; a 1 in `writable` is a bit that software may change.
  // Returns the offset of the capability.
  std::uint8_t add_capability(std::uint8_t id, std::span<const std::uint8_t> body,
                              std::span<const std::uint8_t> writable);

  // The same behind byte 256; `body` follows the header of 4 bytes. The bits of `sticky` keep their
  // value while the power stays on.
  std::uint16_t add_extended(std::uint16_t id, std::uint8_t version,
                             std::span<const std::uint8_t> body,
                             std::span<const std::uint8_t> writable,
                             std::span<const std::uint8_t> sticky = {});

  // Bits that a Function Level Reset leaves beyond sticky ones: they belong to what is around the
  // function (PCI Express 5.0, 6.6.2).
  void keep_over_function_reset(std::size_t offset, unsigned bytes, std::uint32_t bits);

  enum class Reset : std::uint8_t { kWhole, kHot, kFunctionLevel };
  // Every writable bit back to what it was when the device was built, but for sticky ones when the
  // power stays on.
  void reset(Reset kind = Reset::kWhole);

  [[nodiscard]] bool memory_enabled() const;
  [[nodiscard]] bool bus_master() const;
  [[nodiscard]] bool has_pin() const;
  [[nodiscard]] bool pin_disabled() const;      // command register, Interrupt Disable
  void show_pin(bool asserted);                 // status register, Interrupt Status
  [[nodiscard]] std::uint8_t pin_line() const;  // interrupt line, as firmware wrote it

  [[nodiscard]] PciBar bar(unsigned number) const;

  struct Hit {
    unsigned bar = 0;
    std::uint64_t offset = 0;
  };
  // The BAR that holds all of [address, address + bytes); nothing while memory is disabled.
  [[nodiscard]] std::optional<Hit> find(std::uint64_t address, unsigned bytes) const;

  // Fields of capabilities, past the mask: for the device, and for its read-only state.
  [[nodiscard]] std::uint16_t get16(std::size_t offset) const;
  [[nodiscard]] std::uint32_t get32(std::size_t offset) const;
  void put16(std::size_t offset, std::uint16_t value);
  void put32(std::size_t offset, std::uint32_t value);

 private:
  using Image = std::array<std::uint8_t, kBytes>;

  void put(std::size_t offset, unsigned bytes, std::uint32_t value);
  void mask(std::size_t offset, unsigned bytes, std::uint32_t value);
  [[nodiscard]] std::optional<std::uint64_t> base_of(unsigned bar) const;

  BarBase virtual_bars_;  // null: the function has registers of its own
  Image bytes_{};
  Image writable_{};
  Image sticky_{};
  Image kept_{};  // over a Function Level Reset
  Image at_reset_{};
  std::array<std::uint64_t, kBars> bar_bytes_{};  // 0: there is none
  std::size_t next_free_;                         // for the next capability
  std::size_t last_link_;                         // where its offset is to be written
  std::size_t next_extended_ = kFirstExtended;    // the same for extended ones
  std::size_t last_extended_ = 0;                 // the last of them; 0: there is none
};

}  // namespace dmar::devices

#endif  // DMAR_DEVICES_CONFIG_SPACE_HPP
