// SPDX-License-Identifier: Apache-2.0
// The PC without an operating system: ports, memory-mapped registers, time, serial port, end.
#ifndef DMAR_BARE_MACHINE_HPP
#define DMAR_BARE_MACHINE_HPP

#include <stdint.h>

namespace dmar::bare {

inline void out8(uint16_t port, uint8_t value) {
  asm volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}
inline void out32(uint16_t port, uint32_t value) {
  asm volatile("outl %0, %1" : : "a"(value), "Nd"(port));
}
inline uint8_t in8(uint16_t port) {
  uint8_t value;
  asm volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
  return value;
}
inline uint32_t in32(uint16_t port) {
  uint32_t value;
  asm volatile("inl %1, %0" : "=a"(value) : "Nd"(port));
  return value;
}

inline volatile uint32_t &register32(uint32_t address) {
  return *reinterpret_cast<volatile uint32_t *>(address);
}

// Tables in memory are as the devices are to see them.
inline void publish() { asm volatile("wbinvd" : : : "memory"); }

inline uint64_t time_stamp() {
  uint64_t value;
  asm volatile("rdtsc" : "=A"(value));
  return value;
}

// Polls until `done`, for some 10 s of a CPU with 2 GHz; returns whether it became true.
template <class Done>
bool wait_until(Done done, uint64_t ticks = 20'000'000'000) {
  const uint64_t start = time_stamp();
  while (!done()) {
    if (time_stamp() - start > ticks) return done();
    asm volatile("pause" : : : "memory");
  }
  return true;
}

void serial_start();
void print(const char *text);
void print_hex(uint64_t value);

// Result lines as of the Linux guest (sim/guest/init). Returns `passed`; `seen` is printed when it
// did not.
bool check(bool passed, const char *name, uint64_t seen = 0);
void skip(const char *name, const char *reason);
// Prints the end, and ends QEMU by its debug exit port: status 1 when every check passed, else 3.
[[noreturn]] void finish();

}  // namespace dmar::bare

#endif  // DMAR_BARE_MACHINE_HPP
