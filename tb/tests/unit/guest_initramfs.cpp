// SPDX-License-Identifier: Apache-2.0
// The archive: read back by the cpio program of the host.
#include <elf.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "guest/cpio.hpp"
#include "guest/embedded.hpp"
#include "guest/file.hpp"
#include "guest/guest.hpp"
#include "guest/gzip.hpp"
#include "guest/process.hpp"
#include "guest_support.hpp"

namespace dmar::guest {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

// cpio without file arguments, in a folder.
std::string cpio(const fs::path &folder, const std::string &options, const fs::path &archive) {
  const ProcessResult result = run_program(
      find_program("sh", "dash"), {"-c", "cd \"$1\" && cpio --quiet " + options + " < \"$2\"", "sh",
                                   folder.string(), archive.string()});
  EXPECT_EQ(result.status, 0) << result.output;
  return result.output;
}

TEST(GuestCpio, IsReadByCpio) {
  CpioWriter writer;
  writer.folder("bin");
  writer.file("bin/a", "odd length", true);
  writer.file("empty", "");
  writer.link("bin/b", "a");
  const TemporaryFolder folder;
  const fs::path archive = folder.path() / "archive";
  write_file(archive, writer.finish());
  EXPECT_EQ(cpio(folder.path(), "-t", archive), "bin\nbin/a\nempty\nbin/b\n");
  cpio(folder.path(), "-i", archive);
  EXPECT_EQ(read_text(folder.path() / "bin/b"), "odd length");
  EXPECT_EQ(fs::read_symlink(folder.path() / "bin/b"), "a");
  EXPECT_EQ(fs::file_size(folder.path() / "empty"), 0U);
  EXPECT_NE(fs::status(folder.path() / "bin/a").permissions() & fs::perms::owner_exec,
            fs::perms::none);
  EXPECT_EQ(fs::status(folder.path() / "empty").permissions() & fs::perms::owner_exec,
            fs::perms::none);
}

TEST(GuestCpio, ListsADevice) {
  CpioWriter writer;
  writer.folder("dev");
  writer.device("dev/console", 5, 1);
  const TemporaryFolder folder;
  write_file(folder.path() / "archive", writer.finish());
  EXPECT_THAT(cpio(folder.path(), "-tv", folder.path() / "archive"),
              testing::ContainsRegex("crw-------.* 5, +1 .*dev/console"));
}

TEST(GuestCpio, StartsAgainAfterTheEnd) {
  CpioWriter writer;
  writer.file("a", "1");
  const std::vector<std::uint8_t> first = writer.finish();
  writer.file("a", "1");
  EXPECT_EQ(writer.finish(), first);
}

TEST(GuestGzip, ComesBack) {
  const std::vector<std::uint8_t> bytes(100'000, 'x');
  std::vector<std::uint8_t> packed = gzip(bytes);
  EXPECT_LT(packed.size(), 1000U);
  EXPECT_EQ(gunzip(packed, "file"), bytes);
  packed.resize(packed.size() / 2);
  EXPECT_THROW(gunzip(packed, "file"), GuestError);
}

// An ELF file of one segment, which holds `text`.
std::vector<std::uint8_t> program(std::uint32_t segment_type, const std::string &text = "") {
  Elf64_Ehdr header = {};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_machine = EM_X86_64;
  header.e_phoff = sizeof header;
  header.e_phentsize = sizeof(Elf64_Phdr);
  header.e_phnum = 1;
  Elf64_Phdr segment = {};
  segment.p_type = segment_type;
  segment.p_offset = sizeof header + sizeof segment;
  segment.p_filesz = text.size();
  std::vector<std::uint8_t> bytes(sizeof header + sizeof segment);
  std::memcpy(bytes.data(), &header, sizeof header);
  std::memcpy(bytes.data() + sizeof header, &segment, sizeof segment);
  bytes.insert(bytes.end(), text.begin(), text.end());
  return bytes;
}

class GuestInitramfs : public MadeUpInstallation {
 protected:
  void SetUp() override {
    put("bin/busybox", program(PT_LOAD));
    std::string dependencies;
    for (const char *name :
         {"virtio_pci", "virtio_blk", "ext4", "crc32c_generic", "button", "vfio",
          "vfio_iommu_type1", "vfio-pci", "ahci", "sd_mod", "pci-pf-stub", "virtio_net"}) {
      put(std::string("lib/modules/6.1/") + name + ".ko", bytes_of(name));
      dependencies += std::string(name) + ".ko:\n";
    }
    put("lib/modules/6.1/modules.dep", bytes_of(dependencies));
    put("lib/modules/6.1/modules.builtin", bytes_of(""));
  }

  [[nodiscard]] Kernel kernel() const {
    return {root() / "vmlinuz", root() / "lib/modules/6.1", "6.1"};
  }

  std::string error_of_make() {
    try {
      make_initramfs(kernel(), Task{}, root());
    } catch (const GuestError &error) {
      return error.what();
    }
    return "(no error)";
  }

  // The archive unpacked; only its plain files, since device nodes need root.
  fs::path unpack(const Task &task) {
    write_file(root() / "archive", gunzip(make_initramfs(kernel(), task, root()), "archive"));
    fs::create_directories(root() / "out");
    cpio(root() / "out", "-idu '[!d]*'", root() / "archive");
    return root() / "out";
  }
};

// Their order is that of the names, behind what every guest loads.
TEST_F(GuestInitramfs, ModulesForAhciDisksOnlyWhenThereAreSome) {
  const fs::path without = unpack(Task{});
  EXPECT_THAT(read_text(without / "task"),
              AllOf(HasSubstr("disks=1\n"), HasSubstr("ahci_disks=0")));
  EXPECT_FALSE(fs::exists(without / "modules/boot/05-ahci.ko"));
  const fs::path with =
      unpack(Task{.kind = Task::Kind::kBounce, .disks = 0, .ahci_disks = 1, .megabytes = 3});
  EXPECT_EQ(read_text(with / "modules/boot/05-ahci.ko"), "ahci");
  EXPECT_EQ(read_text(with / "modules/boot/06-sd_mod.ko"), "sd_mod");
  EXPECT_THAT(read_text(with / "task"), AllOf(HasSubstr("kind=bounce\n"), HasSubstr("\ndisks=0\n"),
                                              HasSubstr("ahci_disks=1\nmegabytes=3\n")));
}

TEST_F(GuestInitramfs, WhatVirtualFunctionsNeed) {
  const fs::path without = unpack(Task{});
  EXPECT_FALSE(fs::exists(without / "bin/sriov_test.sh"));
  EXPECT_THAT(read_text(without / "task"), HasSubstr("\nsriov=\nari=0\nats=0\n"));
  const fs::path edu = unpack(Task{.sriov = "edu", .ari = true});
  EXPECT_EQ(read_file(edu / "bin/sriov_test.sh").size(), sriov_test_script().size());
  EXPECT_EQ(read_text(edu / "modules/boot/05-pci_pf_stub.ko"), "pci-pf-stub");
  EXPECT_THAT(read_text(edu / "task"), HasSubstr("\nsriov=edu\nari=1\n"));
  EXPECT_FALSE(fs::exists(edu / "bin/lspci")) << "it is not installed";
  put("usr/bin/lspci", program(PT_LOAD));
  const fs::path net = unpack(Task{.sriov = "net"});
  EXPECT_EQ(read_text(net / "modules/boot/05-virtio_net.ko"), "virtio_net");
  EXPECT_EQ(read_file(net / "bin/lspci"), program(PT_LOAD));
}

TEST_F(GuestInitramfs, WhatDeviceTlbsNeed) {
  const fs::path without = unpack(Task{});
  EXPECT_FALSE(fs::exists(without / "bin/ats_test.sh"));
  EXPECT_FALSE(fs::exists(without / "bin/segment.sh"));
  put("usr/bin/lspci", program(PT_LOAD));
  const fs::path with = unpack(Task{.ats = true});
  EXPECT_EQ(read_file(with / "bin/ats_test.sh").size(), ats_test_script().size());
  EXPECT_EQ(read_file(with / "bin/segment.sh").size(), segment_script().size());
  EXPECT_TRUE(fs::exists(with / "bin/lspci"));
  EXPECT_THAT(read_text(with / "task"), HasSubstr("\nats=1\n"));
}

TEST_F(GuestInitramfs, HoldsEverything) {
  const fs::path out = unpack(Task{});
  EXPECT_EQ(read_file(out / "bin/busybox"), program(PT_LOAD));
  EXPECT_EQ(read_file(out / "init").size(), init_script().size());
  EXPECT_EQ(read_file(out / "bin/agent").size(), agent_program().size());
  EXPECT_EQ(read_text(out / "modules/boot/02-crc32c_generic.ko"), "crc32c_generic");
  EXPECT_EQ(read_text(out / "modules/boot/03-ext4.ko"), "ext4");
  EXPECT_EQ(read_text(out / "modules/vfio/02-vfio_pci.ko"), "vfio-pci");
}

TEST_F(GuestInitramfs, CarriesTheTask) {
  Task task;
  task.kind = Task::Kind::kShell;
  task.disks = 3;
  task.megabytes = 5;
  task.interrupt_remapping = false;
  const std::string settings = read_text(unpack(task) / "task");
  EXPECT_THAT(settings,
              AllOf(HasSubstr("kind=shell\n"), HasSubstr("disks=3\n"), HasSubstr("megabytes=5\n"),
                    HasSubstr("interrupt_remapping=0\n"), HasSubstr("translation=1\n")));
}

TEST_F(GuestInitramfs, NamesThePackageOfBusybox) {
  fs::remove(root() / "bin/busybox");
  EXPECT_THAT(error_of_make(), HasSubstr("busybox-static"));
}

TEST_F(GuestInitramfs, WantsAStaticBusybox) {
  put("bin/busybox", program(PT_INTERP, "/lib64/ld-linux-x86-64.so.2"));
  EXPECT_THAT(error_of_make(), AllOf(HasSubstr("statically"), HasSubstr("busybox-static")));
  put("bin/busybox", program(PT_INTERP));
  EXPECT_THAT(error_of_make(), HasSubstr("statically"));
  put("bin/busybox", bytes_of("#!/bin/sh"));
  EXPECT_THAT(error_of_make(), HasSubstr("statically"));
}

TEST_F(GuestInitramfs, NamesAMissingModuleFile) {
  fs::remove(root() / "lib/modules/6.1/ext4.ko");
  EXPECT_THAT(error_of_make(), HasSubstr("ext4.ko"));
}

TEST(GuestAgent, IsAStaticProgram) {
  const std::span<const std::uint8_t> agent = agent_program();
  ASSERT_GT(agent.size(), sizeof(Elf64_Ehdr));
  Elf64_Ehdr header;
  std::memcpy(&header, agent.data(), sizeof header);
  ASSERT_EQ(std::memcmp(header.e_ident, ELFMAG, SELFMAG), 0);
  for (unsigned i = 0; i < header.e_phnum; ++i) {
    Elf64_Phdr segment;
    std::memcpy(&segment, agent.data() + header.e_phoff + i * sizeof segment, sizeof segment);
    EXPECT_NE(segment.p_type, PT_INTERP);
  }
}

}  // namespace
}  // namespace dmar::guest
