// SPDX-License-Identifier: Apache-2.0
// What every initramfs of ours is made of.
#ifndef DMAR_GUEST_INITRAMFS_PARTS_HPP
#define DMAR_GUEST_INITRAMFS_PARTS_HPP

#include <filesystem>
#include <string>
#include <vector>

#include "guest/cpio.hpp"
#include "guest/guest.hpp"
#include "guest/vmm.hpp"

namespace dmar::guest {

// Folders, console, static busybox (ROOT/bin/busybox), the agent and the functions that scripts
// share.
void add_base(CpioWriter &archive, const std::filesystem::path &root);

// With the folders that they are in.
void add_files(CpioWriter &archive, const std::vector<PackedFile> &files);

// `names` and what they need, in `folder`, in an order in which they can be loaded.
void add_modules(CpioWriter &archive, const std::string &folder, const Kernel &kernel,
                 const std::vector<std::string> &names);

}  // namespace dmar::guest

#endif  // DMAR_GUEST_INITRAMFS_PARTS_HPP
