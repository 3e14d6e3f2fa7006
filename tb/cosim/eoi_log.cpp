// SPDX-License-Identifier: Apache-2.0
// See eoi_log.hpp.
#include "cosim/eoi_log.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <string_view>

#include "cosim/error.hpp"

namespace dmar::cosim {

namespace {

// A time may stand before the event. The vector is the last word.
bool is_broadcast(std::string_view line) { return line.find(EoiLog::kEvent) != line.npos; }

std::uint8_t vector_of(std::string_view line) {
  const std::string_view last = line.substr(line.find_last_of(' ') + 1);
  std::uint8_t vector = 0;
  const auto [end, error] = std::from_chars(last.data(), last.data() + last.size(), vector);
  if (error != std::errc() || end != last.data() + last.size()) {
    throw CosimError(fmt::format("QEMU's log: '{}' names no vector", line));
  }
  return vector;
}

}  // namespace

std::vector<std::uint8_t> EoiLog::receive() {
  std::array<char, 4096> piece{};
  while (pipe_.open()) {
    const ssize_t got = ::read(pipe_.raw(), piece.data(), piece.size());
    if (got > 0) {
      input_.append(piece.data(), static_cast<std::size_t>(got));
      continue;
    }
    const bool later = got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
    if (!later) pipe_.close();
    break;
  }
  std::vector<std::uint8_t> vectors;
  std::size_t begin = 0;
  for (std::size_t end = 0; (end = input_.find('\n', begin)) != std::string::npos;
       begin = end + 1) {
    const std::string_view line = std::string_view(input_).substr(begin, end - begin);
    if (is_broadcast(line)) vectors.push_back(vector_of(line));
  }
  input_.erase(0, begin);
  return vectors;
}

}  // namespace dmar::cosim
