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

bool data_command(Arguments arguments);     // SEED BYTES: bytes to standard output
bool dma_command(Arguments arguments);      // read|write ADDRESS COUNT
bool message_command(Arguments arguments);  // ADDRESS DATA
bool provoke_command(Arguments arguments);
void test_dma();
void test_messages();
void test_provoke();
void test_vfio();

}  // namespace dmar::agent

#endif  // DMAR_AGENT_COMMANDS_HPP
