// SPDX-License-Identifier: Apache-2.0
// The archive of a host of virtual machines: read back by the cpio program, and as it is.
#include <gmock/gmock.h>

#include <set>
#include <sstream>

#include "guest/embedded.hpp"
#include "guest/gzip.hpp"
#include "guest/process.hpp"
#include "guest/vms.hpp"
#include "guest_support.hpp"

namespace dmar::guest {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class GuestVms : public MadeUpInstallation {
 protected:
  void SetUp() override {
    put("bin/busybox", elf_program());
    put_firmware();
    put("usr/lib/libx.so", bytes_of("a library"));
    const fs::path loader = put_program(
        "lib64/loader",
        bytes_of("#!/bin/sh\necho \"libx.so => " + (root() / "usr/lib/libx.so").string() + "\"\n"));
    put("vmm", elf_program(loader.string()));
    put("vmlinuz", kernel_image(gzip(kernel_)));
    std::string dependencies;
    for (const char *name :
         {"kvm_amd", "vfio", "vfio_iommu_type1", "vfio-pci", "virtio_pci", "virtio_blk",
          "virtio_net", "virtio_mem", "ext4", "crc32c_generic", "button"}) {
      put(std::string("lib/modules/6.1/") + name + ".ko", bytes_of(name));
      dependencies += std::string(name) + ".ko:\n";
    }
    put("lib/modules/6.1/modules.dep", bytes_of(dependencies));
    put("lib/modules/6.1/modules.builtin", bytes_of(""));
  }

  Bytes make() {
    return make_vms_initramfs({root() / "vmlinuz", root() / "lib/modules/6.1", "6.1"},
                              {.vmm = (root() / "vmm").string(),
                               .network = "0000:00:18.0",
                               .disk = "0000:00:05.0",
                               .edu = "0000:00:06.0",
                               .megabytes = 3,
                               .complete = complete_},
                              root());
  }

  // Plain files of an archive in ROOT/name; device nodes need root.
  fs::path unpack(const std::string &name, const Bytes &archive) {
    put(name + ".cpio", archive);
    fs::create_directories(root() / name);
    cpio(name, "-id '[!d]*'");
    return root() / name;
  }
  std::string cpio(const std::string &name, const std::string &options) {
    const ProcessResult result = run_program(
        find_program("sh", "dash"), {"-c", "cd \"$1\" && cpio --quiet " + options + " <\"$1.cpio\"",
                                     "sh", (root() / name).string()});
    EXPECT_EQ(result.status, 0) << result.output;
    return result.output;
  }

  Bytes kernel_ = elf_program("/not/in/a/kernel");
  bool complete_ = true;
};

TEST_F(GuestVms, HostHasMonitorKernelAndPrograms) {
  const fs::path host = unpack("host", make());
  EXPECT_EQ(read_file(host / "bin/vmm"), read_file(root() / "vmm"));
  EXPECT_NE(fs::status(host / "bin/vmm").permissions() & fs::perms::owner_exec, fs::perms::none);
  EXPECT_EQ(read_file(host / "vm/kernel"), kernel_);
  EXPECT_EQ(read_text(host / "usr/share/qemu/bios-256k.bin"), "bios");
  const std::string inside = root().string().substr(1);
  EXPECT_EQ(read_text(host / inside / "usr/lib/libx.so"), "a library");
  EXPECT_THAT(read_text(host / inside / "lib64/loader"), HasSubstr("#!/bin/sh"));
  const auto script = vms_host_script();
  EXPECT_EQ(read_file(host / "init"), Bytes(script.begin(), script.end()));
  EXPECT_NE(fs::status(host / "init").permissions() & fs::perms::owner_exec, fs::perms::none);
  for (const char *name : {"bin/machines.sh", "bin/attacks.sh", "bin/lives.sh", "bin/udhcpc.sh",
                           "bin/virtual.sh", "bin/sriov_test.sh"}) {
    EXPECT_GT(fs::file_size(host / name), 0U) << name;
  }
  EXPECT_TRUE(fs::exists(host / "modules/boot/00-kvm_amd.ko"));
}

TEST_F(GuestVms, MachinesHaveAnArchiveOfTheirOwn) {
  const fs::path host = unpack("host", make());
  const fs::path machine = unpack("machine", read_file(host / "vm/initramfs"));
  const auto script = vms_guest_script();
  EXPECT_EQ(read_file(machine / "init"), Bytes(script.begin(), script.end()));
  EXPECT_EQ(read_text(machine / "task"), read_text(host / "task"));
  EXPECT_TRUE(fs::exists(machine / "modules/boot/00-virtio_pci.ko"));
  EXPECT_FALSE(fs::exists(machine / "bin/vmm"));
}

TEST_F(GuestVms, SettingsTellTheTask) {
  EXPECT_EQ(read_text(unpack("host", make()) / "task"),
            "network=0000:00:18.0\ndisk=0000:00:05.0\nedu=0000:00:06.0\nmegabytes=3\ncomplete="
            "1\nsriov=\n");
  complete_ = false;
  EXPECT_THAT(read_text(unpack("brief", make()) / "task"), HasSubstr("complete=0\n"));
}

// Linux makes no folder by itself.
TEST_F(GuestVms, FoldersComeOnceAndBeforeTheirFiles) {
  put("host.cpio", make());
  fs::create_directories(root() / "host");
  std::istringstream lines(cpio("host", "-t"));
  std::set<std::string> seen;
  for (std::string path; std::getline(lines, path);) {
    EXPECT_TRUE(seen.insert(path).second) << path << " is there twice";
    const std::size_t slash = path.rfind('/');
    if (slash != std::string::npos) {
      EXPECT_TRUE(seen.contains(path.substr(0, slash))) << path << " has no folder yet";
    }
  }
  EXPECT_TRUE(seen.contains("usr/share/qemu/pvh.bin"));
  EXPECT_TRUE(seen.contains(root().string().substr(1) + "/usr/lib/libx.so"));
}

TEST_F(GuestVms, NamesWhatIsMissing) {
  fs::remove(root() / "lib/modules/6.1/virtio_mem.ko");
  EXPECT_THAT(error_of([this] { make(); }), HasSubstr("virtio_mem.ko"));
  put("vmlinuz", Bytes(4096));
  EXPECT_THAT(error_of([this] { make(); }), HasSubstr("not a Linux kernel"));
  fs::remove(root() / "vmm");
  EXPECT_THAT(error_of([this] { make(); }), HasSubstr("vmm"));
}

}  // namespace
}  // namespace dmar::guest
