// SPDX-License-Identifier: Apache-2.0
// What may appear at m_tbl (docs/integration.md): which client has which ID, and the bursts that it
// may make.
#ifndef DMAR_BENCH_TABLE_PORT_RULES_HPP
#define DMAR_BENCH_TABLE_PORT_RULES_HPP

#include <cstdint>
#include <string>

#include "bench/axi_memory.hpp"

namespace dmar::bench {

// AXI IDs at m_tbl
inline constexpr std::uint8_t kLastWalkId = 31;
inline constexpr std::uint8_t kQueueReadId = 32;
inline constexpr std::uint8_t kStatusWriteId = 33;
inline constexpr std::uint8_t kFaultEventId = 34;
inline constexpr std::uint8_t kCompletionEventId = 35;
inline constexpr std::uint8_t kPostingId = 36;
inline constexpr std::uint8_t kNotificationId = 37;

// A line of a leaf table, a posted descriptor, and the most that the queue reads at once.
inline constexpr unsigned kLineBytes = 64;

// True for an event message, which goes to an interrupt controller and not to memory.
constexpr bool is_event(const AxiAccess &access) {
  return access.write &&
         (access.address.id == kFaultEventId || access.address.id == kCompletionEventId ||
          access.address.id == kNotificationId);
}

// True when a beat of the burst holds this byte.
constexpr bool covers(const AddressBeat &burst, std::uint64_t byte) {
  for (unsigned index = 0; index <= burst.len; ++index) {
    const std::uint64_t first = beat_address(burst, index);
    const std::uint64_t end = beat_base(first, burst.size) + (std::uint64_t{1} << burst.size);
    if (first <= byte && byte < end) return true;
  }
  return false;
}

// The rule that this access breaks; empty when it breaks none. It has passed address_violation().
std::string table_port_violation(const AxiAccess &access, unsigned host_address_width);

}  // namespace dmar::bench

#endif  // DMAR_BENCH_TABLE_PORT_RULES_HPP
