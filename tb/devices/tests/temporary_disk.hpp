// SPDX-License-Identifier: Apache-2.0
// A disk image with known contents that goes away with the test.
#ifndef DMAR_DEVICES_TESTS_TEMPORARY_DISK_HPP
#define DMAR_DEVICES_TESTS_TEMPORARY_DISK_HPP

#include <stdlib.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace dmar::devices {

class TemporaryDisk {
 public:
  explicit TemporaryDisk(std::size_t bytes) {
    std::error_code none;
    const std::filesystem::path shared = "/dev/shm";  // in memory: a flush takes no time
    const bool there = std::filesystem::is_directory(shared, none);
    const auto folder = there ? shared : std::filesystem::temp_directory_path();
    std::string name = (folder / "dmar-disk-XXXXXX").string();
    const int file = ::mkstemp(name.data());
    if (file < 0) throw std::runtime_error(name + ": cannot be created");
    ::close(file);
    path_ = name;
    std::vector<std::uint8_t> contents(bytes);
    for (std::size_t i = 0; i < bytes; ++i) contents[i] = byte_at(i);
    store(contents);
  }
  ~TemporaryDisk() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }
  TemporaryDisk(const TemporaryDisk &) = delete;
  TemporaryDisk &operator=(const TemporaryDisk &) = delete;

  [[nodiscard]] const std::filesystem::path &path() const { return path_; }
  [[nodiscard]] std::vector<std::uint8_t> contents() const {
    std::ifstream in(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  }
  // What a byte holds before anyone writes it.
  static std::uint8_t byte_at(std::size_t offset) {
    return static_cast<std::uint8_t>(offset * 7 + offset / 512);
  }

 private:
  void store(const std::vector<std::uint8_t> &contents) const {
    std::ofstream out(path_, std::ios::binary);
    out.write(reinterpret_cast<const char *>(contents.data()),
              static_cast<std::streamsize>(contents.size()));
  }

  std::filesystem::path path_;
};

}  // namespace dmar::devices

#endif  // DMAR_DEVICES_TESTS_TEMPORARY_DISK_HPP
