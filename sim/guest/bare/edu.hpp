// SPDX-License-Identifier: Apache-2.0
// The device of the tests, at 00:06.0: an edu (see sim/guest/agent/edu.hpp), by configuration
// mechanism 1.
#ifndef DMAR_BARE_EDU_HPP
#define DMAR_BARE_EDU_HPP

#include <stdint.h>

namespace dmar::bare::edu {

inline constexpr uint16_t kSource = 6 << 3;  // requester id

// Finds and enables it, gives BAR 0 an address when the firmware has not; false when there is none.
bool start();
// It has the registers that QEMU's own device lacks.
bool hostile();

// Moves up to 4095 bytes between the buffer of the device and bus address `address`. False when the
// transfer does not end. How it ended is not told here: memory and the unit have to show it.
bool from_memory(uint64_t address, uint32_t count);
bool to_memory(uint64_t address, uint32_t count);

void use_message(uint32_t address, uint32_t data);  // MSI on
void use_pin();                                     // MSI off
unsigned pin_input();  // of the I/O APIC, as the firmware noted it; 255: none
void raise();
void release();

}  // namespace dmar::bare::edu

#endif  // DMAR_BARE_EDU_HPP
