// SPDX-License-Identifier: Apache-2.0
// See tables.hpp.
#include "tables.hpp"

namespace dmar::bare::tables {

namespace {

constexpr unsigned kEntries = 512;
constexpr uint64_t kPresent = 1;

struct Pair {
  uint64_t low;
  uint64_t high;
};

alignas(4096) Pair root[256];
alignas(4096) Pair context[256];
alignas(4096) uint64_t level4[kEntries];
alignas(4096) uint64_t level3[kEntries];
alignas(4096) uint64_t level2[kEntries];
alignas(4096) uint64_t level1[kEntries];
alignas(4096) Pair interrupts[1U << kInterruptEntriesLog2];

uint64_t address_of(const void *object) { return reinterpret_cast<uint32_t>(object); }

}  // namespace

const void *make(uint16_t source, bool four_levels) {
  level4[0] = address_of(level3) | kRead | kWrite;
  level3[0] = address_of(level2) | kRead | kWrite;
  level2[0] = address_of(level1) | kRead | kWrite;
  root[source >> 8] = {address_of(context) | kPresent, 0};
  const uint64_t width = four_levels ? 2 : 1;
  context[source & 0xFF] = {address_of(four_levels ? level4 : level3) | kPresent,
                            width | static_cast<uint64_t>(kDomain) << 8};
  return root;
}

void map(uint64_t address, const void *page, uint64_t permissions) {
  level1[static_cast<uint32_t>(address) >> 12] =
      permissions == 0 ? 0 : address_of(page) | permissions;
}

void map_large(uint64_t address, uint64_t physical, uint64_t permissions) {
  level2[static_cast<uint32_t>(address) >> 21] =
      permissions == 0 ? 0 : physical | permissions | kLarge;
}

const void *interrupt_table() { return interrupts; }

void set_interrupt(unsigned index, uint8_t vector, uint8_t cpu, bool level, bool check_source,
                   uint16_t source) {
  const uint32_t low = static_cast<uint32_t>(vector) << 16 | (level ? 1U << 4 : 0) | kPresent;
  const uint64_t high = (check_source ? 1U << 18 : 0) | source;
  interrupts[index] = {static_cast<uint64_t>(cpu) << 40 | low, high};
}

uint32_t message_address(unsigned index) {
  return 0xFEE0'0000 | (index & 0x7FFF) << 5 | 1U << 4 | (index >> 15 & 1) << 2;
}

}  // namespace dmar::bare::tables
