// SPDX-License-Identifier: Apache-2.0
// See unpacked_kernel.hpp.
#include "guest/unpacked_kernel.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <span>

#include "guest/elf.hpp"
#include "guest/file.hpp"
#include "guest/guest.hpp"
#include "guest/unpack.hpp"

namespace dmar::guest {

namespace {

// Fields of the setup header.
constexpr std::size_t kSetupSectors = 0x1F1;
constexpr std::size_t kOldSetupSectors = 4;  // when the field is 0
constexpr std::size_t kSetupMagic = 0x202;   // "HdrS"
constexpr std::size_t kPayloadOffset = 0x248;
constexpr std::size_t kPayloadLength = 0x24C;
constexpr std::size_t kSector = 512;
constexpr std::size_t kHeaderEnd = 0x250;
constexpr std::size_t kSizeBytes = 4;  // behind the payload, except for gzip: its size unpacked

struct Method {
  std::array<std::uint8_t, 4> magic;
  unsigned magic_bytes;
  Packing packing;
};
constexpr std::array kMethods = {
    Method{{0x1F, 0x8B}, 2, Packing::kGzip},
    Method{{0xFD, '7', 'z', 'X'}, 4, Packing::kXz},
    Method{{0x28, 0xB5, 0x2F, 0xFD}, 4, Packing::kZstd},
};

std::size_t word(const std::vector<std::uint8_t> &bytes, std::size_t at) {
  return bytes[at] | bytes[at + 1] << 8U | bytes[at + 2] << 16U |
         static_cast<std::size_t>(bytes[at + 3]) << 24U;
}

}  // namespace

std::vector<std::uint8_t> unpacked_kernel(const std::filesystem::path &image) {
  const std::vector<std::uint8_t> bytes = read_file(image);
  if (bytes.size() < kHeaderEnd || std::memcmp(bytes.data() + kSetupMagic, "HdrS", 4) != 0) {
    throw GuestError(fmt::format("{}: not a Linux kernel for x86 (bzImage)", image.string()));
  }
  const std::size_t sectors = bytes[kSetupSectors] == 0 ? kOldSetupSectors : bytes[kSetupSectors];
  const std::size_t start = (sectors + 1) * kSector + word(bytes, kPayloadOffset);
  const std::size_t length = word(bytes, kPayloadLength);
  if (start > bytes.size() || bytes.size() - start < length || length < 2 * kSizeBytes) {
    throw GuestError(fmt::format("{}: its payload ({} bytes from {:x}h) leaves the file",
                                 image.string(), length, start));
  }
  const auto payload = std::span(bytes).subspan(start, length);
  const auto method = std::ranges::find_if(kMethods, [&](const Method &candidate) {
    return std::memcmp(payload.data(), candidate.magic.data(), candidate.magic_bytes) == 0;
  });
  if (method == kMethods.end()) {
    throw GuestError(
        fmt::format("{}: its payload is packed neither by gzip nor xz nor zstd", image.string()));
  }
  const TemporaryFolder folder;
  const auto file = folder.path() / "payload";
  write_file(file, payload.first(method->packing == Packing::kGzip ? length : length - kSizeBytes));
  std::vector<std::uint8_t> kernel = unpack(file, method->packing);
  if (!read_elf(kernel)) {
    throw GuestError(fmt::format("{}: its payload is no ELF file for x86-64", image.string()));
  }
  return kernel;
}

}  // namespace dmar::guest
