// SPDX-License-Identifier: Apache-2.0
// For tests of the co-simulation: a connected pair of sockets whose far end the test plays, files
// in memory, and how many descriptors this process has.
#ifndef DMAR_TESTS_COSIM_SUPPORT_HPP
#define DMAR_TESTS_COSIM_SUPPORT_HPP

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <iterator>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "cosim/error.hpp"
#include "cosim/file_descriptor.hpp"

namespace dmar::cosim {

// `near` goes into the object under test, `far` is what the test plays.
struct SocketPair {
  SocketPair() {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
      throw std::runtime_error("socketpair");
    }
    near = FileDescriptor(ends[0]);
    far = FileDescriptor(ends[1]);
  }

  FileDescriptor near;
  FileDescriptor far;
};

// Sends all bytes, the descriptors with the first of them.
inline void send_all(const FileDescriptor &to, std::span<const std::uint8_t> bytes,
                     std::span<const int> descriptors = {}) {
  alignas(cmsghdr) std::array<char, CMSG_SPACE(64 * sizeof(int))> control{};
  iovec piece{.iov_base = const_cast<std::uint8_t *>(bytes.data()), .iov_len = bytes.size()};
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  if (!descriptors.empty()) {
    message.msg_control = control.data();
    message.msg_controllen = CMSG_SPACE(descriptors.size_bytes());
    cmsghdr *part = CMSG_FIRSTHDR(&message);
    part->cmsg_level = SOL_SOCKET;
    part->cmsg_type = SCM_RIGHTS;
    part->cmsg_len = CMSG_LEN(descriptors.size_bytes());
    std::memcpy(CMSG_DATA(part), descriptors.data(), descriptors.size_bytes());
  }
  ASSERT_EQ(::sendmsg(to.raw(), &message, MSG_NOSIGNAL), static_cast<ssize_t>(bytes.size()));
}

inline void send_text(const FileDescriptor &to, std::string_view text) {
  send_all(to, {reinterpret_cast<const std::uint8_t *>(text.data()), text.size()});
}

// What the far end finds now, without waiting.
inline std::string received_text(const FileDescriptor &from) {
  std::string text;
  std::array<char, 65536> piece{};
  for (ssize_t got = 0; (got = ::recv(from.raw(), piece.data(), piece.size(), MSG_DONTWAIT)) > 0;) {
    text.append(piece.data(), static_cast<std::size_t>(got));
  }
  return text;
}

inline std::size_t open_descriptors() {
  using Entries = std::filesystem::directory_iterator;
  return static_cast<std::size_t>(std::distance(Entries("/proc/self/fd"), Entries()));
}

// An unnamed file of `bytes` zeros, as an emulator shares its RAM.
inline FileDescriptor memory_file(std::uint64_t bytes) {
  FileDescriptor file(::memfd_create("ram", MFD_CLOEXEC));
  if (::ftruncate(file.raw(), static_cast<off_t>(bytes)) != 0) throw std::runtime_error("memfd");
  return file;
}

inline FileDescriptor duplicate(const FileDescriptor &file) {
  return FileDescriptor(::fcntl(file.raw(), F_DUPFD_CLOEXEC, 0));
}

// The message of the CosimError that `action` ends with; a failure when there is none.
template <class Action>
std::string error_of(Action action) {
  try {
    action();
  } catch (const CosimError &error) {
    return error.what();
  }
  ADD_FAILURE() << "no CosimError";
  return "";
}

// A message of the proxy, put together by hand.
class MessageBytes {
 public:
  MessageBytes(std::int32_t command, std::uint64_t payload_bytes) {
    put(command).put(std::uint32_t{0xDEADBEEF}).put(payload_bytes);  // the second is padding
  }

  template <class Value>
  MessageBytes &put(Value value) {
    const auto *raw = reinterpret_cast<const std::uint8_t *>(&value);
    bytes_.insert(bytes_.end(), raw, raw + sizeof value);
    return *this;
  }
  MessageBytes &zeros(std::size_t count) {
    bytes_.resize(bytes_.size() + count);
    return *this;
  }

  [[nodiscard]] const std::vector<std::uint8_t> &all() const { return bytes_; }
  [[nodiscard]] std::span<const std::uint8_t, 16> header() const {
    return std::span<const std::uint8_t, 16>(bytes_.data(), 16);
  }
  [[nodiscard]] std::span<const std::uint8_t> payload() const {
    return std::span(bytes_).subspan(16);
  }

 private:
  std::vector<std::uint8_t> bytes_;
};

inline MessageBytes config_message(bool write, std::uint32_t offset, std::uint32_t value,
                                   std::int32_t length) {
  return MessageBytes(write ? 2 : 3, 12).put(offset).put(value).put(length);
}

inline MessageBytes bar_message(bool write, std::uint64_t address, std::uint64_t value,
                                std::uint32_t length, bool memory = true) {
  return MessageBytes(write ? 4 : 5, 24)
      .put(address)
      .put(value)
      .put(length)
      .put(std::uint8_t{memory})
      .put(std::uint8_t{0x55})  // padding
      .put(std::uint16_t{0x5555});
}

// Up to eight ranges: start, bytes, offset.
struct TestRange {
  std::uint64_t start;
  std::uint64_t bytes;
  std::uint64_t offset;
};
inline MessageBytes memory_message(std::span<const TestRange> ranges) {
  MessageBytes message(0, 192);
  const auto column = [&](std::uint64_t TestRange::*member) {
    for (std::size_t i = 0; i < 8; ++i) {
      message.put(i < ranges.size() ? ranges[i].*member : std::uint64_t{0});
    }
  };
  column(&TestRange::start);
  column(&TestRange::bytes);
  column(&TestRange::offset);
  return message;
}

}  // namespace dmar::cosim

#endif  // DMAR_TESTS_COSIM_SUPPORT_HPP
