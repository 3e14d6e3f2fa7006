// SPDX-License-Identifier: Apache-2.0
// See wave_file.hpp.
#include "bench/wave_file.hpp"

#include <fmt/core.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "files/destination.hpp"

namespace dmar::bench {

namespace {

namespace fs = std::filesystem;

// Names and values of all signals of the largest configuration need less.
constexpr std::uint64_t kLeastSpace = 16U << 20;
constexpr int kExitStatus = 2;

// What the signal handler needs, made beforehand.
struct {
  std::string message;
  std::string file;
  std::string names;  // the writer's second file
} open_wave;

[[noreturn]] void fail(const std::string &path, const std::string &why) {
  throw std::runtime_error(fmt::format("{}: cannot be written: {}", path, why));
}

void mapped_file_cut_off(int) {
  if (::write(STDERR_FILENO, open_wave.message.data(), open_wave.message.size()) < 0) {
    // There is no one else to tell.
  }
  ::unlink(open_wave.file.c_str());
  ::unlink(open_wave.names.c_str());
  ::_exit(kExitStatus);
}

void require_space(const std::string &path, const fs::path &folder) {
  struct statvfs space {};
  if (::statvfs(folder.empty() ? "." : folder.c_str(), &space) != 0) return;
  if (std::uint64_t{space.f_bavail} * space.f_frsize >= kLeastSpace) return;
  fail(path, fmt::format("a wave needs at least {} MiB in {}", kLeastSpace >> 20,
                         folder.empty() ? "." : folder.string()));
}

std::uint64_t big_endian(const std::array<unsigned char, 9> &bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 1; i < bytes.size(); ++i) value = value << 8 | bytes[i];
  return value;
}

}  // namespace

// A block is a tag, the length of what follows, and that; the length counts itself.
bool is_whole_wave(const std::string &path) {
  constexpr std::array kNames{4, 6, 7};  // tags of the table of names, by compression
  std::error_code error;
  const std::uint64_t size = fs::file_size(path, error);
  if (error) return false;
  std::ifstream in(path, std::ios::binary);
  bool names = false;
  std::uint64_t at = 0;
  while (at < size) {
    std::array<unsigned char, 9> head{};
    in.seekg(static_cast<std::streamoff>(at));
    if (!in.read(reinterpret_cast<char *>(head.data()), head.size())) return false;
    const std::uint64_t length = big_endian(head);
    if (length < 8 || length > size - at - 1) return false;
    for (const int tag : kNames) names = names || head[0] == tag;
    at += 1 + length;
  }
  return names && at == size;
}

WaveFile::WaveFile(const std::string &path) : path_(path), file_(path) {
  if (files::is_stream(path)) fail(path, "a wave is not a stream, it needs a regular file");
  require_space(path, file_.place().parent_path());
  require_space(path, P_tmpdir);  // where the writer keeps more files
  errno = 0;
  if (!std::ofstream(place(), std::ios::binary)) fail(path, std::strerror(errno));
  open_wave = {.message = fmt::format("dmar: {}: cannot be written: no space left there or in {}\n",
                                      path, P_tmpdir),
               .file = place(),
               .names = place() + ".hier"};
  struct sigaction action {};
  action.sa_handler = mapped_file_cut_off;
  ::sigaction(SIGBUS, &action, &before_);
}

WaveFile::~WaveFile() {
  ::sigaction(SIGBUS, &before_, nullptr);
  std::error_code ignored;
  fs::remove(place() + ".hier", ignored);
}

void WaveFile::finish() {
  if (!is_whole_wave(place())) fail(path_, "no space left there or in " P_tmpdir);
  if (const std::error_code error = file_.commit()) fail(path_, error.message());
}

}  // namespace dmar::bench
