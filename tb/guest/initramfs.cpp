// SPDX-License-Identifier: Apache-2.0
// The initramfs of the guest; see guest.hpp. sim/guest/init is its first program.
#include <elf.h>
#include <fmt/core.h>

#include <cstring>
#include <string>
#include <vector>

#include "guest/cpio.hpp"
#include "guest/embedded.hpp"
#include "guest/file.hpp"
#include "guest/guest.hpp"
#include "guest/gzip.hpp"
#include "guest/modules.hpp"

namespace dmar::guest {

namespace {

// In this order; what they need comes by itself.
const std::vector<std::string> kBootModules = {"virtio_pci", "virtio_blk", "ext4", "button"};
// Loaded when a test asks for them.
const std::vector<std::string> kVfioModules = {"vfio", "vfio_iommu_type1", "vfio_pci"};

// There are no shared libraries in the guest.
bool is_static_program(const std::vector<std::uint8_t> &bytes) {
  Elf64_Ehdr header;
  if (bytes.size() < sizeof header) return false;
  std::memcpy(&header, bytes.data(), sizeof header);
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_ident[EI_CLASS] != ELFCLASS64 ||
      header.e_machine != EM_X86_64) {
    return false;
  }
  for (unsigned i = 0; i < header.e_phnum; ++i) {
    const std::size_t at = header.e_phoff + std::size_t{i} * header.e_phentsize;
    Elf64_Phdr segment;
    if (at > bytes.size() || bytes.size() - at < sizeof segment) return false;
    std::memcpy(&segment, bytes.data() + at, sizeof segment);
    if (segment.p_type == PT_INTERP) return false;
  }
  return true;
}

std::vector<std::uint8_t> read_busybox(const std::filesystem::path &root) {
  std::error_code error;
  for (const char *place : {"bin/busybox", "usr/bin/busybox"}) {
    const std::filesystem::path path = root / place;
    if (!std::filesystem::exists(path, error)) continue;
    std::vector<std::uint8_t> bytes = read_file(path);
    if (is_static_program(bytes)) return bytes;
    throw GuestError(fmt::format(
        "{}: not a statically linked x86-64 program, as the guest needs it (Debian package "
        "busybox-static in place of busybox)",
        path.string()));
  }
  throw GuestError(
      fmt::format("no {} (Debian package busybox-static)", (root / "bin/busybox").string()));
}

std::string settings(const Task &task) {
  return fmt::format(
      "kind={}\ndisks={}\nmegabytes={}\ninterrupt_remapping={:d}\ntranslation={:d}\nvfio={:d}\n"
      "pins={:d}\n",
      task.kind == Task::Kind::kShell ? "shell" : "test", task.disks, task.megabytes,
      task.interrupt_remapping, task.translation, task.vfio, task.pins);
}

// The shell sorts names, hence the numbers.
void add_modules(CpioWriter &archive, const std::string &folder,
                 const std::vector<Module> &modules) {
  archive.folder(folder);
  for (std::size_t i = 0; i < modules.size(); ++i) {
    archive.file(fmt::format("{}/{:02}-{}.ko", folder, i, modules[i].name),
                 module_contents(modules[i]));
  }
}

}  // namespace

std::vector<std::uint8_t> make_initramfs(const Kernel &kernel, const Task &task,
                                         const std::filesystem::path &root) {
  CpioWriter archive;
  for (const char *folder : {"bin", "dev", "mnt", "proc", "sys", "tmp", "modules"}) {
    archive.folder(folder);
  }
  archive.device("dev/console", 5, 1);
  archive.device("dev/kmsg", 1, 11);
  archive.file("bin/busybox", read_busybox(root), true);
  archive.link("bin/sh", "busybox");
  archive.file("bin/agent", agent_program(), true);
  archive.file("bin/disk_test.sh", disk_test_script());
  archive.file("bin/help.txt", help_text());
  archive.file("bin/profile", shell_profile());
  archive.file("init", init_script(), true);
  archive.file("task", settings(task));

  add_modules(archive, "modules/boot", load_order(kernel, kBootModules));
  add_modules(archive, "modules/vfio", load_order(kernel, kVfioModules));
  return gzip(archive.finish());
}

}  // namespace dmar::guest
