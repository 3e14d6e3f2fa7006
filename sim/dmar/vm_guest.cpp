// SPDX-License-Identifier: Apache-2.0
// See vm_guest.hpp.
#include "vm_guest.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <fstream>
#include <iterator>

#include "backend.hpp"
#include "disk_text.hpp"
#include "usage_error.hpp"

namespace dmar::sim {

namespace {

constexpr unsigned kAtsSeed = 1000;      // apart from those of the other disks
constexpr unsigned kDiskMegabytes = 64;  // besides what the self-test writes

std::vector<std::uint8_t> contents_of(const std::string &file) {
  std::ifstream in(file, std::ios::binary);
  std::vector<std::uint8_t> bytes{std::istreambuf_iterator<char>(in), {}};
  if (in.bad() || bytes.empty())
    throw UsageError(fmt::format("{}: cannot be read, or empty", file));
  return bytes;
}

// The boot protocol of Linux on x86: "HdrS" at 202h.
bool is_linux(const std::string &file) {
  std::ifstream in(file, std::ios::binary);
  in.seekg(0x202);
  std::array<char, 4> magic{};
  in.read(magic.data(), magic.size());
  return in && std::memcmp(magic.data(), "HdrS", magic.size()) == 0;
}

GuestKind kind_of(const VmOptions &options) {
  if (!options.kernel.empty() && options.initrd.empty() && !is_linux(options.kernel)) {
    return GuestKind::kBareMetal;
  }
  if (!options.initrd.empty()) return GuestKind::kOther;
  if (options.bounce) return GuestKind::kBounce;
  return options.interactive ? GuestKind::kShell : GuestKind::kSelfTest;
}

// Bare-metal kernels get no tables that could offer it.
void require_interrupt_remapping(const VmOptions &options, GuestKind kind) {
  if (kind == GuestKind::kBareMetal || options.no_intremap) return;
  const std::string config = config_of(options);
  if (config_named(config).interrupt_remapping) return;
  throw UsageError(fmt::format(
      "configuration {} does not remap interrupts: boot it with --no-intremap", config));
}

void require_tables(const VmOptions &options, GuestKind kind) {
  if (kind != GuestKind::kBareMetal || (!options.rmrr && !options.ats)) return;
  throw UsageError(fmt::format("{}: --kernel {} is a bare-metal kernel, which gets no tables",
                               options.rmrr ? "--rmrr" : "--ats", options.kernel));
}

cosim::DiskOptions parse_disk(const std::string &text) {
  using Adapter = cosim::DiskOptions::Adapter;
  const DiskText disk = parse_disk_text(text);
  if (disk.ahci && disk.read_only) {
    throw UsageError(fmt::format("--disk {}: an AHCI disk cannot be read-only", text));
  }
  if (!std::filesystem::is_regular_file(disk.file) && !std::filesystem::is_block_file(disk.file)) {
    throw UsageError(fmt::format("--disk {}: no such disk image", disk.file));
  }
  return {.image = disk.file,
          .read_only = disk.read_only,
          .adapter = disk.ahci ? Adapter::kAhci : Adapter::kVirtio};
}

// As large as what is written to it.
cosim::DiskOptions bounce_disk(const VmOptions &options, const WorkFolder &folder) {
  const auto image = folder.file("bounce.img");
  std::ofstream(image, std::ios::binary).put('\0');
  std::filesystem::resize_file(image, std::uint64_t{options.test_megabytes} << 20);
  return {.image = image, .adapter = cosim::DiskOptions::Adapter::kAhci};
}

cosim::DiskOptions make_ats_disk(const VmOptions &options, const WorkFolder &folder) {
  const auto image = folder.file("ats.img");
  guest::make_disk(image, kDiskMegabytes + 2 * options.test_megabytes, options.seed + kAtsSeed);
  return {.image = image};
}

guest::Task::Kind task_of(GuestKind kind) {
  if (kind == GuestKind::kBounce) return guest::Task::Kind::kBounce;
  return kind == GuestKind::kShell ? guest::Task::Kind::kShell : guest::Task::Kind::kTest;
}

std::vector<cosim::DiskOptions> make_disks(const VmOptions &options, GuestKind kind,
                                           const WorkFolder &folder) {
  std::vector<cosim::DiskOptions> disks;
  for (const std::string &text : options.disks) disks.push_back(parse_disk(text));
  if (kind == GuestKind::kBounce) return {bounce_disk(options, folder)};
  const bool ours = kind == GuestKind::kSelfTest || kind == GuestKind::kShell;
  if (kind == GuestKind::kSelfTest) {
    for (std::size_t i = 0; i < disks.size(); ++i) {
      const auto copy = folder.file(fmt::format("copy{}.img", i));
      std::filesystem::copy_file(disks[i].image, copy);
      disks[i].image = copy;
    }
  }
  if (ours && disks.empty()) {
    for (unsigned i = 0; i < options.test_disks; ++i) {
      const auto image = folder.file(fmt::format("disk{}.img", i));
      guest::make_disk(image, kDiskMegabytes + 2 * options.test_megabytes, options.seed + i);
      disks.push_back({.image = image});
    }
  }
  if (disks.size() > cosim::place::kMaxDisks) {
    throw UsageError(fmt::format("--disk: at most {} disks", cosim::place::kMaxDisks));
  }
  if (options.bridge && disks.empty()) {
    throw UsageError("--bridge: there is no disk to put behind it; give one with --disk");
  }
  return disks;
}

}  // namespace

std::string linux_command_line(const VmOptions &options) {
  // The kernel's test of the timer counts ticks in a time of its own, and panics when the host had
  // no time for the guest meanwhile; hypervisors leave it out.
  std::string line = "console=ttyS0 intel_iommu=on panic=-1 no_timer_check";
  // Our I/O APIC is in the second of two tables.
  if (!options.no_intremap) line += " acpi_apic_instance=2";
  if (options.strict) line += " iommu.strict=1";
  if (options.passthrough) line += " iommu=pt";
  if (options.no_dma_remapping) line += " intel_iommu=off";
  if (!options.append.empty()) line += " " + options.append;
  return line;
}

VmGuest make_guest(const VmOptions &options, const WorkFolder &folder) {
  VmGuest guest{.kind = kind_of(options), .bridge = options.bridge};
  require_interrupt_remapping(options, guest.kind);
  require_tables(options, guest.kind);
  guest.disks = make_disks(options, guest.kind, folder);
  if (options.ats) guest.ats_disk = make_ats_disk(options, folder);
  if (guest.kind == GuestKind::kBareMetal || guest.kind == GuestKind::kOther) {
    guest.image =
        options.kernel.empty() ? guest::find_kernel().image : std::filesystem::path(options.kernel);
    guest.name = guest.image.string();
    guest.command_line =
        guest.kind == GuestKind::kOther ? linux_command_line(options) : options.append;
    if (!options.initrd.empty()) guest.initrd = contents_of(options.initrd);
    return guest;
  }
  const guest::Kernel kernel =
      options.kernel.empty() ? guest::find_kernel() : guest::kernel_of(options.kernel);
  guest.image = kernel.image;
  guest.name = kernel.version;
  guest.command_line = linux_command_line(options);
  const auto ahci_disks = static_cast<unsigned>(std::ranges::count(
      guest.disks, cosim::DiskOptions::Adapter::kAhci, &cosim::DiskOptions::adapter));
  guest.initrd = guest::make_initramfs(
      kernel,
      {.kind = task_of(guest.kind),
       .disks = static_cast<unsigned>(guest.disks.size()) - ahci_disks + (options.ats ? 1 : 0),
       .ahci_disks = ahci_disks,
       .interrupt_remapping = !options.no_intremap,
       .translation = !options.passthrough && !options.no_dma_remapping,
       .vfio = !options.no_dma_remapping && !options.rmrr,
       .reserved = options.rmrr,
       .sriov = options.sriov,
       .ari = options.ari,
       .ats = options.ats,
       .megabytes = options.test_megabytes});
  return guest;
}

std::vector<guest::Check> check_disks(const VmGuest &guest, std::string_view console) {
  std::vector<guest::Check> checks;
  for (std::size_t i = 0; i < guest.disks.size(); ++i) {
    // Linux names the disks of the root bus first.
    const std::size_t name = !guest.bridge ? i : i == 0 ? guest.disks.size() - 1 : i - 1;
    const auto found =
        guest::check_disk(guest.disks[i].image, console, static_cast<unsigned>(name));
    checks.insert(checks.end(), found.begin(), found.end());
  }
  if (!guest.ats_disk.image.empty()) {  // Linux comes to its segment last
    const auto found =
        guest::check_disk(guest.ats_disk.image, console, static_cast<unsigned>(guest.disks.size()));
    checks.insert(checks.end(), found.begin(), found.end());
  }
  return checks;
}

}  // namespace dmar::sim
