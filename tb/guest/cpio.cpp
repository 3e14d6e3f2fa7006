// SPDX-License-Identifier: Apache-2.0
// See cpio.hpp. Format: Documentation/driver-api/early-userspace/buffer-format of Linux.
#include "guest/cpio.hpp"

#include <fmt/core.h>

#include <utility>

namespace dmar::guest {

namespace {

// File type and permission bits as in stat(2), which the format takes over.
constexpr unsigned kFolder = 0040755;
constexpr unsigned kFile = 0100644;
constexpr unsigned kProgram = 0100755;
constexpr unsigned kLink = 0120777;
constexpr unsigned kCharacterDevice = 0020600;

std::span<const std::uint8_t> as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t *>(text.data()), text.size()};
}

}  // namespace

void CpioWriter::append(std::string_view text) {
  bytes_.insert(bytes_.end(), text.begin(), text.end());
}

// Headers and contents start at multiples of 4.
void CpioWriter::pad() { bytes_.resize((bytes_.size() + 3) & ~std::size_t{3}); }

void CpioWriter::member(std::string_view path, unsigned mode,
                        std::span<const std::uint8_t> contents, Device device) {
  const unsigned links = (mode & kFolder) == kFolder ? 2 : 1;
  append(
      fmt::format("070701{:08X}{:08X}{:08X}{:08X}{:08X}{:08X}{:08X}{:08X}{:08X}{:08X}{:08X}"
                  "{:08X}{:08X}",
                  inode_++, mode, 0, 0, links, 0, contents.size(), 0, 0, device.major, device.minor,
                  path.size() + 1, 0));
  append(path);
  bytes_.push_back(0);
  pad();
  bytes_.insert(bytes_.end(), contents.begin(), contents.end());
  pad();
}

void CpioWriter::folder(std::string_view path) {
  if (folders_.emplace(path).second) member(path, kFolder, {}, {});
}

void CpioWriter::file(std::string_view path, std::span<const std::uint8_t> contents,
                      bool executable) {
  member(path, executable ? kProgram : kFile, contents, {});
}

void CpioWriter::file(std::string_view path, std::string_view contents, bool executable) {
  file(path, as_bytes(contents), executable);
}

void CpioWriter::link(std::string_view path, std::string_view target) {
  member(path, kLink, as_bytes(target), {});
}

void CpioWriter::device(std::string_view path, unsigned major, unsigned minor) {
  member(path, kCharacterDevice, {}, {major, minor});
}

std::vector<std::uint8_t> CpioWriter::finish() {
  member("TRAILER!!!", 0, {}, {});
  inode_ = 0;
  folders_.clear();
  return std::exchange(bytes_, {});
}

}  // namespace dmar::guest
