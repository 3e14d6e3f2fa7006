// SPDX-License-Identifier: Apache-2.0
// Root, context and page tables of one domain with one device (VT-d 9), and interrupt entries.
#ifndef DMAR_BARE_TABLES_HPP
#define DMAR_BARE_TABLES_HPP

#include <stdint.h>

namespace dmar::bare::tables {

inline constexpr uint16_t kDomain = 1;
inline constexpr uint64_t kRead = 1;
inline constexpr uint64_t kWrite = 2;
inline constexpr uint64_t kLarge = 1 << 7;  // the 2 MiB page below 1 GiB ends here

// Empty page tables for the device; returns the root table.
const void *make(uint16_t source, bool four_levels);
// Addresses below 2 MiB by 4 KiB pages, above (below 1 GiB) by 2 MiB pages. Permissions 0: unmap.
void map(uint64_t address, const void *page, uint64_t permissions);
void map_large(uint64_t address, uint64_t physical, uint64_t permissions);

inline constexpr unsigned kInterruptEntriesLog2 = 8;
const void *interrupt_table();
// Edge or level, to one CPU by its id. `source` is checked when `check_source`.
void set_interrupt(unsigned index, uint8_t vector, uint8_t cpu, bool level, bool check_source,
                   uint16_t source);
// Address of a message that uses entry `index`.
uint32_t message_address(unsigned index);

}  // namespace dmar::bare::tables

#endif  // DMAR_BARE_TABLES_HPP
