// SPDX-License-Identifier: Apache-2.0
// See line_socket.hpp.
#include "cosim/line_socket.hpp"

#include <sys/socket.h>

#include <array>
#include <cerrno>

namespace dmar::cosim {

void LineSocket::send(std::string_view line) {
  if (takes_nothing_) return;
  output_.append(line);
  output_.push_back('\n');
  flush();
}

void LineSocket::flush() {
  while (has_output()) {
    const ssize_t sent =
        ::send(socket_.raw(), output_.data(), output_.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent > 0) {
      output_.erase(0, static_cast<std::size_t>(sent));
    } else {
      // What the peer sent before it went away can still be received.
      if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) takes_nothing_ = true;
      return;
    }
  }
}

std::vector<std::string> LineSocket::receive() {
  std::array<char, 4096> piece{};
  while (!closed_) {
    const ssize_t got = ::recv(socket_.raw(), piece.data(), piece.size(), MSG_DONTWAIT);
    if (got > 0) {
      input_.append(piece.data(), static_cast<std::size_t>(got));
      continue;
    }
    closed_ = got == 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
    break;
  }
  std::vector<std::string> lines;
  std::size_t begin = 0;
  for (std::size_t end = 0; (end = input_.find('\n', begin)) != std::string::npos;
       begin = end + 1) {
    std::string line = input_.substr(begin, end - begin);
    if (!line.empty() && line.back() == '\r') line.pop_back();
    lines.push_back(std::move(line));
  }
  input_.erase(0, begin);
  return lines;
}

}  // namespace dmar::cosim
