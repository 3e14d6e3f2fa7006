// SPDX-License-Identifier: Apache-2.0
// See file.hpp.
#include "guest/file.hpp"

#include <fmt/core.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include "guest/guest.hpp"

namespace dmar::guest {

namespace {

template <class Bytes>
Bytes read_whole(const std::filesystem::path &path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    throw GuestError(fmt::format("{}: is a directory, not a file", path.string()));
  }
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  Bytes bytes;
  // In pieces: a pipe has no size, and kernels with their modules are hundreds of megabytes.
  std::array<char, 65536> piece{};
  while (in.read(piece.data(), piece.size()) || in.gcount() > 0) {
    bytes.insert(bytes.end(), piece.data(), piece.data() + in.gcount());
  }
  if (!in.is_open() || in.bad()) {
    throw GuestError(fmt::format("{}: cannot be read: {}", path.string(), std::strerror(errno)));
  }
  return bytes;
}

}  // namespace

std::vector<std::uint8_t> read_file(const std::filesystem::path &path) {
  return read_whole<std::vector<std::uint8_t>>(path);
}

std::string read_text(const std::filesystem::path &path) { return read_whole<std::string>(path); }

void write_file(const std::filesystem::path &path, std::span<const std::uint8_t> bytes) {
  errno = 0;
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(reinterpret_cast<const char *>(bytes.data()),
            static_cast<std::streamsize>(bytes.size()));
  out.close();
  if (!out) {
    throw GuestError(fmt::format("{}: cannot be written: {}", path.string(), std::strerror(errno)));
  }
}

TemporaryFolder::TemporaryFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "dmar-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) {
    throw GuestError(fmt::format("{}: cannot be created: {}", name, std::strerror(errno)));
  }
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;  // a folder left behind is no reason to end the program
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace dmar::guest
