// SPDX-License-Identifier: Apache-2.0
// See line_reader.hpp. zlib reads plain files through the same calls as gzip files.
#include "trace/line_reader.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace dmar::trace {

namespace {

constexpr unsigned kBufferBytes = 1U << 16;
constexpr std::size_t kMaxLine = 4096;  // the longest legal line is about 150 characters

gzFile open(const std::filesystem::path &path) {
  if (path != "-") return gzopen(path.c_str(), "rb");
  const int file = ::dup(STDIN_FILENO);
  if (file < 0) return nullptr;
  const gzFile handle = gzdopen(file, "rb");
  if (handle == nullptr) ::close(file);
  return handle;
}

}  // namespace

LineReader::LineReader(const std::filesystem::path &path)
    : file_(path == "-" ? "standard input" : path.string()), handle_(nullptr, gzclose_r) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (std::filesystem::is_directory(status)) {
    throw TraceError(fmt::format("{}: is a directory, not a trace", file_));
  }
  errno = 0;
  handle_.reset(open(path));
  if (!handle_) {
    const int cause = errno != 0 ? errno : ENOMEM;
    throw TraceError(fmt::format("{}: cannot be opened: {}", file_, std::strerror(cause)));
  }
  gzbuffer(handle_.get(), kBufferBytes);
}

void LineReader::fail_in_line(const std::string &what) const {
  throw TraceError(fmt::format("{}:{}: {}", file_, line_number_ + 1, what));
}

bool LineReader::refill() {
  buffer_.resize(kBufferBytes);
  position_ = 0;
  const int count = gzread(handle_.get(), buffer_.data(), kBufferBytes);
  int code = Z_OK;
  const char *message = gzerror(handle_.get(), &code);
  buffer_.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
  if (code == Z_ERRNO) fail_in_line(fmt::format("cannot be read: {}", std::strerror(errno)));
  if (code == Z_BUF_ERROR && count <= 0) fail_in_line("the gzip data is truncated");
  if (count < 0) fail_in_line(fmt::format("the gzip data is corrupt: {}", message));
  return count > 0;
}

bool LineReader::next(std::string &line) {
  line.clear();
  for (;;) {
    if (position_ == buffer_.size() && !refill()) {
      if (line.empty()) return false;
      fail_in_line("the file is truncated: its last line has no end");
    }
    const std::size_t end = buffer_.find('\n', position_);
    const std::size_t stop = end == std::string::npos ? buffer_.size() : end;
    line.append(buffer_, position_, stop - position_);
    if (line.size() > kMaxLine) fail_in_line("the line is too long for a trace");
    position_ = stop;
    if (end == std::string::npos) continue;
    ++position_;
    ++line_number_;
    if (!line.empty() && line.back() == '\r') line.pop_back();
    return true;
  }
}

}  // namespace dmar::trace
