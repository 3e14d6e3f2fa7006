// SPDX-License-Identifier: Apache-2.0
// See proxy_link.hpp.
#include "cosim/proxy_link.hpp"

#include <fmt/core.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <cerrno>
#include <cstring>

#include "cosim/error.hpp"

namespace dmar::cosim {

void ProxyLink::fail(const std::string &what) const {
  throw CosimError(fmt::format("proxy of {}: {}", name_, what));
}

// 0: nothing here now, or the end.
std::size_t ProxyLink::read_some(std::uint8_t *to, std::size_t bytes) {
  iovec piece{.iov_base = to, .iov_len = bytes};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(2 * kProxyMaxDescriptors * sizeof(int))> control{};
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

bool ProxyLink::fill(std::size_t wanted) {
  while (buffer_.size() < wanted && !closed_) {
    const std::size_t have = buffer_.size();
    buffer_.resize(wanted);
    const std::size_t got = read_some(buffer_.data() + have, wanted - have);
    buffer_.resize(have + got);
    if (got == 0) break;
  }
  if (closed_ && !buffer_.empty()) fail("the emulator went away in the middle of a message");
  return buffer_.size() >= wanted;
}

std::optional<ProxyLink::Received> ProxyLink::receive() {
  try {
    if (!fill(kProxyHeaderBytes)) return std::nullopt;
    const ProxyHeader header = decode_header(
        std::span<const std::uint8_t, kProxyHeaderBytes>(buffer_.data(), kProxyHeaderBytes));
    if (!fill(kProxyHeaderBytes + header.payload_bytes)) return std::nullopt;
    Received received{.message = decode_message(
                          header, std::span<const std::uint8_t>(buffer_).subspan(kProxyHeaderBytes),
                          descriptors_.size()),
                      .descriptors = std::move(descriptors_)};
    buffer_.clear();
    descriptors_.clear();
    return received;
  } catch (const CosimError &error) {
    closed_ = true;
    buffer_.clear();
    descriptors_.clear();
    const std::string text = error.what();
    if (text.starts_with("proxy of")) throw;
    fail(text);
  }
}

void ProxyLink::reply(std::uint64_t value) {
  const auto bytes = encode_reply(value);
  const ssize_t sent =
      ::send(socket_.raw(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (sent == static_cast<ssize_t>(bytes.size())) return;
  closed_ = true;
  // Between its question and our answer the emulator may have been killed, which the end of its
  // process will say.
  if (sent < 0 && (errno == EPIPE || errno == ECONNRESET)) return;
  fail(sent < 0 ? std::strerror(errno) : "reply cut short");
}

}  // namespace dmar::cosim
