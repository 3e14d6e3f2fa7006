// SPDX-License-Identifier: Apache-2.0
// See destination.hpp.
#include "files/destination.hpp"

#include <sys/stat.h>

#include <system_error>

namespace dmar::files {

namespace fs = std::filesystem;

namespace {

constexpr unsigned kMaxLinks = 40;  // as the kernel follows

// Without links, dots and doubled slashes, as far as that can be known.
fs::path plain(const fs::path &path) {
  std::error_code error;
  const fs::path absolute = fs::absolute(path, error);
  const fs::path out = fs::weakly_canonical(error ? path : absolute, error);
  return error ? path.lexically_normal() : out;
}

}  // namespace

fs::path destination(const fs::path &path) {
  fs::path out = path;
  std::error_code error;
  for (unsigned i = 0; i < kMaxLinks && fs::is_symlink(out, error); ++i) {
    const fs::path next = fs::read_symlink(out, error);
    if (error) break;
    out = next.is_absolute() ? next : out.parent_path() / next;
  }
  return out;
}

bool is_stream(const fs::path &path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  return fs::exists(status) && !fs::is_regular_file(status) && !fs::is_directory(status);
}

bool same_file(const fs::path &a, const fs::path &b) {
  struct stat one {};
  struct stat other {};
  const bool there = ::stat(a.c_str(), &one) == 0;
  if (there != (::stat(b.c_str(), &other) == 0)) return false;
  if (there) return one.st_dev == other.st_dev && one.st_ino == other.st_ino;
  return plain(destination(a)) == plain(destination(b));
}

}  // namespace dmar::files
