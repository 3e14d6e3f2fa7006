// SPDX-License-Identifier: Apache-2.0
// Finding a kernel and its modules, in made-up installations.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "guest/file.hpp"
#include "guest/guest.hpp"
#include "guest/gzip.hpp"
#include "guest/modules.hpp"
#include "guest_support.hpp"

namespace dmar::guest {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

// A setup header with a version text behind it.
std::vector<std::uint8_t> kernel_of_version(const std::string &version_text) {
  std::vector<std::uint8_t> image(0x400);
  image[0x1FE] = 0x55;
  image[0x1FF] = 0xAA;
  const std::string magic = "HdrS";
  std::copy(magic.begin(), magic.end(), image.begin() + 0x202);
  image[0x20E] = 0x80;  // text at 200h + 180h
  image[0x20F] = 0x01;
  for (std::size_t i = 0; i < version_text.size(); ++i) {
    image[0x380 + i] = static_cast<std::uint8_t>(version_text[i]);
  }
  return image;
}

class GuestKernel : public MadeUpInstallation {
 protected:
  void install(const std::string &version, bool modules = true) {
    put("boot/vmlinuz-" + version, kernel_of_version(version + " (builder@host) #1 SMP"));
    if (!modules) return;
    put("lib/modules/" + version + "/modules.dep", bytes_of(""));
    put("lib/modules/" + version + "/modules.builtin", bytes_of(""));
  }

  Kernel kernel_with(const std::string &dependencies, const std::string &builtin) {
    install("6.1.0-9-amd64");
    put("lib/modules/6.1.0-9-amd64/modules.dep", bytes_of(dependencies));
    put("lib/modules/6.1.0-9-amd64/modules.builtin", bytes_of(builtin));
    return find_kernel(root());
  }

  static std::vector<std::string> names(const std::vector<Module> &modules) {
    std::vector<std::string> out;
    for (const Module &module : modules) out.push_back(module.name);
    return out;
  }
};

TEST_F(GuestKernel, TakesTheNewestByNumber) {
  install("6.1.0-9-amd64");
  install("6.1.0-56-amd64");
  install("5.10.0-99-amd64");
  const Kernel kernel = find_kernel(root());
  EXPECT_EQ(kernel.version, "6.1.0-56-amd64");
  EXPECT_EQ(kernel.image, root() / "boot/vmlinuz-6.1.0-56-amd64");
  EXPECT_EQ(kernel.modules, root() / "lib/modules/6.1.0-56-amd64");
}

TEST_F(GuestKernel, PassesOverKernelsThatDoNotFit) {
  install("6.1.0-9-amd64");
  install("6.1.0-10-cloud-amd64");
  install("6.1.0-11-rt-amd64");
  install("6.1.0-12-amd64", false);
  EXPECT_EQ(find_kernel(root()).version, "6.1.0-9-amd64");
}

TEST_F(GuestKernel, NamesThePackageWhenThereIsNone) {
  EXPECT_THAT(error_of([this] { find_kernel(root()); }),
              AllOf(HasSubstr("linux-image-amd64"), HasSubstr("boot/vmlinuz-*-amd64")));
}

TEST_F(GuestKernel, SaysWhichModulesAreMissing) {
  install("6.1.0-12-amd64", false);
  EXPECT_THAT(error_of([this] { find_kernel(root()); }),
              HasSubstr("lib/modules/6.1.0-12-amd64/modules.dep"));
}

TEST_F(GuestKernel, ReadsTheVersionOutOfAnImage) {
  install("6.1.0-9-amd64");
  fs::rename(root() / "boot/vmlinuz-6.1.0-9-amd64", root() / "boot/kernel");
  const Kernel kernel = kernel_of(root() / "boot/kernel", root());
  EXPECT_EQ(kernel.version, "6.1.0-9-amd64");
  EXPECT_EQ(kernel.modules, root() / "lib/modules/6.1.0-9-amd64");
}

TEST_F(GuestKernel, FindsModulesBesideTheImage) {
  install("6.1.0-9-amd64");
  const Kernel kernel = kernel_of(root() / "boot/vmlinuz-6.1.0-9-amd64", root() / "elsewhere");
  EXPECT_EQ(fs::canonical(kernel.modules), fs::canonical(root() / "lib/modules/6.1.0-9-amd64"));
}

TEST_F(GuestKernel, FindsModulesAroundTheImage) {
  const fs::path folder = root() / "unpacked/usr/lib/modules/7.2.13-amd64";
  put("unpacked/usr/lib/modules/7.2.13-amd64/vmlinuz", kernel_of_version("7.2.13-amd64 x"));
  put("unpacked/usr/lib/modules/7.2.13-amd64/modules.dep", bytes_of(""));
  EXPECT_EQ(kernel_of(folder / "vmlinuz", root()).modules, fs::absolute(folder));
}

// Packages that are unpacked and not installed have no list of what modules need.
TEST_F(GuestKernel, NamesTheCommandThatMakesTheList) {
  put("unpacked/usr/lib/modules/7.2.13-amd64/vmlinuz", kernel_of_version("7.2.13-amd64 x"));
  put("unpacked/usr/lib/modules/7.2.13-amd64/kernel/ext4.ko", bytes_of(""));
  EXPECT_THAT(
      error_of(
          [this] { kernel_of(root() / "unpacked/usr/lib/modules/7.2.13-amd64/vmlinuz", root()); }),
      HasSubstr("depmod -b " + fs::absolute(root() / "unpacked/usr").string() + " 7.2.13-amd64"));
}

TEST_F(GuestKernel, RejectsAnImageWithoutModules) {
  put("other/vmlinuz", kernel_of_version("6.6.6 x"));
  EXPECT_THAT(error_of([this] { kernel_of(root() / "other/vmlinuz", root()); }),
              AllOf(HasSubstr("no modules of kernel 6.6.6"), HasSubstr("lib/modules/6.6.6")));
}

TEST_F(GuestKernel, RejectsWhatIsNoKernel) {
  put("short", bytes_of("MZ"));
  put("text", std::vector<std::uint8_t>(4096, 'a'));
  put("empty-version", kernel_of_version(""));
  EXPECT_THAT(error_of([this] { kernel_of(root() / "short", root()); }), HasSubstr("shorter"));
  EXPECT_THAT(error_of([this] { kernel_of(root() / "text", root()); }), HasSubstr("1FEh"));
  EXPECT_THAT(error_of([this] { kernel_of(root() / "empty-version", root()); }),
              HasSubstr("no kernel version"));
  EXPECT_THAT(error_of([this] { kernel_of(root() / "absent", root()); }),
              HasSubstr("cannot be read"));
}

TEST_F(GuestKernel, OrdersModulesByWhatTheyNeed) {
  const Kernel kernel = kernel_with(
      "kernel/b-lock.ko: kernel/virtio.ko kernel/ring.ko\n"
      "kernel/virtio.ko: kernel/ring.ko\n"
      "kernel/ring.ko:\n",
      "");
  const std::vector<Module> modules = load_order(kernel, {"b_lock", "virtio"});
  EXPECT_THAT(names(modules), ElementsAre("ring", "virtio", "b_lock"));
  EXPECT_EQ(modules.back().file, kernel.modules / "kernel/b-lock.ko");
}

TEST_F(GuestKernel, LoadsWhatExt4AsksForByName) {
  const Kernel kernel = kernel_with(
      "kernel/ext4.ko: kernel/jbd2.ko\nkernel/jbd2.ko:\nkernel/crc32c_generic.ko:\n", "");
  EXPECT_THAT(names(load_order(kernel, {"ext4"})), ElementsAre("crc32c_generic", "jbd2", "ext4"));
}

// Newer kernels have no such module, and ext4 does not ask for it.
TEST_F(GuestKernel, DoesWithoutWhatIsAskedForByName) {
  const Kernel kernel = kernel_with("kernel/ext4.ko: kernel/jbd2.ko\nkernel/jbd2.ko:\n", "");
  EXPECT_THAT(names(load_order(kernel, {"ext4"})), ElementsAre("jbd2", "ext4"));
}

TEST_F(GuestKernel, SkipsWhatIsBuiltIn) {
  const Kernel kernel =
      kernel_with("kernel/ext4.ko:\n", "kernel/crc32c_generic.ko\nkernel/virtio-pci.ko\n");
  EXPECT_THAT(names(load_order(kernel, {"virtio_pci", "ext4"})), ElementsAre("ext4"));
}

TEST_F(GuestKernel, NamesAModuleThatTheKernelLacks) {
  const Kernel kernel = kernel_with("kernel/ext4.ko:\n", "");
  EXPECT_THAT(error_of([&kernel] { load_order(kernel, {"vfio_pci"}); }),
              AllOf(HasSubstr("vfio_pci"), HasSubstr("linux-image-6.1.0-9-amd64")));
}

TEST_F(GuestKernel, NamesTheLineOfADamagedList) {
  const Kernel kernel = kernel_with("kernel/a.ko:\nkernel/b.ko\n", "");
  EXPECT_THAT(error_of([&kernel] { load_order(kernel, {"a"}); }), HasSubstr("modules.dep:2:"));
}

TEST_F(GuestKernel, DecompressesModules) {
  const std::vector<std::uint8_t> plain = bytes_of(
      "\x7F"
      "ELF and more");
  put("a.ko", plain);
  put("b.ko.gz", gzip(plain));
  put("c.ko.gz", bytes_of("\x1F\x8B"));
  put("d.ko.br", plain);
  EXPECT_EQ(module_contents({"a", root() / "a.ko"}), plain);
  EXPECT_EQ(module_contents({"b", root() / "b.ko.gz"}), plain);
  EXPECT_THAT(error_of([this] {
                module_contents({"c", root() / "c.ko.gz"});
              }),
              HasSubstr("c.ko.gz"));
  EXPECT_THAT(error_of([this] {
                module_contents({"d", root() / "d.ko.br"});
              }),
              HasSubstr(".ko.zst"));
}

}  // namespace
}  // namespace dmar::guest
