// SPDX-License-Identifier: Apache-2.0
// See edu.hpp.
#include "edu.hpp"

#include "machine.hpp"

namespace dmar::bare::edu {

namespace {

constexpr uint16_t kConfigAddress = 0xCF8;
constexpr uint16_t kConfigData = 0xCFC;
constexpr uint32_t kIdentity = 0x11E8'1234;
constexpr uint32_t kFreeAddress = 0xFE00'0000;  // when nobody has placed BAR 0

constexpr unsigned kCommand = 0x04;
constexpr uint32_t kMemoryAndMaster = 0x6;
constexpr unsigned kBar0 = 0x10;
constexpr unsigned kCapabilities = 0x34;
constexpr unsigned kInterruptLine = 0x3C;
constexpr uint8_t kMsi = 0x05;
constexpr uint32_t kMsiEnable = 1U << 16;  // in the dword of the capability header
constexpr uint32_t kMsi64 = 1U << 23;

// Registers.
constexpr unsigned kRaise = 0x60;
constexpr unsigned kAcknowledge = 0x64;
constexpr unsigned kDmaSource = 0x80;
constexpr unsigned kDmaDestination = 0x88;
constexpr unsigned kDmaCount = 0x90;
constexpr unsigned kDmaCommand = 0x98;
constexpr unsigned kDmaEnd = 0xA0;
constexpr uint64_t kBuffer = 0x4'0000;
constexpr uint64_t kStart = 1;
constexpr uint64_t kToMemory = 2;

uint32_t bar = 0;

uint32_t config(unsigned offset) {
  out32(kConfigAddress, 0x8000'0000 | kSource << 8 | offset);
  return in32(kConfigData);
}

void set_config(unsigned offset, uint32_t value) {
  out32(kConfigAddress, 0x8000'0000 | kSource << 8 | offset);
  out32(kConfigData, value);
}

// These registers want all 8 bytes in one access, which a 32-bit program has in the FPU or MMX.
void set64(unsigned offset, uint64_t value) {
  asm volatile("movq %1, %%mm0\n\tmovq %%mm0, %0\n\temms"
               : "=m"(*reinterpret_cast<volatile uint64_t *>(bar + offset))
               : "m"(value)
               : "memory");
}

bool transfer(uint64_t source, uint64_t destination, uint32_t count, uint64_t command) {
  publish();
  set64(kDmaSource, source);
  set64(kDmaDestination, destination);
  set64(kDmaCount, count);
  set64(kDmaCommand, kStart | command);
  return wait_until([] { return (register32(bar + kDmaCommand) & kStart) == 0; });
}

unsigned msi_capability() {
  unsigned offset = config(kCapabilities) & 0xFC;
  while (offset != 0 && (config(offset) & 0xFF) != kMsi) offset = config(offset) >> 8 & 0xFC;
  return offset;
}

}  // namespace

bool start() {
  if (config(0) != kIdentity) return false;
  bar = config(kBar0) & ~0xFU;
  if (bar == 0) {
    bar = kFreeAddress;
    set_config(kBar0, bar);
  }
  set_config(kCommand, (config(kCommand) & 0xFFFF) | kMemoryAndMaster);
  return (register32(bar) & 0xFF) == 0xED;
}

bool hostile() { return register32(bar + kDmaEnd) != 0xFFFF'FFFF; }

bool from_memory(uint64_t address, uint32_t count) { return transfer(address, kBuffer, count, 0); }

bool to_memory(uint64_t address, uint32_t count) {
  return transfer(kBuffer, address, count, kToMemory);
}

void use_message(uint32_t address, uint32_t data) {
  const unsigned offset = msi_capability();
  const uint32_t header = config(offset);
  set_config(offset + 4, address);
  if ((header & kMsi64) != 0) {
    set_config(offset + 8, 0);
    set_config(offset + 12, data);
  } else {
    set_config(offset + 8, data);
  }
  set_config(offset, header | kMsiEnable);
}

void use_pin() {
  const unsigned offset = msi_capability();
  set_config(offset, config(offset) & ~kMsiEnable);
}

unsigned pin_input() {
  const uint32_t line = config(kInterruptLine);
  return (line >> 8 & 0xFF) == 0 ? 255 : line & 0xFF;  // without a pin the line means nothing
}

void raise() { register32(bar + kRaise) = 1; }

void release() { register32(bar + kAcknowledge) = 1; }

}  // namespace dmar::bare::edu
