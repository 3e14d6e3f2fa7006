// SPDX-License-Identifier: Apache-2.0
// Writes an interrupt-remapping table (VT-d 9.9) into memory, as a driver would. Nothing is
// checked: a test may ask for what is invalid. It invalidates nothing.
#ifndef DMAR_TABLES_INTERRUPT_TABLE_HPP
#define DMAR_TABLES_INTERRUPT_TABLE_HPP

#include <cstdint>

#include "dmar/types.hpp"
#include "memory/memory.hpp"

namespace dmar {

// Fields of an entry in remapped format (IM = 0).
struct InterruptEntry {
  bool present = true;
  bool fpd = false;
  bool logical = false;           // DM
  bool redirection_hint = false;  // RH
  bool level = false;             // TM
  unsigned delivery_mode = 0;     // DLM
  unsigned vector = 0x31;
  std::uint32_t destination = 0;   // DST as it stands in bits 63:32: xAPIC ids in bits 15:8
  SourceId source_id = {};         // SID
  unsigned source_qualifier = 0;   // SQ
  unsigned source_validation = 0;  // SVT: 0 none, 1 source id, 2 bus range

  [[nodiscard]] constexpr std::uint64_t lo() const {
    return std::uint64_t{present} | std::uint64_t{fpd} << 1 | std::uint64_t{logical} << 2 |
           std::uint64_t{redirection_hint} << 3 | std::uint64_t{level} << 4 |
           std::uint64_t{delivery_mode & 7} << 5 | std::uint64_t{vector & 0xFF} << 16 |
           std::uint64_t{destination} << 32;
  }
  [[nodiscard]] constexpr std::uint64_t hi() const {
    return std::uint64_t{source_id.raw()} | std::uint64_t{source_qualifier & 3} << 16 |
           std::uint64_t{source_validation & 3} << 18;
  }
};

class InterruptTable {
 public:
  // 2^(size_exponent+1) entries of 16 bytes from `base` on, 4 KiB aligned; all absent.
  InterruptTable(Memory &memory, HostAddr base, unsigned size_exponent)
      : memory_(memory), base_(base), size_exponent_(size_exponent) {}

  [[nodiscard]] HostAddr base() const { return base_; }
  [[nodiscard]] unsigned size_exponent() const { return size_exponent_; }
  [[nodiscard]] unsigned entries() const { return 2U << size_exponent_; }
  [[nodiscard]] HostAddr entry_address(unsigned index) const {
    return HostAddr(base_.raw() + 16ULL * index);
  }

  void set(unsigned index, const InterruptEntry &entry) { set_raw(index, entry.lo(), entry.hi()); }
  void set_raw(unsigned index, std::uint64_t lo, std::uint64_t hi) {
    memory_.write64(HostAddr(entry_address(index).raw() + 8), hi);
    memory_.write64(entry_address(index), lo);
  }
  void clear(unsigned index) { set_raw(index, 0, 0); }

 private:
  Memory &memory_;
  HostAddr base_;
  unsigned size_exponent_;
};

// A request in remappable format for `index`, by handle alone (VT-d 5.1.2.2).
constexpr Message remappable_message(unsigned index) {
  return {.address = 0xFEE0'0010ULL | std::uint64_t{index & 0x7FFF} << 5 |
                     std::uint64_t{(index >> 15) & 1} << 2,
          .data = 0};
}

// The same with a sub-handle, which is added to the handle.
constexpr Message remappable_message(unsigned handle, unsigned subhandle) {
  Message message = remappable_message(handle);
  message.address |= 8;
  message.data = subhandle;
  return message;
}

}  // namespace dmar

#endif  // DMAR_TABLES_INTERRUPT_TABLE_HPP
