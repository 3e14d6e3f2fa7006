// SPDX-License-Identifier: Apache-2.0
// See vm_result.hpp.
#include "vm_result.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "grouped.hpp"
#include "vm_bounce.hpp"
#include "vms_summary.hpp"

namespace dmar::sim {

namespace {

using Why = cosim::MachineEnd::Why;

// Reported by the guest in the self-test, at least.
constexpr std::size_t kDmaFaults = 3;
constexpr std::size_t kInterruptFaults = 1;

void add_end(const VmResult &result, std::vector<std::string> &out) {
  const cosim::MachineEnd &end = result.end;
  switch (end.why) {
    case Why::kGuest:
      break;
    case Why::kTimeout:
      out.push_back(fmt::format("the guest was not done after {:.0f} s", end.seconds));
      break;
    case Why::kMismatch:
      out.emplace_back("the guest was ended at the mismatch; --keep-going lets it go on");
      break;
    case Why::kInterrupted:
      out.emplace_back("interrupted");
      break;
    case Why::kBroken:
      out.push_back(end.detail);
      break;
  }
  if (!result.console.panic.empty()) {
    out.push_back(fmt::format("the guest's kernel stopped: {}", result.console.panic));
  }
}

// The exit device of bare-metal kernels makes odd statuses: 1 for a value of 0, success. One that
// powers off without it has nothing to say; one that resets the machine has crashed.
void add_bare_metal(const VmResult &result, std::vector<std::string> &out) {
  const cosim::MachineEnd &end = result.end;
  const int status = end.qemu.status;
  const bool powered_off = status == 0 && end.shutdown_reason == "guest-shutdown";
  if (end.why != Why::kGuest || status == 1 || powered_off) return;
  out.push_back(status == 0 ? fmt::format("the guest ended by {}", end.shutdown_reason)
                            : fmt::format("the guest ended with value {} (QEMU status {})",
                                          status / 2, status));
}

bool untranslated(const VmResult &result) {
  return result.options.passthrough || result.options.no_dma_remapping;
}

void add_traffic(const VmResult &result, std::vector<std::string> &out) {
  const cosim::Statistics did = result.statistics();
  const auto require = [&out](bool good, const char *what) {
    if (!good) out.emplace_back(what);
  };
  if (untranslated(result)) {
    require(did.dma_identity != 0, "the unit passed no DMA through");
  } else {
    require(did.dma_translated != 0, "the unit translated no DMA");
  }
  if (!result.options.no_dma_remapping || !result.options.no_intremap) {
    require(did.invalidations() != 0, "the unit carried out no invalidation");
  }
  if (!result.options.no_intremap) {
    require(did.interrupts_remapped != 0, "the unit remapped no interrupt");
  }
}

void add_device_tlbs(const VmResult &result, std::vector<std::string> &out) {
  const cosim::Statistics did = result.statistics();
  if (did.translations_granted == 0) out.emplace_back("the unit granted no translation");
  if (did.dma_by_device_tlb == 0) out.emplace_back("the unit saw no translated request");
  if (did.device_tlb_invalidations == 0) {
    out.emplace_back("the unit invalidated no device TLB");
  }
  for (const cosim::Segment::DeviceTlbUse &one : result.device_tlbs) {
    if (one.hits == 0) out.push_back(fmt::format("the device TLB of the {} had no hit", one.name));
    if (one.dropped == 0)
      out.push_back(fmt::format("the device TLB of the {} lost no entry", one.name));
  }
}

// Each of several units had its part.
void add_idle_units(const VmResult &result, std::vector<std::string> &out) {
  for (std::size_t i = 0; i < result.units.size(); ++i) {
    const UnitResult &unit = result.units[i];
    const bool has_function =
        std::ranges::find(result.functions, i, &FunctionResult::unit) != result.functions.end();
    if (has_function && unit.statistics.dma() == 0) {
      out.push_back(fmt::format("{} saw no DMA", unit.name));
    }
    // Without remapping there are few interrupts to be made, and not by all functions.
    const bool must_interrupt = (has_function || unit.plan.ioapic) && !result.options.no_intremap;
    if (must_interrupt && unit.statistics.interrupts == 0) {
      out.push_back(fmt::format("{} saw no interrupt", unit.name));
    }
  }
}

void add_checks(const VmResult &result, std::vector<std::string> &out) {
  for (const guest::Check &check : result.console.checks) {
    if (!check.passed) out.push_back(fmt::format("guest: {}: {}", check.name, check.detail));
  }
  for (const guest::Check &check : result.disk_checks) {
    if (!check.passed) out.push_back(fmt::format("host: {}: {}", check.name, check.detail));
  }
}

void add_guest_report(const VmResult &result, std::vector<std::string> &out) {
  const guest::Console &console = result.console;
  if (!console.finished) out.emplace_back("the self-test of the guest did not come to its end");
  add_checks(result, out);
  if (!console.queued_invalidation && !result.options.no_dma_remapping)
    out.emplace_back("the guest does not use queued invalidation");
  if (!result.options.no_intremap && !console.interrupt_remapping) {
    out.emplace_back("the guest did not enable interrupt remapping");
  }
  if (result.kind != GuestKind::kSelfTest) return;
  const auto interrupts = static_cast<std::size_t>(
      std::ranges::count_if(console.faults, &guest::ReportedFault::interrupt));
  const std::size_t dma = console.faults.size() - interrupts;
  if (!untranslated(result) && dma < kDmaFaults) {
    out.push_back(fmt::format("the guest reported {} DMA faults, not {}", dma, kDmaFaults));
  }
  if (!result.options.no_intremap && interrupts < kInterruptFaults) {
    out.emplace_back("the guest reported no interrupt fault");
  }
}

void add_bounce_report(const VmResult &result, std::vector<std::string> &out) {
  if (!result.console.finished) out.emplace_back("the guest did not come to its end");
  add_checks(result, out);
  add_bounce_failures(result, out);
}

// Whether what is missing in its report is missing indeed.
bool had_its_time(const VmResult &result) {
  return result.end.why == Why::kGuest || result.console.finished;
}

}  // namespace

// What a guest did not come to is no fault of the unit: one that stopped, was ended or ran out of
// time has one cause.
std::vector<std::string> failures(const VmResult &result) {
  std::vector<std::string> out;
  if (const std::uint64_t count = result.mismatches(); count != 0) {
    out.push_back(fmt::format("{} mismatches between RTL and golden model", grouped(count)));
  }
  add_end(result, out);
  if (!result.console.panic.empty()) return out;
  if (result.kind == GuestKind::kMachines) add_attack_failures(result, out);
  if (result.kind == GuestKind::kSelfTest || result.kind == GuestKind::kMachines ||
      result.kind == GuestKind::kBounce) {
    if (had_its_time(result)) {
      if (result.kind == GuestKind::kBounce) {
        add_bounce_report(result, out);
      } else {
        add_guest_report(result, out);
      }
      add_traffic(result, out);
      if (result.kind != GuestKind::kBounce) add_idle_units(result, out);
      if (result.options.ats) add_device_tlbs(result, out);
    } else {
      add_checks(result, out);
    }
  }
  if (result.kind == GuestKind::kBareMetal) {
    add_bare_metal(result, out);
    add_checks(result, out);
  }
  for (const std::string &error : result.device_errors) out.push_back(error);
  if (result.wave_missed) out.emplace_back("the moment for the wave never came, none was written");
  return out;
}

}  // namespace dmar::sim
