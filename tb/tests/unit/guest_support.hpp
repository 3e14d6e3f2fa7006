// SPDX-License-Identifier: Apache-2.0
// For tests of what a guest boots: a made-up installation in a folder of its own, and small ELF
// files for it.
#ifndef DMAR_TESTS_GUEST_SUPPORT_HPP
#define DMAR_TESTS_GUEST_SUPPORT_HPP

#include <elf.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "guest/file.hpp"
#include "guest/guest.hpp"

namespace dmar::guest {

using Bytes = std::vector<std::uint8_t>;

inline Bytes bytes_of(const std::string &text) { return {text.begin(), text.end()}; }

// A program of one segment that is there to be read, not to run; with a loader when
// `interpreter` names one.
inline Bytes elf_program(const std::string &interpreter = "") {
  Elf64_Ehdr header = {};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_machine = EM_X86_64;
  header.e_phoff = sizeof header;
  header.e_phentsize = sizeof(Elf64_Phdr);
  header.e_phnum = 1;
  Elf64_Phdr segment = {};
  segment.p_type = interpreter.empty() ? PT_LOAD : PT_INTERP;
  segment.p_offset = sizeof header + sizeof segment;
  segment.p_filesz = interpreter.size() + 1;
  Bytes bytes(sizeof header + sizeof segment + interpreter.size() + 1);
  std::memcpy(bytes.data(), &header, sizeof header);
  std::memcpy(bytes.data() + sizeof header, &segment, sizeof segment);
  std::memcpy(bytes.data() + segment.p_offset, interpreter.data(), interpreter.size());
  return bytes;
}

// What `call` throws.
inline std::string error_of(const std::function<void()> &call) {
  try {
    call();
  } catch (const GuestError &error) {
    return error.what();
  }
  return "(no error)";
}

class MadeUpInstallation : public testing::Test {
 protected:
  std::filesystem::path put(const std::string &file, const Bytes &bytes) {
    const std::filesystem::path path = root() / file;
    std::filesystem::create_directories(path.parent_path());
    write_file(path, bytes);
    return path;
  }
  std::filesystem::path put_program(const std::string &file, const Bytes &bytes) {
    const std::filesystem::path path = put(file, bytes);
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    return path;
  }
  // Firmware of QEMU, in the two folders that Debian has for it.
  void put_firmware() {
    put("usr/share/seabios/bios-256k.bin", bytes_of("bios"));
    for (const char *name : {"linuxboot_dma.bin", "pvh.bin", "kvmvapic.bin"}) {
      put(std::string("usr/share/qemu/") + name, bytes_of(name));
    }
  }

  [[nodiscard]] const std::filesystem::path &root() const { return folder_.path(); }

 private:
  TemporaryFolder folder_;
};

// A bzImage of one setup sector with `payload` 16 bytes behind it, and `behind` after that.
inline Bytes kernel_image(const Bytes &payload, const Bytes &behind = {}) {
  constexpr std::size_t kStart = 1024;
  constexpr std::size_t kOffset = 16;
  Bytes image(kStart + kOffset);
  image[0x1F1] = 1;
  std::memcpy(image.data() + 0x202, "HdrS", 4);
  const auto put_word = [&image](std::size_t at, std::size_t value) {
    for (unsigned i = 0; i < 4; ++i) image[at + i] = static_cast<std::uint8_t>(value >> 8 * i);
  };
  put_word(0x248, kOffset);
  put_word(0x24C, payload.size());
  image.insert(image.end(), payload.begin(), payload.end());
  image.insert(image.end(), behind.begin(), behind.end());
  return image;
}

}  // namespace dmar::guest

#endif  // DMAR_TESTS_GUEST_SUPPORT_HPP
