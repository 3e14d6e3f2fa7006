// SPDX-License-Identifier: Apache-2.0
// See machine.hpp.
#include "machine.hpp"

#include <stddef.h>

// The compiler may call these by itself.
extern "C" {
void *memset(void *to, int byte, size_t count) {
  for (size_t i = 0; i < count; ++i)
    static_cast<volatile uint8_t *>(to)[i] = static_cast<uint8_t>(byte);
  return to;
}
void *memcpy(void *to, const void *from, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    static_cast<volatile uint8_t *>(to)[i] = static_cast<const uint8_t *>(from)[i];
  }
  return to;
}
}

namespace dmar::bare {

namespace {

constexpr uint16_t kCom1 = 0x3F8;
constexpr uint16_t kExit = 0xF4;  // isa-debug-exit: QEMU ends with status 2 * value + 1

unsigned failures = 0;

void put(char character) {
  wait_until([] { return (in8(kCom1 + 5) & 0x20) != 0; });  // transmitter empty
  out8(kCom1, static_cast<uint8_t>(character));
}

}  // namespace

void serial_start() {
  out8(kCom1 + 1, 0x00);  // no interrupts
  out8(kCom1 + 3, 0x80);  // divisor:
  out8(kCom1 + 0, 0x01);  // 115200 baud
  out8(kCom1 + 1, 0x00);
  out8(kCom1 + 3, 0x03);  // 8 bits, no parity
  out8(kCom1 + 2, 0x07);  // FIFOs on and empty
}

void print(const char *text) {
  for (; *text != '\0'; ++text) {
    if (*text == '\n') put('\r');
    put(*text);
  }
}

void print_hex(uint64_t value) {
  print("0x");
  bool started = false;
  for (int nibble = 15; nibble >= 0; --nibble) {
    const auto half = static_cast<uint32_t>(nibble >= 8 ? value >> 32 : value);
    const unsigned digit = half >> 4 * (nibble % 8) & 0xF;
    started = started || digit != 0 || nibble == 0;
    if (started) put("0123456789abcdef"[digit]);
  }
}

bool check(bool passed, const char *name, uint64_t seen) {
  print(passed ? "dmar-check: PASS " : "dmar-check: FAIL ");
  print(name);
  if (!passed) {
    ++failures;
    print(": ");
    print_hex(seen);
  }
  print("\n");
  return passed;
}

void skip(const char *name, const char *reason) {
  print("dmar-check: SKIP ");
  print(name);
  print(": ");
  print(reason);
  print("\n");
}

void finish() {
  print("dmar-end\n");
  out32(kExit, failures == 0 ? 0 : 1);
  for (;;) asm volatile("cli; hlt");
}

}  // namespace dmar::bare
