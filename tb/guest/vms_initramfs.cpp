// SPDX-License-Identifier: Apache-2.0
// The initramfs of a host of virtual machines; see vms.hpp. sim/guest/vms has its programs.
#include <fmt/core.h>

#include <string>
#include <vector>

#include "guest/cpio.hpp"
#include "guest/embedded.hpp"
#include "guest/file.hpp"
#include "guest/initramfs_parts.hpp"
#include "guest/unpacked_kernel.hpp"
#include "guest/vmm.hpp"
#include "guest/vms.hpp"

namespace dmar::guest {

namespace {

// In this order; what they need comes by itself. KVM on AMD's extension is what QEMU emulates.
const std::vector<std::string> kHostModules = {"kvm_amd",    "vfio",       "vfio_iommu_type1",
                                               "vfio_pci",   "virtio_pci", "virtio_blk",
                                               "virtio_net", "ext4",       "button"};
const std::vector<std::string> kGuestModules = {"virtio_pci", "virtio_blk", "virtio_net",
                                                "virtio_mem", "ext4"};

std::string settings(const VmsTask &task) {
  return fmt::format("network={}\ndisk={}\nedu={}\nmegabytes={}\ncomplete={:d}\nsriov={}\n",
                     task.network, task.disk, task.edu, task.megabytes, task.complete,
                     task.sriov ? "edu" : "");
}

std::vector<std::uint8_t> make_guest_initramfs(const Kernel &kernel, const VmsTask &task,
                                               const std::filesystem::path &root) {
  CpioWriter archive;
  add_base(archive, root);
  archive.file("bin/udhcpc.sh", udhcpc_script(), true);
  archive.file("init", vms_guest_script(), true);
  archive.file("task", settings(task));
  add_modules(archive, "modules/boot", kernel, kGuestModules);
  return archive.finish();
}

}  // namespace

std::vector<std::uint8_t> make_vms_initramfs(const Kernel &kernel, const VmsTask &task,
                                             const std::filesystem::path &root) {
  CpioWriter archive;
  add_base(archive, root);
  archive.file("bin/udhcpc.sh", udhcpc_script(), true);
  archive.file("bin/machines.sh", vms_machines_script());
  archive.file("bin/attacks.sh", vms_attacks_script());
  archive.file("bin/lives.sh", vms_lives_script());
  archive.file("bin/segment.sh", segment_script());
  archive.file("bin/sriov_test.sh", sriov_test_script());
  archive.file("bin/virtual.sh", vms_virtual_script());
  archive.file("init", vms_host_script(), true);
  archive.file("task", settings(task));
  std::vector<std::string> modules = kHostModules;
  if (task.sriov) modules.emplace_back("pci_pf_stub");
  add_modules(archive, "modules/boot", kernel, modules);
  add_files(archive, vmm_files(task.vmm, root));
  archive.folder("vm");
  archive.file("vm/kernel", unpacked_kernel(kernel.image));
  archive.file("vm/initramfs", make_guest_initramfs(kernel, task, root));
  return archive.finish();
}

}  // namespace dmar::guest
