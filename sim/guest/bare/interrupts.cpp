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

constexpr uint32_t kIoApicIndex = 0xFEC0'0000;
constexpr uint32_t kIoApicWindow = kIoApicIndex + 0x10;
constexpr uint32_t kFirstEntry = 0x10;  // two registers for each input
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
void (*release_pin)() = nullptr;

template <uint8_t vector>
[[gnu::interrupt]] void handler(Frame *) {
  counts[vector] = counts[vector] + 1;
  if (vector == kPinVector && release_pin != nullptr) release_pin();
  register32(kApicEnd) = 0;
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

void set_io_apic(uint32_t index, uint32_t value) {
  register32(kIoApicIndex) = index;
  register32(kIoApicWindow) = value;
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
  const GateTable table = {sizeof gates - 1, gates};
  asm volatile("lidt %0" : : "m"(table));
  register32(kApicSpurious) = kApicEnable | kSpuriousVector;
  asm volatile("sti");
}

uint32_t arrived(uint8_t vector) { return counts[vector]; }

void on_pin(void (*release)()) { release_pin = release; }

uint8_t local_apic_id() { return static_cast<uint8_t>(register32(kApicId) >> 24); }

void route_pin(unsigned input, unsigned index) {
  const uint32_t entry = kFirstEntry + 2 * input;
  set_io_apic(entry + 1, kRemappable | (index & 0x7FFF) << 17);
  // The vector is the one of the remapping table too: by it the end of interrupt finds the entry.
  set_io_apic(entry, kLevel | kActiveLow | (index >> 15 & 1) << 11 | kPinVector);
}

void mask_pin(unsigned input) { set_io_apic(kFirstEntry + 2 * input, kMasked); }

}  // namespace dmar::bare
