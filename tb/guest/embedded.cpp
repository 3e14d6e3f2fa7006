// SPDX-License-Identifier: Apache-2.0
// See embedded.hpp. The assembler reads the files; C++20 has no directive for it.
#include "guest/embedded.hpp"

#include "guest/guest.hpp"

// clang-format off
#define DMAR_EMBED(symbol, file)         \
  asm(".pushsection .rodata\n"           \
      ".balign 16\n"                     \
      "dmar_guest_" #symbol "_begin:\n"  \
      ".incbin \"" file "\"\n"           \
      "dmar_guest_" #symbol "_end:\n"    \
      ".popsection\n");                  \
  extern "C" const std::uint8_t dmar_guest_##symbol##_begin[]; \
  extern "C" const std::uint8_t dmar_guest_##symbol##_end[]
// clang-format on

DMAR_EMBED(init, DMAR_GUEST_SOURCE "/init");
DMAR_EMBED(common, DMAR_GUEST_SOURCE "/common.sh");
DMAR_EMBED(vms_host, DMAR_GUEST_SOURCE "/vms/host");
DMAR_EMBED(vms_guest, DMAR_GUEST_SOURCE "/vms/guest");
DMAR_EMBED(vms_machines, DMAR_GUEST_SOURCE "/vms/machines.sh");
DMAR_EMBED(vms_attacks, DMAR_GUEST_SOURCE "/vms/attacks.sh");
DMAR_EMBED(vms_lives, DMAR_GUEST_SOURCE "/vms/lives.sh");
DMAR_EMBED(udhcpc, DMAR_GUEST_SOURCE "/vms/udhcpc.sh");
DMAR_EMBED(disk_test, DMAR_GUEST_SOURCE "/disk_test.sh");
DMAR_EMBED(vms_virtual, DMAR_GUEST_SOURCE "/vms/virtual.sh");
DMAR_EMBED(segment, DMAR_GUEST_SOURCE "/segment.sh");
DMAR_EMBED(sriov_test, DMAR_GUEST_SOURCE "/sriov_test.sh");
DMAR_EMBED(ats_test, DMAR_GUEST_SOURCE "/ats_test.sh");
DMAR_EMBED(help, DMAR_GUEST_SOURCE "/help.txt");
DMAR_EMBED(profile, DMAR_GUEST_SOURCE "/profile");
DMAR_EMBED(agent, DMAR_GUEST_BUILD "/agent");
DMAR_EMBED(bare, DMAR_GUEST_BUILD "/bare");

#define DMAR_EMBEDDED(symbol) \
  { dmar_guest_##symbol##_begin, dmar_guest_##symbol##_end }

namespace dmar::guest {

std::span<const std::uint8_t> init_script() { return DMAR_EMBEDDED(init); }
std::span<const std::uint8_t> common_script() { return DMAR_EMBEDDED(common); }
std::span<const std::uint8_t> vms_host_script() { return DMAR_EMBEDDED(vms_host); }
std::span<const std::uint8_t> vms_machines_script() { return DMAR_EMBEDDED(vms_machines); }
std::span<const std::uint8_t> vms_attacks_script() { return DMAR_EMBEDDED(vms_attacks); }
std::span<const std::uint8_t> vms_lives_script() { return DMAR_EMBEDDED(vms_lives); }
std::span<const std::uint8_t> vms_guest_script() { return DMAR_EMBEDDED(vms_guest); }
std::span<const std::uint8_t> udhcpc_script() { return DMAR_EMBEDDED(udhcpc); }
std::span<const std::uint8_t> disk_test_script() { return DMAR_EMBEDDED(disk_test); }
std::span<const std::uint8_t> vms_virtual_script() { return DMAR_EMBEDDED(vms_virtual); }
std::span<const std::uint8_t> segment_script() { return DMAR_EMBEDDED(segment); }
std::span<const std::uint8_t> ats_test_script() { return DMAR_EMBEDDED(ats_test); }
std::span<const std::uint8_t> sriov_test_script() { return DMAR_EMBEDDED(sriov_test); }
std::span<const std::uint8_t> help_text() { return DMAR_EMBEDDED(help); }
std::span<const std::uint8_t> shell_profile() { return DMAR_EMBEDDED(profile); }
std::span<const std::uint8_t> agent_program() { return DMAR_EMBEDDED(agent); }
std::span<const std::uint8_t> bare_kernel() { return DMAR_EMBEDDED(bare); }

}  // namespace dmar::guest
