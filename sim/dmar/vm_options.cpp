// SPDX-License-Identifier: Apache-2.0
// See vm_options.hpp.
#include "vm_options.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <filesystem>
#include <optional>
#include <system_error>

#include "backend.hpp"
#include "command.hpp"
#include "cosim/place.hpp"
#include "option_kinds.hpp"

namespace dmar::sim {

namespace {

// The configuration whose widest tables have this address width.
const char *config_of_width(unsigned width) {
  switch (width) {
    case 39:
      return "narrow";
    case 57:
      return "server";
    default:
      return "default";
  }
}

std::optional<std::uint64_t> parse_cycle(const std::string &text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

void require_readable(const char *option, const std::string &file) {
  std::error_code error;
  const bool folder = std::filesystem::is_directory(file, error);
  if (!file.empty() && (folder || ::access(file.c_str(), R_OK) != 0)) {
    throw UsageError(fmt::format("{} {}: cannot be read", option, file));
  }
}

// Below it a q35 machine has all of its memory below 4 GiB.
constexpr unsigned kHighMemory = 3072;  // MiB

void check_mapping(const VmOptions &options) {
  if (options.passthrough && options.no_dma_remapping) {
    throw UsageError("--passthrough and --no-dma-remapping: give one of them");
  }
  if (options.rmrr && options.no_dma_remapping) {
    throw UsageError(
        "--rmrr and --no-dma-remapping: a kernel that maps nothing maps no such memory");
  }
  if (!options.bounce) return;
  if (options.interactive || !options.initrd.empty() || !options.disks.empty() || options.bridge) {
    throw UsageError(
        "--bounce: measures a disk of its own; without --interactive, --initrd, "
        "--disk and --bridge");
  }
  if (options.memory < kHighMemory) {
    throw UsageError(
        fmt::format("--bounce: needs memory above 4 GiB: --memory {} or more", kHighMemory));
  }
}

void check_segment(const VmOptions &options) {
  if (!own_segment(options)) return;
  if (options.ats && !options.sriov.empty()) {
    throw UsageError("--ats and --sriov: there is one segment; give one of them");
  }
  const char *option = options.ats ? "--ats" : "--sriov";
  if (options.units >= cosim::place::kMaxUnits) {
    throw UsageError(fmt::format("{}: its segment needs a unit of its own; at most --units {}",
                                 option, cosim::place::kMaxUnits - 1));
  }
  const bool by_hand = options.interactive || !options.initrd.empty();
  if ((options.passthrough || options.no_dma_remapping) && !by_hand) {
    throw UsageError(
        fmt::format("{}: its tests need domains that translate; without --passthrough and "
                    "--no-dma-remapping",
                    option));
  }
  if (options.ats && options.bounce) {
    throw UsageError("--ats and --bounce: measures a disk of its own; give one of them");
  }
  if (options.ats && !config_named(config_of(options)).device_tlb) {
    throw UsageError(
        fmt::format("--ats: configuration {} knows no device TLBs (ECAP.DT)", config_of(options)));
  }
}

// The options of one group.
class Group {
 public:
  Group(CLI::App &command, const char *name) : command_(command), name_(name) {}

  CLI::Option *text(const char *option, std::string &value, const char *type,
                    const char *description) {
    return command_.add_option(option, value, description)->type_name(type)->group(name_);
  }
  template <class Number>
  CLI::Option *number(const char *option, Number &value, std::uint64_t least, std::uint64_t most,
                      const char *type, const char *description) {
    return command_.add_option(option, value, description)
        ->transform(whole_number(least, most))
        ->type_name(type)
        ->group(name_);
  }
  CLI::Option *flag(const char *option, bool &value, const char *description) {
    return command_.add_flag(option, value, description)->group(name_);
  }

 private:
  CLI::App &command_;
  const char *name_;
};

constexpr const char *kGuest = "Guest";
constexpr const char *kRemapping = "Remapping";
constexpr const char *kOutput = "Output";

void add_guest_options(CLI::App &command, VmOptions &options) {
  Group group(command, kGuest);
  group.text("--initrd", options.initrd, "FILE", "Instead of the self-test that is built in")
      ->check(is_a(OptionKind::kInput));
  group.text("--append", options.append, "TEXT", "More of the kernel command line")
      ->check(is_a(OptionKind::kAnyText));
  command
      .add_option("--disk", options.disks,
                  "Disk image, FILE, FILE,ro or FILE,ahci (behind an AHCI host adapter with 32-bit "
                  "addresses, not virtio); repeatable. The self-test works on a copy")
      ->check(is_a(OptionKind::kDisk))
      ->type_name("FILE")
      ->group(kGuest);
  group
      .number("--disks", options.test_disks, 1, 8, "N", "Disks that the self-test makes for itself")
      ->capture_default_str();
  group.text("--cpu", options.cpu, "MODEL",
             "CPU model of QEMU (default qemu64; max for bare metal)");
  group.flag("--interactive,-i", options.interactive,
             "A shell on the serial console (Ctrl-A X ends QEMU)");
  group.flag("--bounce", options.bounce,
             "Measure bounce buffers: --megabytes of data go between memory above 4 GiB and a "
             "disk that has\n32-bit addresses. Needs --memory 3072 or more");
}

void add_table_options(CLI::App &command, VmOptions &options) {
  Group group(command, kRemapping);
  group.flag("--passthrough", options.passthrough, "iommu=pt: pass-through context entries");
  group.flag("--no-dma-remapping", options.no_dma_remapping,
             "intel_iommu=off: the kernel leaves DMA as it is");
  group.flag("--no-intremap", options.no_intremap,
             "No interrupt remapping: the tables do not offer it");
  group.flag(
      "--rmrr", options.rmrr,
      "Firmware keeps memory for the DMA test device and the disks: the kernel has to map it "
      "as it\nis, and gives these devices to no program");
  group.flag("--bridge", options.bridge, "The first disk sits behind a PCIe-to-PCI bridge");
  CLI::Option *sriov =
      group.text("--sriov", options.sriov, "KIND",
                 "A function with four virtual ones, in a PCI segment with a unit of its own: edu, "
                 "net");
  sriov->check(CLI::IsMember({"edu", "net"}));
  group
      .flag("--ari", options.ari, "With --sriov: behind a root port, with alternative routing ids")
      ->needs(sriov);
  group.flag(
      "--ats", options.ats,
      "Functions that keep translations themselves (ATS), edu and a disk, in a PCI segment "
      "with a unit\nof its own; in place of --sriov. Without --config: configuration server");
}

void add_wave_options(CLI::App &command, VmOptions &options) {
  Group group(command, kOutput);
  CLI::Option *wave =
      group.text("--wave", options.wave, "FILE", "Write signals of the RTL to this FST file");
  wave->check(is_a(OptionKind::kWave));
  group
      .text("--wave-from", options.wave_from, "WHEN",
            "A cycle, or the first request of a kind: translated, fault, interrupt")
      ->capture_default_str()
      ->needs(wave);
  group
      .number("--wave-for", options.wave_for, 1, kMaxNumber, "CYCLES", "Cycles that the wave shows")
      ->capture_default_str()
      ->needs(wave);
}

}  // namespace

void add_emulator_options(CLI::App &command, VmOptions &options, bool bare_metal) {
  Group group(command, kGuest);
  group
      .text("--kernel", options.kernel, "FILE",
            bare_metal ? "Linux (default: the newest in /boot), or a bare-metal kernel"
                       : "Linux, of the host and the machines (default: the newest in /boot)")
      ->check(is_a(OptionKind::kInput));
  group
      .number("--megabytes", options.test_megabytes, 1, 256, "N", "Data that the self-test writes")
      ->capture_default_str();
  group.number("--memory", options.memory, 64, 65'536, "MIB", "Memory of the guest in MiB")
      ->capture_default_str();
  group.text("--qemu", options.qemu, "PROGRAM", "The emulator")
      ->check(is_a(OptionKind::kProgram))
      ->capture_default_str();
  group
      .text("--attach", options.attach, "WAY",
            "How devices get into QEMU: proxy (7.2) or vfio-user (10.1 and later); default: as it "
            "can")
      ->check(CLI::IsMember({"proxy", "vfio-user"}));
  command
      .add_option("--qemu-arg", options.qemu_arguments,
                  "One more word for the command line of QEMU; repeatable")
      ->check(is_a(OptionKind::kAnyText))
      ->type_name("WORD")
      ->allow_extra_args(false)
      ->group(kGuest);
  group.flag("--console", options.console, "Show the serial console while it runs");
  group.text("--console-log", options.console_log, "FILE", "Write the serial console to this file")
      ->check(is_a(OptionKind::kOutput));
  command
      .add_option(
          "--timeout", options.timeout,
          bare_metal
              ? "Seconds until the guest is ended (0: never; default 900, interactive: never)"
              : "Seconds until the host is ended (0: never; default 900)")
      ->transform(whole_number(0, kMaxSeconds))
      ->type_name("SECONDS")
      ->group(kGuest);
}

void add_unit_options(CLI::App &command, VmOptions &options) {
  Group group(command, kRemapping);
  group
      .number("--units", options.units, 1, cosim::place::kMaxUnits, "N",
              "Remapping units side by side, each with some of the devices")
      ->capture_default_str();
  group.flag("--strict", options.strict, "iommu.strict=1: an invalidation at each unmap");
  command
      .add_option("--aw", options.address_width,
                  "Widest tables of the unit: 39, 48 or 57 bits (configuration narrow, default, "
                  "server)")
      ->check(CLI::IsMember({39U, 48U, 57U}))
      ->type_name("BITS")
      ->group(kRemapping);
  group.text("--config", options.config, "NAME", "Model to run, see `dmar configs`");
  group
      .number("--mem-latency", options.memory_latency, 1, 100'000, "CYCLES",
              "Clock cycles from a memory request of the unit to its answer")
      ->capture_default_str();
  group.flag("--mem-reorder", options.memory_reorder,
             "Let memory answer requests of different IDs in any order");
  group.number("--seed", options.seed, 0, kMaxNumber, "N", "Seed of everything random")
      ->capture_default_str();
}

void add_result_options(CLI::App &command, VmOptions &options) {
  Group group(command, kOutput);
  group
      .text(
          "--record", options.record, "FILE",
          "Write a trace that `dmar run` and `dmar explain` take (.gz: compressed). Of more units: "
          "FILE is\nof the first, .unit1 and so on before the suffix of the others")
      ->check(is_a(OptionKind::kOutput));
  group.text("--json", options.json, "FILE", "Write the result to this file as JSON")
      ->check(is_a(OptionKind::kOutput));
  add_report_options(command, options.report, kOutput);
  group.flag("--keep-going", options.keep_going,
             "Go on after a mismatch between RTL and golden model (--interactive does)");
  group.flag("--checks", options.checks, "List every check that guest and host made");
  group.flag("--quiet", options.quiet, "Print mismatches, failed checks and errors only");
}

void add_vm_options(CLI::App &command, VmOptions &options) {
  add_guest_options(command, options);
  add_emulator_options(command, options, true);
  add_table_options(command, options);
  add_unit_options(command, options);
  add_wave_options(command, options);
  add_result_options(command, options);
}

std::string config_of(const VmOptions &options) {
  if (!options.config.empty()) return options.config;
  if (options.ats && options.address_width == 0) return "server";
  return config_of_width(options.address_width);
}

cosim::WaveOptions wave_of(const VmOptions &options) {
  using From = cosim::WaveOptions::From;
  cosim::WaveOptions wave{.file = options.wave, .cycles = options.wave_for};
  if (options.wave_from == "translated") {
    wave.from = From::kTranslated;
  } else if (options.wave_from == "fault") {
    wave.from = From::kFault;
  } else if (options.wave_from == "interrupt") {
    wave.from = From::kInterrupt;
  } else if (const auto cycle = parse_cycle(options.wave_from)) {
    wave.cycle = *cycle;
  } else {
    throw UsageError(
        fmt::format("--wave-from {}: neither a cycle nor one of translated, fault, interrupt",
                    options.wave_from));
  }
  return wave;
}

void check_vm_options(const VmOptions &options) {
  if (options.address_width != 0 && !options.config.empty()) {
    throw UsageError("--aw and --config both choose the configuration; give one of them");
  }
  const std::string config = config_of(options);
  const auto names = config_names();
  if (std::ranges::find(names, config) == names.end()) {
    throw UsageError(fmt::format(
        "--{}: this program was built without configuration {}; it has {} (`make build` "
        "builds all)",
        options.config.empty() ? fmt::format("aw {}", options.address_width) : "config " + config,
        config, fmt::join(names, ", ")));
  }
  if (options.interactive && options.console) {
    throw UsageError("--console: with --interactive the console is your terminal already");
  }
  if (options.interactive && !options.initrd.empty()) {
    throw UsageError("--interactive: the shell is in our own initramfs, which --initrd replaces");
  }
  check_mapping(options);
  check_segment(options);
  require_readable("--kernel", options.kernel);
  require_readable("--initrd", options.initrd);
  wave_of(options);
}

}  // namespace dmar::sim
