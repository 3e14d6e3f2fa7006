// SPDX-License-Identifier: Apache-2.0
// See vms_progress.hpp.
#include "vms_progress.hpp"

#include <fmt/core.h>

#include <array>
#include <utility>

#include "guest/guest.hpp"

namespace dmar::sim {

namespace {

struct Kind {
  std::string_view marker;  // at the start of a line of the guest
  std::string_view shown;   // in its place
  const char *color;
};

constexpr const char *kPlain = "\033[0m";
constexpr const char *kRed = "\033[31m";
constexpr const char *kGreen = "\033[32m";
constexpr const char *kYellow = "\033[33m";
constexpr std::array kKinds = {
    Kind{"dmar-check: PASS ", "ok    ", kGreen},
    Kind{"dmar-check: FAIL ", "FAIL  ", kRed},
    Kind{"dmar-check: SKIP ", "skip  ", kYellow},
    Kind{"dmar-info: ", "      ", kPlain},
    Kind{"DMAR: [", "fault [", kYellow},
    Kind{"DMAR-IR: [", "fault [", kYellow},
    Kind{"Kernel panic", "FAIL  Kernel panic", kRed},
};

std::string_view color_of(std::string_view machine) {
  if (machine == "services") return "\033[36m";
  if (machine == "user") return "\033[35m";
  return "\033[1m";
}

}  // namespace

std::optional<std::string> vms_line(std::string_view console_line, bool color) {
  std::string_view message = guest::message_of(console_line);
  std::string_view machine = "host";
  constexpr std::string_view kMachine = "dmar-vm: ";
  if (message.starts_with(kMachine)) {
    message.remove_prefix(kMachine.size());
    const std::size_t colon = message.find(": ");
    if (colon == std::string_view::npos) return std::nullopt;
    machine = message.substr(0, colon);
    message = guest::message_of(message.substr(colon + 2));
  }
  for (const Kind &kind : kKinds) {
    if (!message.starts_with(kind.marker)) continue;
    message.remove_prefix(kind.marker.size());
    if (!color) return fmt::format("{:<8} | {}{}", machine, kind.shown, message);
    return fmt::format("{}{:<8}{} | {}{}{}{}", color_of(machine), machine, kPlain, kind.color,
                       kind.shown, kPlain, message);
  }
  return std::nullopt;
}

}  // namespace dmar::sim
