// SPDX-License-Identifier: Apache-2.0
// The kernel out of made-up bzImages.
#include <gmock/gmock.h>

#include "guest/gzip.hpp"
#include "guest/process.hpp"
#include "guest/unpack.hpp"
#include "guest/unpacked_kernel.hpp"
#include "guest_support.hpp"

namespace dmar::guest {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class GuestUnpackedKernel : public MadeUpInstallation {
 protected:
  // Packed by a program of this machine, with the size unpacked behind it as Linux has it.
  Bytes packed(const std::string &program, const Bytes &plain) {
    const auto file = put("plain", plain);
    const ProcessResult result =
        run_program(find_program(program, program), {"-qc", file.string()});
    EXPECT_EQ(result.status, 0) << result.output;
    Bytes bytes = bytes_of(result.output);
    for (unsigned i = 0; i < 4; ++i) {
      bytes.push_back(static_cast<std::uint8_t>(plain.size() >> 8 * i));
    }
    return bytes;
  }
  Bytes unpacked(const Bytes &image) { return unpacked_kernel(put("vmlinuz", image)); }
  std::string error(const Bytes &image) {
    return error_of([&] { unpacked(image); });
  }

  static bool have(const char *program) {
    return error_of([&] { (void)find_program(program, program); }) == "(no error)";
  }

  Bytes kernel_ = elf_program("/a/path/that/a/kernel/has/not");
};

TEST_F(GuestUnpackedKernel, ComesOutOfGzip) {
  EXPECT_EQ(unpacked(kernel_image(gzip(kernel_))), kernel_);
  EXPECT_EQ(unpacked(kernel_image(gzip(kernel_), Bytes(100, 0xEE))), kernel_);
}

TEST_F(GuestUnpackedKernel, ComesOutOfXz) {
  if (!have("xz")) GTEST_SKIP() << "xz is missing";
  EXPECT_EQ(unpacked(kernel_image(packed("xz", kernel_), Bytes(100, 0xEE))), kernel_);
}

TEST_F(GuestUnpackedKernel, ComesOutOfZstd) {
  if (!have("zstd")) GTEST_SKIP() << "zstd is missing";
  EXPECT_EQ(unpacked(kernel_image(packed("zstd", kernel_))), kernel_);
}

// Documentation/arch/x86/boot of Linux: 0 setup sectors mean 4.
TEST_F(GuestUnpackedKernel, ComesOutOfAnImageThatDoesNotTellItsSetupSectors) {
  Bytes image = kernel_image(gzip(kernel_));
  image.insert(image.begin() + 1024, 3 * 512, 0);
  image[0x1F1] = 0;
  EXPECT_EQ(unpacked(image), kernel_);
}

TEST_F(GuestUnpackedKernel, ComesOutOfABzImageOnly) {
  EXPECT_THAT(error(bytes_of("MZ")), HasSubstr("not a Linux kernel for x86"));
  EXPECT_THAT(error(Bytes(4096)), HasSubstr("not a Linux kernel for x86"));
  Bytes cut = kernel_image(gzip(kernel_));
  cut.resize(0x24F);
  EXPECT_THAT(error(cut), HasSubstr("not a Linux kernel for x86"));
}

TEST_F(GuestUnpackedKernel, HasItsPayloadInTheFile) {
  const Bytes payload = gzip(kernel_);
  Bytes cut = kernel_image(payload);
  cut.pop_back();
  EXPECT_THAT(error(cut), AllOf(HasSubstr("vmlinuz"), HasSubstr("leaves the file")));
  Bytes far = kernel_image(payload);
  far[0x24B] = 0xFF;  // of the payload's offset, the top
  EXPECT_THAT(error(far), HasSubstr("from ff000410h) leaves the file"));
  Bytes long_one = kernel_image(payload);
  long_one[0x24F] = 0xFF;
  EXPECT_THAT(error(long_one), HasSubstr("leaves the file"));
  EXPECT_THAT(error(kernel_image({0x1F, 0x8B, 0, 0})), HasSubstr("(4 bytes"));
}

TEST_F(GuestUnpackedKernel, IsPackedByAKnownMethod) {
  EXPECT_THAT(error(kernel_image(bytes_of("BZh91AY&SY and more"))),
              HasSubstr("neither by gzip nor xz nor zstd"));
  EXPECT_THAT(error(kernel_image(bytes_of("\xFD"
                                          "7zY and more"))),
              HasSubstr("neither by gzip"));
}

TEST_F(GuestUnpackedKernel, IsWholeAndAnElfFile) {
  Bytes damaged = gzip(kernel_);
  damaged[damaged.size() / 2] ^= 0xFF;
  EXPECT_NE(error(kernel_image(damaged)), "(no error)");
  EXPECT_THAT(error(kernel_image(gzip(bytes_of("no kernel at all")))),
              HasSubstr("no ELF file for x86-64"));
}

TEST_F(GuestUnpackedKernel, DamagedFilesAreNamed) {
  if (!have("xz")) GTEST_SKIP() << "xz is missing";
  const auto file = put("piece", bytes_of("\xFD"
                                          "7zXZ and no more"));
  EXPECT_THAT(error_of([&] { unpack(file, Packing::kXz); }),
              AllOf(HasSubstr("piece"), HasSubstr("xz cannot decompress it")));
  EXPECT_THAT(error_of([&] { unpack(file, Packing::kGzip); }), HasSubstr("piece"));
}

}  // namespace
}  // namespace dmar::guest
