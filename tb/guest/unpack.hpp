// SPDX-License-Identifier: Apache-2.0
// Compressed files, by zlib or by the programs of this machine.
#ifndef DMAR_GUEST_UNPACK_HPP
#define DMAR_GUEST_UNPACK_HPP

#include <cstdint>
#include <filesystem>
#include <vector>

namespace dmar::guest {

enum class Packing : std::uint8_t { kGzip, kXz, kZstd };

// What is in `file`; GuestError names it when it is damaged, or the package whose program is
// missing.
std::vector<std::uint8_t> unpack(const std::filesystem::path &file, Packing packing);

}  // namespace dmar::guest

#endif  // DMAR_GUEST_UNPACK_HPP
