// SPDX-License-Identifier: Apache-2.0
// Results out of the serial console of a guest; see guest.hpp. sim/guest/init describes the lines
// of the guest's own programs.
#include <cctype>
#include <cstdlib>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>

#include "guest/console_fault.hpp"
#include "guest/guest.hpp"

namespace dmar::guest {

namespace {

bool begins(std::string_view text, std::string_view with) {
  return text.substr(0, with.size()) == with;
}

// Length of a time stamp "[   12.345678] " at the start of `text`, 0 when there is none.
std::size_t stamp_length(std::string_view text) {
  if (!begins(text, "[")) return 0;
  const std::size_t close = text.find(']');
  if (close == std::string_view::npos || close + 1 >= text.size() || text[close + 1] != ' ')
    return 0;
  bool point = false;
  for (const char character : text.substr(1, close - 1)) {
    if (character == '.') {
      point = true;
    } else if (character != ' ' && std::isdigit(static_cast<unsigned char>(character)) == 0) {
      return 0;
    }
  }
  return point ? close + 2 : 0;
}

}  // namespace

// Kernel messages may start behind unfinished output of a program, so the last stamp counts. But a
// line of a virtual machine has a stamp of its own, behind that of the host.
std::string_view message_of(std::string_view line) {
  if (const std::size_t machine = line.find("dmar-vm: "); machine != std::string_view::npos) {
    return line.substr(machine);
  }
  for (std::size_t at = line.rfind('['); at != std::string_view::npos;) {
    if (const std::size_t length = stamp_length(line.substr(at)); length != 0) {
      return line.substr(at + length);
    }
    if (at == 0) break;
    at = line.rfind('[', at - 1);
  }
  return line;
}

namespace {

std::optional<std::string_view> behind(std::string_view message, std::string_view marker) {
  if (!begins(message, marker)) return std::nullopt;
  return message.substr(marker.size());
}

// "NAME: DETAIL"; names have no colon.
Check named(std::string_view text, bool passed) {
  const std::size_t colon = text.find(": ");
  Check check{std::string(text.substr(0, colon)), passed, {}};
  if (colon != std::string_view::npos) check.detail = text.substr(colon + 2);
  return check;
}

void read_check(const std::string &machine, std::string_view text, Console &console) {
  const auto of_machine = [&machine](Check check) {
    check.name = machine + check.name;
    return check;
  };
  if (const auto passed = behind(text, "PASS ")) {
    console.checks.push_back(of_machine({std::string(*passed), true, {}}));
  } else if (const auto failed = behind(text, "FAIL ")) {
    console.checks.push_back(of_machine(named(*failed, false)));
  } else if (const auto skipped = behind(text, "SKIP ")) {
    console.skipped.push_back(of_machine(named(*skipped, true)));
  } else {
    console.checks.push_back({"a line of results is readable", false, std::string(text)});
  }
}

// `machine`: "user/" before the names of its disks, empty for the guest itself.
void read_checksum(const std::string &machine, std::string_view text, Console &console) {
  std::istringstream words{std::string(text)};
  Checksum sum;
  if (!(words >> sum.disk >> sum.file >> sum.sha256)) return;
  sum.disk = machine + sum.disk;
  console.checksums.push_back(sum);
}

void read_disk(const std::string &machine, std::string_view text, Console &console) {
  std::istringstream words{std::string(text)};
  GuestDisk disk;
  if (!(words >> disk.name >> disk.uuid)) return;
  disk.name = machine + disk.name;
  console.disks.push_back(disk);
}

// "NAME; WHERE; REPORT"
void read_attack(std::string_view text, Console &console) {
  const std::size_t where = text.find("; ");
  const std::size_t report = where == std::string_view::npos ? where : text.find("; ", where + 2);
  if (report == std::string_view::npos) {
    console.checks.push_back({"a line of results is readable", false, std::string(text)});
    return;
  }
  const std::string number(text.substr(where + 2, report - where - 2));
  console.attacks.push_back({std::string(text.substr(0, where)),
                             std::strtoull(number.c_str(), nullptr, 0),
                             std::string(text.substr(report + 2))});
}

void read_panic(const std::string &machine, std::string_view message, Console &console) {
  if (console.panic.empty()) console.panic = machine + std::string(message);
}

// "NAME: LINE", where LINE is a line of that machine's console.
void read_machine(std::string_view text, Console &console) {
  const std::size_t colon = text.find(": ");
  if (colon == std::string_view::npos) return;
  const std::string name(text.substr(0, colon));
  const std::string_view message = message_of(text.substr(colon + 2));
  if (const auto check = behind(message, "dmar-check: ")) {
    read_check(name + ": ", *check, console);
  } else if (const auto sum = behind(message, "dmar-checksum: ")) {
    read_checksum(name + "/", *sum, console);
  } else if (const auto disk = behind(message, "dmar-disk: ")) {
    read_disk(name + "/", *disk, console);
  } else if (begins(message, "Kernel panic - not syncing")) {
    read_panic(name + ": ", message, console);
  }
}

void read_bounce(std::string_view text, Console &console) {
  std::istringstream words{std::string(text)};
  BounceRun run;
  if (words >> run.direction >> run.megabytes >> run.microseconds >> run.busy_microseconds >>
      run.buffers >> run.buffer_bytes >> run.copies >> run.copied_bytes) {
    console.bounces.push_back(run);
  }
}

void read_message(std::string_view message, Console &console) {
  if (const auto check = behind(message, "dmar-check: ")) {
    read_check("", *check, console);
  } else if (const auto machine = behind(message, "dmar-vm: ")) {
    read_machine(*machine, console);
  } else if (const auto attack = behind(message, "dmar-attack: ")) {
    read_attack(*attack, console);
  } else if (const auto sum = behind(message, "dmar-checksum: ")) {
    read_checksum("", *sum, console);
  } else if (const auto disk = behind(message, "dmar-disk: ")) {
    read_disk("", *disk, console);
  } else if (const auto bounce = behind(message, "dmar-bounce: ")) {
    read_bounce(*bounce, console);
  } else if (const auto domain = behind(message, "dmar-bounce-domain: ")) {
    console.bounce_domain = *domain;
  } else if (message == "dmar-end") {
    console.finished = true;
  } else if (begins(message, "Kernel panic - not syncing")) {
    read_panic("", message, console);
  } else if (begins(message, "reboot: Power down")) {
    console.power_down = true;
  } else if (begins(message, "DMAR: ") || begins(message, "DMAR-IR: ")) {
    if (auto fault = parse_fault(message)) {
      console.faults.push_back(std::move(*fault));
      return;
    }
    console.dmar_lines.emplace_back(message);
    if (message.find("Using Queued invalidation") != std::string_view::npos) {
      console.queued_invalidation = true;
    }
    if (message.find("Enabled IRQ remapping") != std::string_view::npos) {
      console.interrupt_remapping = true;
    }
  }
}

}  // namespace

Console read_console(std::string_view text) {
  Console console;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    while (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    read_message(message_of(line), console);
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return console;
}

}  // namespace dmar::guest
