// SPDX-License-Identifier: Apache-2.0
// See files.hpp.
#include "files.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <ctime>

namespace dmar::agent {

namespace {

std::int64_t now_ns() {
  timespec now = {};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

}  // namespace

Descriptor &Descriptor::operator=(Descriptor &&other) noexcept {
  if (this != &other) {
    reset();
    number_ = std::exchange(other.number_, -1);
  }
  return *this;
}

void Descriptor::reset() {
  if (number_ >= 0) close(number_);
  number_ = -1;
}

std::optional<std::string> read_text(const std::string &path) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return std::nullopt;
  std::string contents;
  std::array<char, 4096> buffer;
  for (;;) {
    const ssize_t count = read(file.get(), buffer.data(), buffer.size());
    if (count < 0) return std::nullopt;
    if (count == 0) break;
    contents.append(buffer.data(), static_cast<std::size_t>(count));
  }
  if (!contents.empty() && contents.back() == '\n') contents.pop_back();
  return contents;
}

bool write_text(const std::string &path, const std::string &contents) {
  const Descriptor file(open(path.c_str(), O_WRONLY | O_CLOEXEC));
  return file.valid() && write(file.get(), contents.data(), contents.size()) ==
                             static_cast<ssize_t>(contents.size());
}

std::string link_name(const std::string &path) {
  std::array<char, 4096> target;
  const ssize_t count = readlink(path.c_str(), target.data(), target.size());
  if (count <= 0) return "";
  const std::string whole(target.data(), static_cast<std::size_t>(count));
  return whole.substr(whole.rfind('/') + 1);
}

Deadline::Deadline(double seconds) : end_ns_(now_ns() + static_cast<std::int64_t>(seconds * 1e9)) {}

int Deadline::remaining_ms() const {
  const std::int64_t left = end_ns_ - now_ns();
  return static_cast<int>(std::clamp<std::int64_t>((left + 999'999) / 1'000'000, 0, 1'000'000'000));
}

void sleep_ms(unsigned milliseconds) {
  const timespec time = {milliseconds / 1000, static_cast<long>(milliseconds % 1000) * 1'000'000};
  nanosleep(&time, nullptr);
}

}  // namespace dmar::agent
