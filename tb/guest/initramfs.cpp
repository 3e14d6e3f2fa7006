// SPDX-License-Identifier: Apache-2.0
// The initramfs of the guest; see guest.hpp. sim/guest/init is its first program.
#include <fmt/core.h>

#include <string>
#include <vector>

#include "guest/cpio.hpp"
#include "guest/embedded.hpp"
#include "guest/guest.hpp"
#include "guest/gzip.hpp"
#include "guest/initramfs_parts.hpp"
#include "guest/vmm.hpp"

namespace dmar::guest {

namespace {

// In this order; what they need comes by itself.
const std::vector<std::string> kBootModules = {"virtio_pci", "virtio_blk", "ext4", "button"};
const std::vector<std::string> kAhciModules = {"ahci", "sd_mod"};
// Loaded when a test asks for them.
const std::vector<std::string> kVfioModules = {"vfio", "vfio_iommu_type1", "vfio_pci"};

const char *kind_name(Task::Kind kind) {
  switch (kind) {
    case Task::Kind::kTest:
      return "test";
    case Task::Kind::kShell:
      return "shell";
    case Task::Kind::kBounce:
      return "bounce";
  }
  return "?";
}

// Where Debian's pciutils is installed; busybox has a smaller one.
std::vector<PackedFile> lspci_files(const std::filesystem::path &root) {
  const std::filesystem::path program = root / "usr/bin/lspci";
  std::error_code error;
  if (!std::filesystem::exists(program, error)) return {};
  return program_files(program, "bin/lspci");
}

std::string settings(const Task &task) {
  return fmt::format(
      "kind={}\ndisks={}\nahci_disks={}\nmegabytes={}\ninterrupt_remapping={:d}\ntranslation={:d}"
      "\nvfio={:d}\n"
      "pins={:d}\nreserved={:d}\nsriov={}\nari={:d}\nats={:d}\n",
      kind_name(task.kind), task.disks, task.ahci_disks, task.megabytes, task.interrupt_remapping,
      task.translation, task.vfio, task.pins, task.reserved, task.sriov, task.ari, task.ats);
}

}  // namespace

std::vector<std::uint8_t> make_initramfs(const Kernel &kernel, const Task &task,
                                         const std::filesystem::path &root) {
  CpioWriter archive;
  add_base(archive, root);
  archive.file("bin/help.txt", help_text());
  archive.file("bin/profile", shell_profile());
  archive.file("init", init_script(), true);
  archive.file("task", settings(task));

  std::vector<std::string> boot = kBootModules;
  if (task.ahci_disks != 0) boot.insert(boot.end(), kAhciModules.begin(), kAhciModules.end());
  if (task.sriov == "edu") boot.emplace_back("pci_pf_stub");
  if (task.sriov == "net") boot.emplace_back("virtio_net");
  if (!task.sriov.empty()) archive.file("bin/sriov_test.sh", sriov_test_script());
  if (task.ats) archive.file("bin/ats_test.sh", ats_test_script());
  if (task.ats || !task.sriov.empty()) {
    archive.file("bin/segment.sh", segment_script());
    add_files(archive, lspci_files(root));
  }
  add_modules(archive, "modules/boot", kernel, boot);
  add_modules(archive, "modules/vfio", kernel, kVfioModules);
  return gzip(archive.finish());
}

}  // namespace dmar::guest
