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

std::string settings(const Task &task) {
  return fmt::format(
      "kind={}\ndisks={}\nahci_disks={}\nmegabytes={}\ninterrupt_remapping={:d}\ntranslation={:d}"
      "\nvfio={:d}\n"
      "pins={:d}\nreserved={:d}\n",
      kind_name(task.kind), task.disks, task.ahci_disks, task.megabytes, task.interrupt_remapping,
      task.translation, task.vfio, task.pins, task.reserved);
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
  add_modules(archive, "modules/boot", kernel, boot);
  add_modules(archive, "modules/vfio", kernel, kVfioModules);
  return gzip(archive.finish());
}

}  // namespace dmar::guest
