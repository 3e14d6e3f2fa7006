// SPDX-License-Identifier: Apache-2.0
// A file, or a block device of the host, as the medium of a disk.
#ifndef DMAR_DEVICES_DISK_HPP
#define DMAR_DEVICES_DISK_HPP

#include <cstdint>
#include <filesystem>
#include <span>
#include <stdexcept>

namespace dmar::devices {

// The image cannot be used; the message names it and the reason.
class DiskError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class Disk {
 public:
  static constexpr std::uint64_t kSectorBytes = 512;
  enum class Mode : bool { kReadWrite, kReadOnly };

  // Throws DiskError. What follows the last whole sector of the file cannot be reached.
  explicit Disk(const std::filesystem::path &image, Mode mode = Mode::kReadWrite);
  ~Disk();
  Disk(const Disk &) = delete;
  Disk &operator=(const Disk &) = delete;

  [[nodiscard]] std::uint64_t sectors() const { return sectors_; }
  [[nodiscard]] bool read_only() const { return mode_ == Mode::kReadOnly; }

  // `offset` in bytes. False when it leaves the disk, or the host reports an error, or the disk is
  // read-only; a write that fails may have written a part.
  [[nodiscard]] bool read(std::uint64_t offset, std::span<std::uint8_t> out) const;
  [[nodiscard]] bool write(std::uint64_t offset, std::span<const std::uint8_t> bytes);
  // Everything written so far is on the medium.
  [[nodiscard]] bool sync();

 private:
  [[nodiscard]] bool inside(std::uint64_t offset, std::size_t bytes) const;

  Mode mode_;
  int file_ = -1;
  std::uint64_t sectors_ = 0;
};

}  // namespace dmar::devices

#endif  // DMAR_DEVICES_DISK_HPP
