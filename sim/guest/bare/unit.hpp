// SPDX-License-Identifier: Apache-2.0
// The remapping unit: registers (VT-d 11), commands, invalidation queue, fault records.
#ifndef DMAR_BARE_UNIT_HPP
#define DMAR_BARE_UNIT_HPP

#include <stdint.h>

namespace dmar::bare::unit {

// Bits of the global command and status registers.
inline constexpr uint32_t kTranslation = 1U << 31;
inline constexpr uint32_t kRootTable = 1U << 30;
inline constexpr uint32_t kQueue = 1U << 26;
inline constexpr uint32_t kInterrupts = 1U << 25;
inline constexpr uint32_t kInterruptTable = 1U << 24;

struct Features {
  bool queued_invalidation = false;
  bool interrupt_remapping = false;
  bool three_levels = false;
  bool four_levels = false;
  bool large_pages = false;  // 2 MiB
};

bool present();
// A second unit behind it, which no device of the test passes: its registers are at reset.
bool second_present();
bool second_at_reset();
Features features();

// Sets one bit of the command register and waits for it in the status register; enables that are
// on stay on.
bool command(uint32_t bit);
bool disable(uint32_t bit);
void set_root_table(const void *table);
void set_interrupt_table(const void *table, unsigned entries_log2);

// The queue on; then descriptors, each followed by a wait that writes memory. False when the wait
// does not end.
bool start_queue();
bool invalidate_contexts();
bool invalidate_translations();                           // all
bool invalidate_page(uint16_t domain, uint64_t address);  // one page
bool invalidate_interrupts();                             // all entries

struct Fault {
  bool valid = false;
  bool read = false;
  uint8_t reason = 0;
  uint16_t source = 0;
  uint64_t information = 0;  // page address, or the interrupt index in bits 63:48
};

// Fault events come to the local APIC with this vector.
void send_events(uint8_t vector);
// Takes the next pending fault out of the unit, clears its record and the status.
Fault take_fault();

}  // namespace dmar::bare::unit

#endif  // DMAR_BARE_UNIT_HPP
