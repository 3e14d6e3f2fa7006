// SPDX-License-Identifier: Apache-2.0
// The subcommands of the agent. Each returns false when its arguments are wrong.
#ifndef DMAR_AGENT_COMMANDS_HPP
#define DMAR_AGENT_COMMANDS_HPP

#include <span>
#include <string_view>

namespace dmar::agent {

using Arguments = std::span<const char *const>;

// A number as in C, nothing behind it; false when it is none.
bool parse_number(const char *text, unsigned long long &number);

bool bounce_command(Arguments arguments);   // DISK MEBIBYTES
bool data_command(Arguments arguments);     // SEED BYTES: bytes to standard output
bool dma_command(Arguments arguments);      // read|write ADDRESS COUNT
bool message_command(Arguments arguments);  // ADDRESS DATA
bool provoke_command(Arguments arguments);
bool device_tlb_command(Arguments arguments);         // KIND TIMES [disk]
bool attack_command(Arguments arguments);             // read|write ADDRESS NAME
bool attack_interrupts_command(Arguments arguments);  // FIRST COUNT NAME
bool attack_compatible_command(Arguments arguments);  // NAME
bool attack_control_command(Arguments arguments);     // NAME
bool stray_command(Arguments arguments);              // ADDRESS PAUSE
bool flood_command(Arguments arguments);              // ADDRESS PAUSE
bool stray_end_command(Arguments arguments);          // blocked|arrived NAME
bool reach_command(Arguments arguments);              // ADDRESS NAME
bool occupy_command(Arguments arguments);             // MEGABYTES FILE NAME
bool host_address_command(Arguments arguments);       // PID PART ADDRESS
bool physical_command(Arguments arguments);           // ADDRESS COUNT
bool keep_command(Arguments arguments);               // FILE NAME
bool kernel_page_command(Arguments arguments);        // ABOVE
bool log_has_command(Arguments arguments);            // SECONDS MARK PART...
bool relay_command(Arguments arguments);              // NAME FILE
bool wait_line_command(Arguments arguments);          // FILE SECONDS TEXT
bool secret_command(Arguments arguments);             // FILE
void test_dma();
void test_reserved();
void test_messages();
void test_provoke();
void test_vfio();

}  // namespace dmar::agent

#endif  // DMAR_AGENT_COMMANDS_HPP
