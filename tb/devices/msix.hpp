// SPDX-License-Identifier: Apache-2.0
// The MSI-X capability with its table and pending bits, which lie in a BAR (PCI Local Bus 3.0,
// 6.8.2).
#ifndef DMAR_DEVICES_MSIX_HPP
#define DMAR_DEVICES_MSIX_HPP

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "devices/config_space.hpp"
#include "devices/message_sender.hpp"

namespace dmar::devices {

struct MsixPlace {
  unsigned bar = 0;
  std::uint32_t table = 0;    // offset in the BAR, a multiple of 8
  std::uint32_t pending = 0;  // likewise
};

class Msix {
 public:
  static constexpr unsigned kMaxVectors = 64;  // the pending bits are one word

  // std::invalid_argument: no vector or too many, offset not a multiple of 8.
  Msix(ConfigSpace &config, MessageSender &sender, unsigned vectors, const MsixPlace &place);

  [[nodiscard]] bool enabled() const;
  [[nodiscard]] unsigned vectors() const { return static_cast<unsigned>(entries_.size()); }
  [[nodiscard]] std::uint32_t table_bytes() const { return vectors() * 16; }

  // The message leaves now, or stays pending while the vector or the function is masked. Nothing
  // happens while MSI-X is disabled or for a vector that does not exist.
  void notify(unsigned vector);
  // Configuration space was written: what is pending may leave, or is no longer wanted when MSI-X
  // was disabled.
  void config_changed();
  // What is pending is no longer wanted.
  void withdraw() { pending_ = 0; }
  void reset();

  // `offset` from the start of the table and of the pending bits; `bytes` 4 or 8, aligned.
  // Anything else reads 0 and writes nothing.
  [[nodiscard]] std::uint64_t read_table(std::uint64_t offset, unsigned bytes) const;
  void write_table(std::uint64_t offset, unsigned bytes, std::uint64_t value);
  [[nodiscard]] std::uint64_t read_pending(std::uint64_t offset, unsigned bytes) const;

 private:
  using Entry = std::array<std::uint32_t, 4>;  // address, upper address, data, control

  void flush();

  ConfigSpace &config_;
  MessageSender &sender_;
  std::vector<Entry> entries_;
  std::uint64_t pending_ = 0;
  std::size_t base_ = 0;  // offset of the capability
};

}  // namespace dmar::devices

#endif  // DMAR_DEVICES_MSIX_HPP
