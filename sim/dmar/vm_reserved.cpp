// SPDX-License-Identifier: Apache-2.0
// See vm_reserved.hpp.
#include "vm_reserved.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <variant>

#include "golden/translate.hpp"

namespace dmar::sim {

namespace {

using cosim::Placement;

constexpr std::uint64_t kBase = 0xF'0000;
constexpr std::uint64_t kLimit = 0xF'FFFF;
constexpr std::uint32_t kBytes = 64;

bool has_reserved_memory(const Placement &placement) {
  return placement.kind != Placement::Kind::kNetwork && !placement.bridged;
}

// Where a request would end, in words; empty: at its own address.
std::string astray(const cosim::Lockstep &unit, const Request &request) {
  const golden::Verdict verdict = unit.would_be(request);
  const auto *translation = std::get_if<golden::Translation>(&verdict);
  const char *way = request.kind == AccessKind::kRead ? "read" : "write";
  if (translation == nullptr) {
    return fmt::format("a {} at {:#x} is blocked", way, request.address.raw());
  }
  if (translation->address.raw() == request.address.raw()) return "";
  return fmt::format("a {} at {:#x} goes to {:#x}", way, request.address.raw(),
                     translation->address.raw());
}

std::string astray(const cosim::Lockstep &unit, SourceId source) {
  for (const std::uint64_t address : {kBase, kLimit + 1 - kBytes}) {
    for (const AccessKind kind : {AccessKind::kRead, AccessKind::kWrite}) {
      const std::string what = astray(
          unit, {.source_id = source, .address = Iova(address), .kind = kind, .bytes = kBytes});
      if (!what.empty()) return what;
    }
  }
  return "";
}

std::string name_of(const Placement &placement) {
  return fmt::format("{} reaches its reserved memory as it is", placement.name);
}

}  // namespace

acpi::Rmrr reserved_memory(const std::vector<Placement> &placements) {
  acpi::Rmrr memory{.base = kBase, .limit = kLimit};
  for (const Placement &placement : placements) {
    if (!has_reserved_memory(placement)) continue;
    const auto device = static_cast<std::uint8_t>(placement.slot);
    memory.scopes.push_back({.path = {{.device = device, .function = 0}}});
  }
  return memory;
}

ReservedChecks::ReservedChecks(const std::vector<Placement> &placements) {
  for (const Placement &placement : placements) {
    if (has_reserved_memory(placement)) functions_.push_back({.placement = placement});
  }
}

void ReservedChecks::line(std::string_view line, cosim::Machine &machine) {
  const std::string_view message = guest::message_of(line);
  for (Function &function : functions_) {
    const Placement &placement = function.placement;
    const std::string said =
        fmt::format("dmar-reserved: {} {:#018x} {:#018x}", linux_address(placement), kBase, kLimit);
    if (message != said) continue;
    const std::string wrong = astray(machine.unit_of(placement).lockstep(), placement.source);
    function.check = {.name = name_of(placement), .passed = wrong.empty(), .detail = wrong};
  }
}

std::vector<guest::Check> ReservedChecks::take() {
  std::vector<guest::Check> checks;
  for (const Function &function : functions_) {
    checks.push_back(function.check.value_or(
        guest::Check{.name = name_of(function.placement),
                     .passed = false,
                     .detail = fmt::format("the guest knows of none at {:#x}", kBase)}));
  }
  return checks;
}

}  // namespace dmar::sim
