// SPDX-License-Identifier: Apache-2.0
// A virtual machine monitor that a guest can run: QEMU with all that it needs, out of this machine.
#ifndef DMAR_GUEST_VMM_HPP
#define DMAR_GUEST_VMM_HPP

#include <filesystem>
#include <string>
#include <vector>

namespace dmar::guest {

struct PackedFile {
  std::filesystem::path source;  // in this machine
  std::string place;             // in the guest, without leading "/"
  bool executable = false;
};

// A program at `place` in the guest, its dynamic loader, and its shared libraries where the loader
// finds them. GuestError says what cannot be had.
std::vector<PackedFile> program_files(const std::filesystem::path &path, const std::string &place);

// `program` (a path, or a name in PATH) as bin/vmm, and the firmware that a q35 machine with
// -kernel takes. GuestError says what cannot be had.
std::vector<PackedFile> vmm_files(const std::string &program,
                                  const std::filesystem::path &root = "/");

// The libraries in what `LOADER --list PROGRAM` prints: "NAME => PATH (ADDRESS)". GuestError names
// one that was not found.
std::vector<std::string> listed_libraries(const std::string &output, const std::string &program);

}  // namespace dmar::guest

#endif  // DMAR_GUEST_VMM_HPP
