// SPDX-License-Identifier: Apache-2.0
// Vectors of the CPU, its local APIC, and the I/O APIC of the chipset.
#ifndef DMAR_BARE_INTERRUPTS_HPP
#define DMAR_BARE_INTERRUPTS_HPP

#include <stdint.h>

namespace dmar::bare {

inline constexpr uint8_t kMsiVector = 0x41;
inline constexpr uint8_t kPinVector = 0x51;
inline constexpr uint8_t kFaultVector = 0x61;
inline constexpr uint8_t kForeignVector = 0x71;  // nothing may arrive here

// Vectors and local APIC ready, legacy interrupt controllers silent, interrupts on.
void interrupts_start();
// How many arrived so far.
uint32_t arrived(uint8_t vector);
// Called at each pin interrupt before its end, to make the device release the pin.
void on_pin(void (*release)());

uint8_t local_apic_id();

// Entry of an input of the I/O APIC in remappable format: level, active low.
void route_pin(unsigned input, unsigned index);
void mask_pin(unsigned input);

}  // namespace dmar::bare

#endif  // DMAR_BARE_INTERRUPTS_HPP
