// SPDX-License-Identifier: Apache-2.0
// One end of a proxy socket: whole messages in, replies out. Never waits for the peer.
#ifndef DMAR_COSIM_PROXY_LINK_HPP
#define DMAR_COSIM_PROXY_LINK_HPP

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cosim/file_descriptor.hpp"
#include "cosim/proxy_message.hpp"

namespace dmar::cosim {

class ProxyLink {
 public:
  struct Received {
    ProxyMessage message;
    std::vector<FileDescriptor> descriptors;
  };

  // `name` stands in error messages.
  ProxyLink(FileDescriptor socket, std::string name)
      : socket_(std::move(socket)), name_(std::move(name)) {}

  [[nodiscard]] int descriptor() const { return socket_.raw(); }
  [[nodiscard]] bool closed() const { return closed_; }

  // The next message, if it is here as a whole. CosimError when the bytes are no message, or the
  // peer goes away in the middle of one; when it goes between two, the link is closed.
  std::optional<Received> receive();
  // CosimError when the peer takes no reply, although it asked.
  void reply(std::uint64_t value);

 private:
  bool fill(std::size_t wanted);
  std::size_t read_some(std::uint8_t *to, std::size_t bytes);
  [[noreturn]] void fail(const std::string &what) const;

  FileDescriptor socket_;
  std::string name_;
  bool closed_ = false;
  std::vector<std::uint8_t> buffer_;  // of the message under way
  std::vector<FileDescriptor> descriptors_;
};

}  // namespace dmar::cosim

#endif  // DMAR_COSIM_PROXY_LINK_HPP
