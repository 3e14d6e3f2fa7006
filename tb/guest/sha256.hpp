// SPDX-License-Identifier: Apache-2.0
// Checksums of files, by the program sha256sum.
#ifndef DMAR_GUEST_SHA256_HPP
#define DMAR_GUEST_SHA256_HPP

#include <filesystem>
#include <string>
#include <vector>

namespace dmar::guest {

// 64 hexadecimal digits for each file. GuestError when a file cannot be read.
std::vector<std::string> sha256(const std::vector<std::filesystem::path> &files);

}  // namespace dmar::guest

#endif  // DMAR_GUEST_SHA256_HPP
