// SPDX-License-Identifier: Apache-2.0
// See console.hpp.
#include "cosim/console.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>

namespace dmar::cosim {

int Console::descriptor() const {
  return source_ == Source::kSocket && !closed_ ? file_.raw() : -1;
}

void Console::receive() {
  std::array<char, 4096> piece{};
  while (!closed_) {
    const ssize_t got =
        source_ == Source::kSocket
            ? ::recv(file_.raw(), piece.data(), piece.size(), MSG_DONTWAIT)
            : ::pread(file_.raw(), piece.data(), piece.size(), static_cast<off_t>(text_.size()));
    if (got <= 0) {
      const bool later = got < 0 && (errno == EAGAIN || errno == EINTR);
      closed_ = source_ == Source::kSocket && !later;
      break;
    }
    text_.append(piece.data(), static_cast<std::size_t>(got));
    if (echo_) {
      std::fwrite(piece.data(), 1, static_cast<std::size_t>(got), stdout);
      std::fflush(stdout);
    }
  }
  tell_lines();
}

void Console::tell_lines() {
  for (std::size_t end = text_.find('\n', line_); end != std::string::npos;
       end = text_.find('\n', line_)) {
    std::string_view line(text_.data() + line_, end - line_);
    while (line.ends_with('\r')) line.remove_suffix(1);
    line_ = end + 1;
    if (observer_) observer_(line);
  }
}

}  // namespace dmar::cosim
