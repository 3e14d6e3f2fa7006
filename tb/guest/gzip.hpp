// SPDX-License-Identifier: Apache-2.0
// gzip in memory, by zlib.
#ifndef DMAR_GUEST_GZIP_HPP
#define DMAR_GUEST_GZIP_HPP

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace dmar::guest {

std::vector<std::uint8_t> gzip(std::span<const std::uint8_t> bytes);

// GuestError names `file`, where the bytes are from, when they are no complete gzip stream.
std::vector<std::uint8_t> gunzip(std::span<const std::uint8_t> bytes, const std::string &file);

}  // namespace dmar::guest

#endif  // DMAR_GUEST_GZIP_HPP
