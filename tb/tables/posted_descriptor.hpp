// SPDX-License-Identifier: Apache-2.0
// Posted interrupts as a hypervisor writes them: descriptors (VT-d 9.11) in memory and the entries
// of the interrupt table that name them (VT-d 9.10). Nothing is checked.
#ifndef DMAR_TABLES_POSTED_DESCRIPTOR_HPP
#define DMAR_TABLES_POSTED_DESCRIPTOR_HPP

#include <array>
#include <cstdint>

#include "dmar/types.hpp"
#include "memory/memory.hpp"

namespace dmar {

// An entry in posted format (IM = 1).
struct PostedEntry {
  bool present = true;
  bool fpd = false;
  bool urgent = false;     // URG
  unsigned vector = 0x31;  // VV
  HostAddr descriptor = {};
  SourceId source_id = {};         // SID
  unsigned source_qualifier = 0;   // SQ
  unsigned source_validation = 0;  // SVT

  [[nodiscard]] constexpr std::uint64_t lo() const {
    return std::uint64_t{present} | std::uint64_t{fpd} << 1 | std::uint64_t{urgent} << 14 |
           std::uint64_t{1} << 15 | std::uint64_t{vector & 0xFF} << 16 |
           (descriptor.raw() & 0xFFFF'FFC0) << 32;
  }
  [[nodiscard]] constexpr std::uint64_t hi() const {
    return std::uint64_t{source_id.raw()} | std::uint64_t{source_qualifier & 3} << 16 |
           std::uint64_t{source_validation & 3} << 18 | descriptor.raw() >> 32 << 32;
  }
};

class PostedDescriptor {
 public:
  static constexpr std::size_t kWords = 8;
  static constexpr std::uint64_t kOn = 1;  // in control()
  static constexpr std::uint64_t kSn = 2;

  // 64 bytes at `address`, aligned.
  PostedDescriptor(Memory &memory, HostAddr address) : memory_(memory), address_(address) {}

  [[nodiscard]] HostAddr address() const { return address_; }
  [[nodiscard]] HostAddr word_address(unsigned n) const {
    return HostAddr(address_.raw() + 8ULL * n);
  }
  [[nodiscard]] std::uint64_t word(unsigned n) const { return memory_.read64(word_address(n)); }
  void set_word(unsigned n, std::uint64_t value) { memory_.write64(word_address(n), value); }
  // ON, SN, NV and NDST.
  [[nodiscard]] std::uint64_t control() const { return word(4); }
  void set_control(std::uint64_t value) { set_word(4, value); }
  // NV `vector` to APIC id `id`, as it stands without EIME.
  static constexpr std::uint64_t notify(unsigned vector, unsigned id) {
    return std::uint64_t{vector} << 16 | std::uint64_t{id} << 40;
  }
  // No request pending, everything else 0.
  void clear(std::uint64_t control) {
    for (unsigned n = 0; n < kWords; ++n) set_word(n, n == 4 ? control : 0);
  }
  [[nodiscard]] std::array<std::uint64_t, kWords> words() const {
    std::array<std::uint64_t, kWords> all{};
    for (unsigned n = 0; n < kWords; ++n) all[n] = word(n);
    return all;
  }

 private:
  Memory &memory_;
  HostAddr address_;
};

}  // namespace dmar

#endif  // DMAR_TABLES_POSTED_DESCRIPTOR_HPP
