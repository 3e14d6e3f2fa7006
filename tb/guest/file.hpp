// SPDX-License-Identifier: Apache-2.0
// Whole files, and a folder that goes away.
#ifndef DMAR_GUEST_FILE_HPP
#define DMAR_GUEST_FILE_HPP

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace dmar::guest {

// GuestError with the path and the system's reason when the file cannot be read or written.
std::vector<std::uint8_t> read_file(const std::filesystem::path &path);
std::string read_text(const std::filesystem::path &path);
void write_file(const std::filesystem::path &path, std::span<const std::uint8_t> bytes);

// A new folder under the system's folder for temporary files, removed with everything in it.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder &) = delete;
  TemporaryFolder &operator=(const TemporaryFolder &) = delete;

  [[nodiscard]] const std::filesystem::path &path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace dmar::guest

#endif  // DMAR_GUEST_FILE_HPP
