// SPDX-License-Identifier: Apache-2.0
// agent: drives the hostile device of the guest, from the test and by hand. Exit status 0: every
// check passed; 1: some did not; 2: the command is wrong.
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "commands.hpp"
#include "report.hpp"

namespace dmar::agent {

bool parse_number(const char *text, unsigned long long &number) {
  char *end = nullptr;
  errno = 0;
  number = std::strtoull(text, &end, 0);
  return end != text && *end == '\0' && errno == 0 && *text != '-';
}

namespace {

struct Test {
  const char *name;
  void (*run)();
  const char *what;
};

constexpr std::array kTests = {
    Test{"dma", test_dma, "DMA without permission"},
    Test{"reserved", test_reserved, "DMA to memory that firmware keeps for the device"},
    Test{"messages", test_messages, "interrupts without permission"},
    Test{"provoke", test_provoke, "a disk that misbehaves; writes to /dev/vda what is there"},
    Test{"vfio", test_vfio, "DMA and interrupts from a program, by VFIO"},
};

bool test_command(Arguments arguments) {
  for (const Test &test : kTests) {
    if (arguments.size() == 1 && std::strcmp(arguments[0], test.name) == 0) {
      test.run();
      return true;
    }
  }
  return false;
}

struct Command {
  const char *name;
  bool (*run)(Arguments);
  const char *usage;
};

constexpr std::array kCommands = {
    Command{"dma", dma_command, "read|write ADDRESS COUNT  DMA by edu, at most 4096 bytes"},
    Command{"message", message_command, "ADDRESS DATA             a DWORD write by edu"},
    Command{"provoke", provoke_command,
            "                         every disk writes to its source at its next write"},
    Command{
        "device-tlb", device_tlb_command,
        "KIND TIMES [disk]     that device TLB misbehaves: acknowledges-early, never-answers,\n"
        "                               answers-twice, wrong-tag, uses-after, forges-translated"},
    Command{"attack", attack_command, "read|write ADDRESS NAME  DMA by edu, has to be blocked"},
    Command{"attack-interrupts", attack_interrupts_command, "FIRST COUNT NAME: indices"},
    Command{"attack-compatible", attack_compatible_command, "NAME: compatibility format"},
    Command{"attack-control", attack_control_command, "NAME: DMA by edu to its own program"},
    Command{"stray", stray_command, "ADDRESS PAUSE           writes of edu that nothing stops"},
    Command{"flood", flood_command, "ADDRESS PAUSE           the same, whatever its buffer holds"},
    Command{"stray-end", stray_end_command, "blocked|arrived NAME: so they end; stops them"},
    Command{"reach", reach_command, "ADDRESS NAME            a read by edu that arrives"},
    Command{"occupy", occupy_command, "MEGABYTES FILE NAME: holds memory until FILE is there"},
    Command{"keep", keep_command, "FILE NAME               edu works by VFIO until FILE is there"},
    Command{"secret", secret_command, "FILE                   holds a page until FILE is there"},
    Command{"host-address", host_address_command, "PID PART ADDRESS: where that memory is"},
    Command{"physical", physical_command, "ADDRESS COUNT        bytes of memory in hexadecimal"},
    Command{"kernel-page", kernel_page_command, "ABOVE: a page of the kernel and what it holds"},
    Command{"log-has", log_has_command,
            "SECONDS MARK PART...  a message behind MARK with all PARTs"},
    Command{"relay", relay_command, "NAME FILE               standard input to the kernel log"},
    Command{"wait-line", wait_line_command, "FILE SECONDS TEXT: until a line of FILE ends so"},
    Command{"bounce", bounce_command,
            "DISK MEBIBYTES         moves data, counts bounce buffers; writes to DISK"},
    Command{"data", data_command, "SEED BYTES               pattern to standard output"},
    Command{"test", test_command, "NAME                     tests:"},
};

int usage() {
  std::fputs("usage:\n", stderr);
  for (const Command &command : kCommands) {
    std::fprintf(stderr, "  agent %-8s %s\n", command.name, command.usage);
  }
  for (const Test &test : kTests) std::fprintf(stderr, "    %-10s %s\n", test.name, test.what);
  return 2;
}

int run(Arguments arguments) {
  if (arguments.empty()) return usage();
  for (const Command &command : kCommands) {
    if (std::strcmp(arguments[0], command.name) != 0) continue;
    if (!command.run(arguments.subspan(1))) return usage();
    return all_passed() ? 0 : 1;
  }
  return usage();
}

}  // namespace

}  // namespace dmar::agent

int main(int argc, char **argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);  // a result is there when it is known
  return dmar::agent::run({argv + 1, static_cast<std::size_t>(argc > 0 ? argc - 1 : 0)});
}
