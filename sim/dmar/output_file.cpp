// SPDX-License-Identifier: Apache-2.0
// See output_file.hpp.
#include "output_file.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "usage_error.hpp"

namespace dmar::sim {

namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path &path, const char *reason) {
  throw UsageError(fmt::format("{}: cannot be written: {}", path.string(), reason));
}

// Unique to the process, so that two runs do not meet in it.
fs::path temporary_for(const fs::path &path) {
  fs::path out = path;
  out += fmt::format(".{}.partial", ::getpid());
  return out;
}

bool is_stream(const fs::path &path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  return fs::exists(status) && !fs::is_regular_file(status) && !fs::is_directory(status);
}

void write_or_throw(const fs::path &path, const fs::path &target, const std::string &text) {
  errno = 0;
  std::ofstream out(target, std::ios::binary | std::ios::trunc);
  out << text;
  out.close();
  if (out) return;
  const int cause = errno;
  std::error_code ignored;
  if (target != path) fs::remove(target, ignored);
  fail(path, cause != 0 ? std::strerror(cause) : "unknown error");
}

}  // namespace

void require_writable(const fs::path &path) {
  std::error_code error;
  if (fs::is_directory(path, error)) fail(path, "is a directory");
  if (path.empty() || path.filename().empty()) fail(path, "not the name of a file");
  if (is_stream(path)) {
    if (::access(path.c_str(), W_OK) != 0) fail(path, std::strerror(errno));
    return;
  }
  if (fs::exists(path, error) && ::access(path.c_str(), W_OK) != 0) {
    fail(path, std::strerror(errno));
  }
  const fs::path probe = temporary_for(path);
  write_or_throw(path, probe, "");
  fs::remove(probe, error);
}

void write_whole(const fs::path &path, const std::string &text) {
  if (is_stream(path)) {
    write_or_throw(path, path, text);
    return;
  }
  const fs::path temporary = temporary_for(path);
  write_or_throw(path, temporary, text);
  std::error_code error;
  fs::rename(temporary, path, error);
  if (!error) return;
  const std::string reason = error.message();
  fs::remove(temporary, error);
  fail(path, reason.c_str());
}

}  // namespace dmar::sim
