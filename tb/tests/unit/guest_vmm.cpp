// SPDX-License-Identifier: Apache-2.0
// Kinds of programs, and what a virtual machine monitor needs in a guest.
#include <gmock/gmock.h>

#include <map>

#include "guest/elf.hpp"
#include "guest/vmm.hpp"
#include "guest_support.hpp"

namespace dmar::guest {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(GuestElf, TellsTheLoaderOfAProgram) {
  const auto dynamic = read_elf(elf_program("/lib64/loader.so.2"));
  ASSERT_TRUE(dynamic);
  EXPECT_EQ(dynamic->interpreter, "/lib64/loader.so.2");
  const auto fixed = read_elf(elf_program());
  ASSERT_TRUE(fixed);
  EXPECT_EQ(fixed->interpreter, "");
}

TEST(GuestElf, KnowsNoOtherFiles) {
  EXPECT_FALSE(read_elf({}));
  EXPECT_FALSE(read_elf(bytes_of("#!/bin/sh\n" + std::string(200, '#'))));
  Bytes narrow = elf_program();
  narrow[EI_CLASS] = ELFCLASS32;
  EXPECT_FALSE(read_elf(narrow));
  Bytes other = elf_program();
  other[offsetof(Elf64_Ehdr, e_machine)] = EM_AARCH64;
  EXPECT_FALSE(read_elf(other));
}

TEST(GuestElf, KnowsNoProgramWhoseLoaderHasNoName) {
  Bytes nameless = elf_program("/lib/loader");
  nameless[sizeof(Elf64_Ehdr) + sizeof(Elf64_Phdr)] = 0;
  EXPECT_FALSE(read_elf(nameless));
}

// Cut anywhere: nothing, never a part of the path.
TEST(GuestElf, KnowsNoFileThatEndsEarly) {
  const Bytes whole = elf_program("/lib/loader");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(read_elf(std::span(whole).first(size))) << size;
  }
  Bytes far = whole;
  far[offsetof(Elf64_Ehdr, e_phoff) + 4] = 1;  // segments 4 GiB away
  EXPECT_FALSE(read_elf(far));
}

TEST(GuestVmm, TakesTheLibrariesThatTheLoaderLists) {
  EXPECT_THAT(listed_libraries("\tlinux-vdso.so.1 (0x00007ffd0a5f2000)\n"
                               "\tlibz.so.1 => /lib/x86_64-linux-gnu/libz.so.1 (0x00007f00)\n"
                               "\t/lib64/ld-linux-x86-64.so.2 (0x00007f0000000000)\n"
                               "\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f11)\n",
                               "vmm"),
              ElementsAre("/lib/x86_64-linux-gnu/libz.so.1", "/lib/x86_64-linux-gnu/libc.so.6"));
  EXPECT_THAT(listed_libraries("\tstatically linked\n", "vmm"), IsEmpty());
}

TEST(GuestVmm, NamesALibraryThatIsNotThere) {
  EXPECT_THAT(error_of([] { listed_libraries("\tlibslirp.so.0 => not found\n", "/bin/vmm"); }),
              AllOf(HasSubstr("/bin/vmm"), HasSubstr("libslirp.so.0")));
}

class GuestVmmFiles : public MadeUpInstallation {
 protected:
  // A program whose loader is a script.
  std::string program_with_loader(const std::string &script) {
    loader_ = put_program("loader", bytes_of("#!/bin/sh\n" + script)).string();
    return put("vmm", elf_program(loader_)).string();
  }

  std::string loader_;
};

TEST_F(GuestVmmFiles, AreProgramLoaderLibrariesAndFirmware) {
  put_firmware();
  const std::string program = program_with_loader(
      "[ \"$1\" = --list ] && echo \"libx.so => /opt/libx.so (0x1)\" && echo \"$2 => /opt/$1\"\n");
  std::map<std::string, PackedFile> files;
  for (const PackedFile &file : vmm_files(program, root())) files[file.place] = file;
  EXPECT_EQ(files.size(), 8U);
  EXPECT_EQ(files["bin/vmm"].source, program);
  EXPECT_TRUE(files["bin/vmm"].executable);
  EXPECT_EQ(files[loader_.substr(1)].source, loader_);
  EXPECT_TRUE(files[loader_.substr(1)].executable);
  EXPECT_EQ(files["opt/libx.so"].source, "/opt/libx.so");
  EXPECT_EQ(files["opt/--list"].source, "/opt/--list");  // the loader was asked by this option
  EXPECT_EQ(files["usr/share/qemu/bios-256k.bin"].source,
            root() / "usr/share/seabios/bios-256k.bin");
  EXPECT_EQ(files["usr/share/qemu/pvh.bin"].source, root() / "usr/share/qemu/pvh.bin");
  EXPECT_FALSE(files["usr/share/qemu/pvh.bin"].executable);
}

TEST_F(GuestVmmFiles, OfAStaticProgramNeedNoLoader) {
  put_firmware();
  const auto files = vmm_files(put("vmm", elf_program()).string(), root());
  EXPECT_EQ(files.size(), 5U);
}

TEST_F(GuestVmmFiles, NameWhatCannotBeHad) {
  const auto error = [this](const std::string &program) {
    return error_of([&] { vmm_files(program, root()); });
  };
  EXPECT_THAT(error((root() / "absent").string()), HasSubstr("absent"));
  EXPECT_THAT(error("no-such-monitor"),
              AllOf(HasSubstr("no-such-monitor"), HasSubstr("qemu-system-x86")));
  EXPECT_THAT(error(put("script", bytes_of("#!/bin/sh\n")).string()),
              AllOf(HasSubstr("script"), HasSubstr("not a program for x86-64")));
  EXPECT_THAT(error(program_with_loader("echo 'libx.so => not found'\n")), HasSubstr("libx.so"));
  EXPECT_THAT(error(program_with_loader("echo cannot do that; echo more; exit 1\n")),
              testing::EndsWith("its libraries cannot be listed: cannot do that"));
  EXPECT_THAT(error(put("vmm", elf_program()).string()),
              AllOf(HasSubstr("no bios-256k.bin"), HasSubstr("seabios")));
  put_firmware();
  fs::remove(root() / "usr/share/qemu/kvmvapic.bin");
  EXPECT_THAT(error((root() / "vmm").string()), HasSubstr("no kvmvapic.bin"));
}

}  // namespace
}  // namespace dmar::guest
