// SPDX-License-Identifier: Apache-2.0
// See interrupts.hpp.
#include "interrupts.hpp"

#include "machine.hpp"

namespace dmar::bare {

namespace {

constexpr uint32_t kLocalApic = 0xFEE0'0000;
constexpr uint32_t kApicId = kLocalApic + 0x020;
constexpr uint32_t kApicEnd = kLocalApic + 0x0B0;
constexpr uint32_t kApicSpurious = kLocalApic + 0x0F0;
constexpr uint32_t kApicEnable = 1U << 8;
constexpr uint8_t kSpuriousVector = 0xFF;

constexpr uint32_t kChipsetIoApic = 0xFEC0'0000;
constexpr uint32_t kSecondIoApic = 0xFEC1'0000;
constexpr uint32_t kIoApicWindow = 0x10;
constexpr uint32_t kIoApicEnd = 0x40;
constexpr uint32_t kIoApicVersion = 0x01;
constexpr uint32_t kWithEndRegister = 0x20;  // versions from here on
constexpr uint32_t kFirstEntry = 0x10;       // two registers for each input
constexpr uint32_t kMasked = 1U << 16;
constexpr uint32_t kLevel = 1U << 15;
constexpr uint32_t kActiveLow = 1U << 13;
constexpr uint32_t kRemappable = 1U << 16;  // in the upper half

struct Frame;  // what the CPU pushed; nobody looks at it

struct [[gnu::packed]] Gate {
  uint16_t low;
  uint16_t segment;
  uint16_t attributes;
  uint16_t high;
};

struct [[gnu::packed]] GateTable {
  uint16_t limit;
  Gate *gates;
};

alignas(8) Gate gates[256];
volatile uint32_t counts[256];
void (*before_end[256])();
void (*after_end[256])();
uint32_t pci_io_apic = kChipsetIoApic;

template <uint8_t vector>
[[gnu::interrupt]] void handler(Frame *) {
  counts[vector] = counts[vector] + 1;
  if (before_end[vector] != nullptr) before_end[vector]();
  register32(kApicEnd) = 0;
  if (after_end[vector] != nullptr) after_end[vector]();
}

[[gnu::interrupt]] void spurious(Frame *) {}

[[gnu::interrupt]] void exception(Frame *) {
  check(false, "no exception of the CPU occurs");
  finish();
}

void set_gate(uint8_t vector, void (*function)(Frame *)) {
  const auto address = reinterpret_cast<uint32_t>(function);
  gates[vector] = {static_cast<uint16_t>(address), 0x08, 0x8E00,
                   static_cast<uint16_t>(address >> 16)};
}

uint32_t get_io_apic(uint32_t base, uint32_t index) {
  register32(base) = index;
  return register32(base + kIoApicWindow);
}

void set_io_apic(uint32_t base, uint32_t index, uint32_t value) {
  register32(base) = index;
  register32(base + kIoApicWindow) = value;
}

// Masked before it changes.
void set_entry(uint32_t base, unsigned input, unsigned index, uint32_t low) {
  const uint32_t entry = kFirstEntry + 2 * input;
  set_io_apic(base, entry, kLevel | kMasked);
  set_io_apic(base, entry + 1, kRemappable | (index & 0x7FFF) << 17);
  set_io_apic(base, entry, low | kLevel | kActiveLow | (index >> 15 & 1) << 11);
}

}  // namespace

void interrupts_start() {
  out8(0x21, 0xFF);  // both legacy controllers masked
  out8(0xA1, 0xFF);
  for (unsigned vector = 0; vector < 32; ++vector)
    set_gate(static_cast<uint8_t>(vector), exception);
  for (unsigned vector = 32; vector < 256; ++vector)
    set_gate(static_cast<uint8_t>(vector), spurious);
  set_gate(kMsiVector, handler<kMsiVector>);
  set_gate(kPinVector, handler<kPinVector>);
  set_gate(kFaultVector, handler<kFaultVector>);
  set_gate(kForeignVector, handler<kForeignVector>);
  set_gate(kLevelVector, handler<kLevelVector>);
  const GateTable table = {sizeof gates - 1, gates};
  asm volatile("lidt %0" : : "m"(table));
  register32(kApicSpurious) = kApicEnable | kSpuriousVector;
  // Where there is nothing all bits read alike.
  const uint32_t second = get_io_apic(kSecondIoApic, kIoApicVersion);
  if (second != 0 && second != 0xFFFF'FFFF) pci_io_apic = kSecondIoApic;
  asm volatile("sti");
}

uint32_t arrived(uint8_t vector) { return counts[vector]; }

void on_interrupt(uint8_t vector, void (*before)(), void (*after)()) {
  before_end[vector] = before;
  after_end[vector] = after;
}

uint8_t local_apic_id() { return static_cast<uint8_t>(register32(kApicId) >> 24); }

void route_pin(unsigned input, unsigned index) {
  // The vector is the one of the remapping table too: by it the end of interrupt finds the entry.
  set_entry(kChipsetIoApic, input, index, kPinVector);
}

void mask_pin(unsigned input) { set_io_apic(kChipsetIoApic, kFirstEntry + 2 * input, kMasked); }

namespace io_apic {

bool ends_by_register() {
  return (get_io_apic(pci_io_apic, kIoApicVersion) & 0xFF) >= kWithEndRegister;
}

void route(unsigned input, unsigned index, uint8_t vector, bool masked) {
  set_entry(pci_io_apic, input, index, vector | (masked ? kMasked : 0));
}

void mask(unsigned input) {
  const uint32_t entry = kFirstEntry + 2 * input;
  set_io_apic(pci_io_apic, entry, get_io_apic(pci_io_apic, entry) | kMasked);
}

void end(uint8_t vector) { register32(pci_io_apic + kIoApicEnd) = vector; }

}  // namespace io_apic

}  // namespace dmar::bare
