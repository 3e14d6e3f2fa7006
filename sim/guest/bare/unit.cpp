// SPDX-License-Identifier: Apache-2.0
// See unit.hpp.
#include "unit.hpp"

#include "machine.hpp"

namespace dmar::bare::unit {

namespace {

constexpr uint32_t kBase = 0xFED9'0000;
constexpr uint32_t kSecond = 0x1000;  // from kBase
constexpr uint32_t kVersion = 0x00;
constexpr uint32_t kCapability = 0x08;
constexpr uint32_t kExtendedCapability = 0x10;
constexpr uint32_t kCommand = 0x18;
constexpr uint32_t kStatus = 0x1C;
constexpr uint32_t kRoot = 0x20;
constexpr uint32_t kFaultStatus = 0x34;
constexpr uint32_t kEventControl = 0x38;
constexpr uint32_t kEventData = 0x3C;
constexpr uint32_t kEventAddress = 0x40;
constexpr uint32_t kEventUpper = 0x44;
constexpr uint32_t kQueueTail = 0x88;
constexpr uint32_t kQueueAddress = 0x90;
constexpr uint32_t kInterruptRoot = 0xB8;

constexpr uint32_t kEnables = kTranslation | kQueue | kInterrupts;
constexpr uint32_t kPending = 1U << 1;  // FSTS.PPF

// Descriptors (VT-d 6.5.2).
constexpr uint64_t kContextGlobal = 0x1 | 1 << 4;
constexpr uint64_t kTranslationGlobal = 0x2 | 1 << 4;
constexpr uint64_t kTranslationPage = 0x2 | 3 << 4;
constexpr uint64_t kDrain = 3 << 6;  // reads and writes before it
constexpr uint64_t kInterruptGlobal = 0x4;
constexpr uint64_t kWait = 0x5 | 1 << 5;  // writes a status

struct Descriptor {
  uint64_t low;
  uint64_t high;
};

constexpr unsigned kQueueEntries = 256;
alignas(4096) Descriptor queue[kQueueEntries];
unsigned tail = 0;
volatile uint32_t wait_status = 0;
uint32_t wait_number = 0;

volatile uint32_t &at(uint32_t offset) { return register32(kBase + offset); }

uint64_t read64(uint32_t offset) {
  return at(offset) | static_cast<uint64_t>(at(offset + 4)) << 32;
}

void write64(uint32_t offset, uint64_t value) {
  at(offset) = static_cast<uint32_t>(value);
  at(offset + 4) = static_cast<uint32_t>(value >> 32);
}

uint64_t address_of(const volatile void *object) { return reinterpret_cast<uint32_t>(object); }

void push(uint64_t low, uint64_t high) {
  queue[tail] = {low, high};
  tail = (tail + 1) % kQueueEntries;
}

bool submit(uint64_t low, uint64_t high) {
  ++wait_number;
  push(low, high);
  push(kWait | static_cast<uint64_t>(wait_number) << 32, address_of(&wait_status));
  publish();
  write64(kQueueTail, tail * sizeof(Descriptor));
  return wait_until([] { return wait_status == wait_number; });
}

}  // namespace

bool present() { return at(kVersion) != 0 && at(kVersion) != 0xFFFF'FFFF; }

bool second_present() { return at(kSecond) != 0 && at(kSecond) != 0xFFFF'FFFF; }

bool second_at_reset() {
  if (at(kSecond) != at(kVersion) || at(kSecond + kCapability) != at(kCapability)) return false;
  constexpr uint32_t kRegisters[] = {kStatus,       kRoot,      kFaultStatus,  kEventData,
                                     kEventAddress, kQueueTail, kQueueAddress, kInterruptRoot};
  for (const uint32_t offset : kRegisters) {
    if (at(kSecond + offset) != 0) return false;
  }
  return true;
}

Features features() {
  const uint64_t capability = read64(kCapability);
  const uint64_t extended = read64(kExtendedCapability);
  return {.queued_invalidation = (extended & 1 << 1) != 0,
          .interrupt_remapping = (extended & 1 << 3) != 0,
          .three_levels = (capability & 1 << 9) != 0,
          .four_levels = (capability & 1 << 10) != 0,
          .large_pages = (capability >> 32 & 1 << 2) != 0};
}

bool command(uint32_t bit) {
  publish();
  at(kCommand) = (at(kStatus) & kEnables) | bit;
  return wait_until([bit] { return (at(kStatus) & bit) != 0; });
}

bool disable(uint32_t bit) {
  at(kCommand) = at(kStatus) & kEnables & ~bit;
  return wait_until([bit] { return (at(kStatus) & bit) == 0; });
}

void set_root_table(const void *table) { write64(kRoot, address_of(table)); }

void set_interrupt_table(const void *table, unsigned entries_log2) {
  write64(kInterruptRoot, address_of(table) | (entries_log2 - 1));
}

bool start_queue() {
  write64(kQueueTail, 0);
  write64(kQueueAddress, address_of(queue));  // size 0: 256 descriptors
  return command(kQueue);
}

bool invalidate_contexts() { return submit(kContextGlobal, 0); }

bool invalidate_translations() { return submit(kTranslationGlobal | kDrain, 0); }

bool invalidate_page(uint16_t domain, uint64_t address) {
  return submit(kTranslationPage | kDrain | static_cast<uint64_t>(domain) << 16, address);
}

bool invalidate_interrupts() { return submit(kInterruptGlobal, 0); }

void send_events(uint8_t vector) {
  at(kEventData) = vector;
  at(kEventAddress) = 0xFEE0'0000;
  at(kEventUpper) = 0;
  at(kEventControl) = 0;  // not masked
}

Fault take_fault() {
  const uint32_t status = at(kFaultStatus);
  if ((status & kPending) == 0) return {};
  const auto capability = static_cast<uint32_t>(read64(kCapability) >> 24);
  const uint32_t record = (capability & 0x3FF) * 16 + (status >> 8 & 0xFF) * 16;
  const uint32_t high = at(record + 12);
  const Fault fault = {.valid = (high & 1U << 31) != 0,
                       .read = (high & 1U << 30) != 0,
                       .reason = static_cast<uint8_t>(high),
                       .source = static_cast<uint16_t>(at(record + 8)),
                       .information = read64(record)};
  at(record + 12) = 1U << 31;
  at(kFaultStatus) = status & 1;  // overflow, if any
  return fault;
}

}  // namespace dmar::bare::unit
