// SPDX-License-Identifier: Apache-2.0
// See disk.hpp.
#include "devices/disk.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace dmar::devices {

Disk::Disk(const std::filesystem::path &image, Mode mode) : mode_(mode) {
  const int access = mode == Mode::kReadOnly ? O_RDONLY : O_RDWR;
  file_ = ::open(image.c_str(), access | O_CLOEXEC);
  if (file_ < 0) {
    throw DiskError(
        fmt::format("{}: cannot be opened as a disk: {}", image.string(), std::strerror(errno)));
  }
  struct stat status {};
  const bool known = ::fstat(file_, &status) == 0;
  const bool usable = known && (S_ISREG(status.st_mode) || S_ISBLK(status.st_mode));
  const off_t end = usable ? ::lseek(file_, 0, SEEK_END) : -1;
  if (end < static_cast<off_t>(kSectorBytes)) {
    ::close(file_);
    const char *reason = usable ? "it is smaller than one sector of 512 bytes"
                                : "it is neither a file nor a block device";
    throw DiskError(fmt::format("{}: cannot be used as a disk: {}", image.string(), reason));
  }
  sectors_ = static_cast<std::uint64_t>(end) / kSectorBytes;
}

Disk::~Disk() { ::close(file_); }

bool Disk::inside(std::uint64_t offset, std::size_t bytes) const {
  const std::uint64_t end = sectors_ * kSectorBytes;
  return offset <= end && bytes <= end - offset;
}

bool Disk::read(std::uint64_t offset, std::span<std::uint8_t> out) const {
  if (!inside(offset, out.size())) return false;
  while (!out.empty()) {
    const ssize_t count = ::pread(file_, out.data(), out.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;  // 0: someone has made the file shorter
    out = out.subspan(static_cast<std::size_t>(count));
    offset += static_cast<std::uint64_t>(count);
  }
  return true;
}

bool Disk::write(std::uint64_t offset, std::span<const std::uint8_t> bytes) {
  if (read_only() || !inside(offset, bytes.size())) return false;
  while (!bytes.empty()) {
    const ssize_t count = ::pwrite(file_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(count));
    offset += static_cast<std::uint64_t>(count);
  }
  return true;
}

bool Disk::sync() { return read_only() || ::fdatasync(file_) == 0; }

}  // namespace dmar::devices
