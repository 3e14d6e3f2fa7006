// SPDX-License-Identifier: Apache-2.0
// See message_socket.hpp.
#include "cosim/message_socket.hpp"

#include <fmt/core.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "cosim/error.hpp"

namespace dmar::cosim {

namespace {

constexpr std::size_t kMaxDescriptors = 16;  // in one go

}  // namespace

void MessageSocket::fail(const std::string &what) {
  closed_ = true;
  next();
  throw CosimError(fmt::format("{}: {}", who_, what));
}

void MessageSocket::next() {
  buffer_.clear();
  descriptors_.clear();
}

std::vector<FileDescriptor> MessageSocket::take_descriptors() {
  return std::exchange(descriptors_, {});
}

// 0: nothing here now, or the end.
std::size_t MessageSocket::read_some(std::uint8_t *to, std::size_t bytes) {
  iovec piece{.iov_base = to, .iov_len = bytes};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(kMaxDescriptors * sizeof(int))> control{};
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  const ssize_t got = ::recvmsg(socket_.raw(), &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  if (got < 0) {
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return 0;
    if (errno != ECONNRESET) fail(std::strerror(errno));
  }
  for (cmsghdr *part = CMSG_FIRSTHDR(&message); part != nullptr;
       part = CMSG_NXTHDR(&message, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int raw = -1;
      std::memcpy(&raw, CMSG_DATA(part) + i * sizeof raw, sizeof raw);
      descriptors_.emplace_back(raw);
    }
  }
  if ((message.msg_flags & MSG_CTRUNC) != 0) fail("more descriptors than a message may carry");
  if (got <= 0) closed_ = true;
  return got <= 0 ? 0 : static_cast<std::size_t>(got);
}

bool MessageSocket::fill(std::size_t wanted) {
  while (buffer_.size() < wanted && !closed_) {
    const std::size_t have = buffer_.size();
    buffer_.resize(wanted);
    std::size_t got = 0;
    try {
      got = read_some(buffer_.data() + have, wanted - have);
    } catch (...) {
      next();
      throw;
    }
    buffer_.resize(have + got);
    if (got == 0) break;
  }
  if (closed_ && !buffer_.empty()) fail("the emulator went away in the middle of a message");
  return buffer_.size() >= wanted;
}

void MessageSocket::send(std::span<const std::uint8_t> message) {
  const ssize_t sent =
      ::send(socket_.raw(), message.data(), message.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (sent == static_cast<ssize_t>(message.size())) return;
  // Between its question and our answer the emulator may have been killed, which the end of its
  // process will say.
  if (sent < 0 && (errno == EPIPE || errno == ECONNRESET)) {
    closed_ = true;
    return;
  }
  fail(sent < 0 ? std::strerror(errno) : "reply cut short");
}

}  // namespace dmar::cosim
