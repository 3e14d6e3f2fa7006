// SPDX-License-Identifier: Apache-2.0
// A stream socket that carries messages with descriptors. Never waits for the peer.
#ifndef DMAR_COSIM_MESSAGE_SOCKET_HPP
#define DMAR_COSIM_MESSAGE_SOCKET_HPP

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "cosim/file_descriptor.hpp"

namespace dmar::cosim {

class MessageSocket {
 public:
  // `who` stands in error messages.
  MessageSocket(FileDescriptor socket, std::string who)
      : socket_(std::move(socket)), who_(std::move(who)) {}

  [[nodiscard]] int descriptor() const { return socket_.raw(); }
  [[nodiscard]] bool closed() const { return closed_; }

  // Whether the first `wanted` bytes of the message under way are here. CosimError when the peer
  // goes away in the middle of it.
  bool fill(std::size_t wanted);
  [[nodiscard]] std::span<const std::uint8_t> bytes() const { return buffer_; }
  [[nodiscard]] std::size_t descriptors() const { return descriptors_.size(); }
  std::vector<FileDescriptor> take_descriptors();
  // The message under way is done with.
  void next();

  // The whole of it. CosimError when the peer takes nothing; a peer that has left closes the link.
  void send(std::span<const std::uint8_t> message);

  // Nothing more can be made of this peer.
  [[noreturn]] void fail(const std::string &what);

 private:
  std::size_t read_some(std::uint8_t *to, std::size_t bytes);

  FileDescriptor socket_;
  std::string who_;
  bool closed_ = false;
  std::vector<std::uint8_t> buffer_;
  std::vector<FileDescriptor> descriptors_;
};

}  // namespace dmar::cosim

#endif  // DMAR_COSIM_MESSAGE_SOCKET_HPP
