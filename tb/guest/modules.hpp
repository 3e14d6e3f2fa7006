// SPDX-License-Identifier: Apache-2.0
// Which kernel modules to load in which order, and their contents.
#ifndef DMAR_GUEST_MODULES_HPP
#define DMAR_GUEST_MODULES_HPP

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "guest/guest.hpp"

namespace dmar::guest {

struct Module {
  std::string name;  // "virtio_blk", "_" also where the file has "-"
  std::filesystem::path file;
};

// `names` and everything they depend on, each once and behind what it needs; built-in ones left
// out. GuestError names a module that the kernel does not have.
std::vector<Module> load_order(const Kernel &kernel, const std::vector<std::string> &names);

// The module itself, decompressed (.gz here, .xz and .zst by the programs of the host).
std::vector<std::uint8_t> module_contents(const Module &module);

}  // namespace dmar::guest

#endif  // DMAR_GUEST_MODULES_HPP
