// SPDX-License-Identifier: Apache-2.0
// See initramfs_parts.hpp.
#include "guest/initramfs_parts.hpp"

#include <fmt/core.h>

#include "guest/elf.hpp"
#include "guest/embedded.hpp"
#include "guest/file.hpp"
#include "guest/modules.hpp"

namespace dmar::guest {

namespace {

std::vector<std::uint8_t> read_busybox(const std::filesystem::path &root) {
  std::error_code error;
  for (const char *place : {"bin/busybox", "usr/bin/busybox"}) {
    const std::filesystem::path path = root / place;
    if (!std::filesystem::exists(path, error)) continue;
    std::vector<std::uint8_t> bytes = read_file(path);
    const auto elf = read_elf(bytes);  // there are no shared libraries in the guest
    if (elf && elf->interpreter.empty()) return bytes;
    throw GuestError(fmt::format(
        "{}: not a statically linked x86-64 program, as the guest needs it (Debian package "
        "busybox-static in place of busybox)",
        path.string()));
  }
  throw GuestError(
      fmt::format("no {} (Debian package busybox-static)", (root / "bin/busybox").string()));
}

// A folder has to be there before what is in it.
void add_folders_of(CpioWriter &archive, const std::string &file) {
  for (std::size_t slash = file.find('/'); slash != std::string::npos;
       slash = file.find('/', slash + 1)) {
    archive.folder(file.substr(0, slash));
  }
}

}  // namespace

void add_base(CpioWriter &archive, const std::filesystem::path &root) {
  for (const char *folder : {"bin", "dev", "mnt", "proc", "sys", "tmp", "modules"}) {
    archive.folder(folder);
  }
  archive.device("dev/console", 5, 1);
  archive.device("dev/kmsg", 1, 11);
  archive.file("bin/busybox", read_busybox(root), true);
  archive.link("bin/sh", "busybox");
  archive.file("bin/agent", agent_program(), true);
  archive.file("bin/common.sh", common_script());
  archive.file("bin/disk_test.sh", disk_test_script());
}

void add_files(CpioWriter &archive, const std::vector<PackedFile> &files) {
  for (const PackedFile &file : files) {
    add_folders_of(archive, file.place);
    archive.file(file.place, read_file(file.source), file.executable);
  }
}

// The shell sorts names, hence the numbers.
void add_modules(CpioWriter &archive, const std::string &folder, const Kernel &kernel,
                 const std::vector<std::string> &names) {
  const std::vector<Module> modules = load_order(kernel, names);
  archive.folder(folder);
  for (std::size_t i = 0; i < modules.size(); ++i) {
    archive.file(fmt::format("{}/{:02}-{}.ko", folder, i, modules[i].name),
                 module_contents(modules[i]));
  }
}

}  // namespace dmar::guest
