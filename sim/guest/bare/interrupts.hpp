// SPDX-License-Identifier: Apache-2.0
// Vectors of the CPU, its local APIC, and the I/O APICs.
#ifndef DMAR_BARE_INTERRUPTS_HPP
#define DMAR_BARE_INTERRUPTS_HPP

#include <stdint.h>

namespace dmar::bare {

inline constexpr uint8_t kMsiVector = 0x41;
inline constexpr uint8_t kPinVector = 0x51;
inline constexpr uint8_t kFaultVector = 0x61;
inline constexpr uint8_t kForeignVector = 0x71;  // nothing may arrive here
inline constexpr uint8_t kLevelVector = 0x81;

// Vectors and local APIC ready, legacy interrupt controllers silent, interrupts on.
void interrupts_start();
// How many arrived so far.
uint32_t arrived(uint8_t vector);
// Called at each interrupt of this vector, with interrupts off, before the local APIC is told that
// it has ended, and after.
void on_interrupt(uint8_t vector, void (*before)(), void (*after)() = nullptr);

uint8_t local_apic_id();

// Entry of an input of the I/O APIC of the chipset in remappable format: level, active low.
void route_pin(unsigned input, unsigned index);
void mask_pin(unsigned input);

// The I/O APIC that takes the pins of PCI devices at inputs of their own, from 16 on: the second
// one at FEC1'0000h where there is one, else that of the chipset.
namespace io_apic {
bool ends_by_register();  // it has an EOI register
void route(unsigned input, unsigned index, uint8_t vector, bool masked);
void mask(unsigned input);
void end(uint8_t vector);  // the EOI register
}  // namespace io_apic

}  // namespace dmar::bare

#endif  // DMAR_BARE_INTERRUPTS_HPP
