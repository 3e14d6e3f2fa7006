// SPDX-License-Identifier: Apache-2.0
// Interrupt messages of a device that may not send them.
#include <optional>
#include <string>

#include "commands.hpp"
#include "edu.hpp"
#include "files.hpp"
#include "kernel_log.hpp"
#include "report.hpp"

namespace dmar::agent {

namespace {

constexpr double kFaultPatience = 30;             // seconds
constexpr std::uint64_t kMessages = 0xFEE0'0000;  // interrupt messages are writes to FEEx_xxxxh

// Address of a remappable request (VT-d 5.1.2.2) without subhandle.
std::uint64_t remappable(unsigned index) {
  return kMessages | (index & 0x7FFFULL) << 5 | 1ULL << 4 | (index >> 15 & 1ULL) << 2;
}

// Device interrupts so far, those of the unit and the console left out.
unsigned long device_interrupts() {
  return interrupt_count("i8042") + interrupt_count("rtc0") + interrupt_count("acpi") +
         interrupt_count("virtio");
}

void expect_fault(FoundEdu &found, std::uint64_t address, std::uint32_t data, unsigned reason,
                  const char *what) {
  KernelLog log;
  const std::string unit = found.device.unit();
  const unsigned long events = interrupt_count(unit);
  const unsigned long interrupts = device_interrupts();
  const Edu::End end = found.edu.send(address, data);
  check(end == Edu::End::kBlocked, text("%s ends as blocked", what), name_of(end));
  const bool reported = log.wait_for({"INTR-REMAP", "[" + found.device.place() + "]",
                                      text("[fault reason 0x%02x]", reason)},
                                     kFaultPatience)
                            .has_value();
  check(reported, text("%s is reported", what),
        text("no fault %02xh from the kernel; its last: ", reason) + log.last("DMAR"));
  check(interrupt_count(unit) > events, text("%s raises a fault event", what),
        "the count of " + unit + " in /proc/interrupts stays");
  check(device_interrupts() == interrupts, text("%s interrupts nobody", what),
        "a count in /proc/interrupts has grown");
}

}  // namespace

void test_messages() {
  std::optional<FoundEdu> found = open_edu();
  if (!found) return;
  if (!found->edu.hostile()) {
    skip("foreign interrupts are blocked", "this edu has no register for messages");
    return;
  }
  // Linux has a table of 65536 entries and uses them from the first on; that one belongs to the
  // IOAPIC.
  expect_fault(*found, remappable(0xABCD), 0, 0x22, "an interrupt without entry");
  expect_fault(*found, remappable(0), 0, 0x26, "an interrupt of another device");
  expect_fault(*found, kMessages, 0x99, 0x25, "an interrupt in compatibility format");
}

bool message_command(Arguments arguments) {
  unsigned long long address = 0;
  unsigned long long data = 0;
  if (arguments.size() != 2 || !parse_number(arguments[0], address) ||
      !parse_number(arguments[1], data) || data > 0xFFFF'FFFF) {
    return false;
  }
  std::optional<FoundEdu> found = open_edu();
  if (!found) return true;
  if (!found->edu.hostile()) {
    check(false, "edu sends messages", "this edu has no register for messages");
    return true;
  }
  info(text("message: %s", name_of(found->edu.send(address, static_cast<std::uint32_t>(data)))));
  return true;
}

}  // namespace dmar::agent
