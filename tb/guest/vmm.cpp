// SPDX-License-Identifier: Apache-2.0
// See vmm.hpp.
#include "guest/vmm.hpp"

#include <fmt/core.h>

#include <array>
#include <sstream>

#include "guest/elf.hpp"
#include "guest/file.hpp"
#include "guest/guest.hpp"
#include "guest/process.hpp"

namespace dmar::guest {

namespace {

namespace fs = std::filesystem;

constexpr const char *kPackage = "qemu-system-x86";

// Debian has QEMU's firmware in several folders; in the guest it is in one.
constexpr const char *kFirmwarePlace = "usr/share/qemu/";
constexpr std::array kFirmwareFolders = {"usr/share/qemu", "usr/share/seabios"};
constexpr std::array kFirmware = {"bios-256k.bin", "linuxboot_dma.bin", "pvh.bin", "kvmvapic.bin"};

std::string without_slash(const std::string &path) {
  return path.starts_with('/') ? path.substr(1) : path;
}

fs::path path_of(const std::string &program) {
  return program.find('/') == std::string::npos ? find_program(program, kPackage)
                                                : fs::path(program);
}

PackedFile firmware(const char *name, const fs::path &root) {
  std::error_code error;
  for (const char *folder : kFirmwareFolders) {
    const fs::path path = root / folder / name;
    if (fs::exists(path, error)) return {path, kFirmwarePlace + std::string(name)};
  }
  throw GuestError(fmt::format("no {} in {} or {} (Debian packages qemu-system-data, seabios)",
                               name, (root / kFirmwareFolders[0]).string(),
                               (root / kFirmwareFolders[1]).string()));
}

}  // namespace

std::vector<std::string> listed_libraries(const std::string &output, const std::string &program) {
  std::vector<std::string> libraries;
  std::istringstream lines(output);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string name;
    std::string arrow;
    std::string path;
    words >> name >> arrow >> path;
    if (arrow != "=>") continue;  // the loader itself, and what the kernel brings
    if (!path.starts_with('/')) {
      throw GuestError(fmt::format("{}: its library {} is not there", program, name));
    }
    libraries.push_back(path);
  }
  return libraries;
}

std::vector<PackedFile> program_files(const fs::path &path, const std::string &place) {
  const auto elf = read_elf(read_file(path));
  if (!elf) throw GuestError(fmt::format("{}: not a program for x86-64", path.string()));
  std::vector<PackedFile> files{{path, place, true}};
  if (!elf->interpreter.empty()) {
    files.push_back({elf->interpreter, without_slash(elf->interpreter), true});
    const ProcessResult listed = run_program(elf->interpreter, {"--list", path.string()});
    if (listed.status != 0) {
      throw GuestError(fmt::format("{}: its libraries cannot be listed: {}", path.string(),
                                   listed.output.substr(0, listed.output.find('\n'))));
    }
    for (const std::string &library : listed_libraries(listed.output, path.string())) {
      files.push_back({library, without_slash(library), true});
    }
  }
  return files;
}

std::vector<PackedFile> vmm_files(const std::string &program, const fs::path &root) {
  std::vector<PackedFile> files = program_files(path_of(program), "bin/vmm");
  for (const char *name : kFirmware) files.push_back(firmware(name, root));
  return files;
}

}  // namespace dmar::guest
