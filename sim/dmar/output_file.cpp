// SPDX-License-Identifier: Apache-2.0
// See output_file.hpp.
#include "output_file.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "files/destination.hpp"
#include "files/pending_file.hpp"
#include "usage_error.hpp"

namespace dmar::sim {

namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path &path, const char *reason) {
  throw UsageError(fmt::format("{}: cannot be written: {}", path.string(), reason));
}

void write_or_throw(const fs::path &path, const fs::path &target, const std::string &text) {
  errno = 0;
  std::ofstream out(target, std::ios::binary | std::ios::trunc);
  out << text;
  out.close();
  if (out) return;
  fail(path, errno != 0 ? std::strerror(errno) : "unknown error");
}

}  // namespace

void require_writable(const fs::path &path) {
  std::error_code error;
  if (fs::is_directory(path, error)) fail(path, "is a directory");
  if (path.empty() || path.filename().empty()) fail(path, "not the name of a file");
  if (fs::exists(path, error) && ::access(path.c_str(), W_OK) != 0) {
    fail(path, std::strerror(errno));
  }
  if (files::is_stream(path)) return;
  const files::PendingFile probe(path);
  write_or_throw(path, probe.place(), "");
}

void require_regular(const fs::path &path) {
  if (files::is_stream(path)) fail(path, "not a regular file");
}

void write_whole(const fs::path &path, const std::string &text) {
  files::PendingFile file(path);
  write_or_throw(path, file.place(), text);
  if (const std::error_code error = file.commit()) fail(path, error.message().c_str());
}

}  // namespace dmar::sim
