// SPDX-License-Identifier: Apache-2.0
// The bare-metal test kernel: what loaders want of it, and a run on QEMU's own remapping unit.
#include <elf.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "guest/file.hpp"
#include "guest/guest.hpp"
#include "guest/process.hpp"

namespace dmar::guest {
namespace {

using testing::Contains;
using testing::Field;

TEST(GuestBare, IsA32BitProgram) {
  const std::span<const std::uint8_t> kernel = bare_kernel();
  Elf32_Ehdr header;
  ASSERT_GT(kernel.size(), sizeof header);
  std::memcpy(&header, kernel.data(), sizeof header);
  EXPECT_EQ(std::memcmp(header.e_ident, ELFMAG, SELFMAG), 0);
  EXPECT_EQ(header.e_ident[EI_CLASS], ELFCLASS32);
  EXPECT_EQ(header.e_machine, EM_386);
  EXPECT_GE(header.e_entry, 0x10'0000U);
}

TEST(GuestBare, HasAMultibootHeader) {
  const std::span<const std::uint8_t> kernel = bare_kernel();
  bool found = false;
  for (std::size_t at = 0; at + 12 <= std::min<std::size_t>(kernel.size(), 8192); at += 4) {
    std::uint32_t words[3];
    std::memcpy(words, kernel.data() + at, sizeof words);
    found = found || (words[0] == 0x1BAD'B002 && words[0] + words[1] + words[2] == 0);
  }
  EXPECT_TRUE(found);
}

std::string qemu() {
  try {
    return find_program("qemu-system-x86_64", "qemu-system-x86").string();
  } catch (const GuestError &) {
    return "";
  }
}

// Runs the kernel with the given devices more.
ProcessResult run_bare(const std::vector<std::string> &devices) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "bare";
  write_file(file, bare_kernel());
  std::vector<std::string> arguments = {"-accel",      "tcg",
                                        "-machine",    "q35,kernel-irqchip=off,sata=off",
                                        "-cpu",        "max",
                                        "-m",          "64M",
                                        "-display",    "none",
                                        "-serial",     "stdio",
                                        "-device",     "isa-debug-exit,iobase=0xf4,iosize=4",
                                        "-kernel",     file.string(),
                                        "-nodefaults", "-no-reboot"};
  for (const std::string &device : devices) {
    arguments.emplace_back("-device");
    arguments.push_back(device);
  }
  return run_program(qemu(), arguments);
}

TEST(GuestBare, PassesOnQemu) {
  if (qemu().empty()) GTEST_SKIP() << "qemu-system-x86 is not installed";
  const ProcessResult result =
      run_bare({"intel-iommu,intremap=on", "edu,addr=06.0,dma_mask=0xffffffffffffffff"});
  EXPECT_EQ(result.status, 1) << result.output;
  const Console console = read_console(result.output);
  EXPECT_TRUE(console.finished);
  EXPECT_GT(console.checks.size(), 20U);
  EXPECT_THAT(console.checks, Not(Contains(Field(&Check::passed, false)))) << result.output;
}

TEST(GuestBare, FailsWithoutAUnit) {
  if (qemu().empty()) GTEST_SKIP() << "qemu-system-x86 is not installed";
  const ProcessResult result = run_bare({"edu,addr=06.0"});
  EXPECT_EQ(result.status, 3) << result.output;
  EXPECT_THAT(read_console(result.output).checks, Contains(Field(&Check::passed, false)));
}

}  // namespace
}  // namespace dmar::guest
