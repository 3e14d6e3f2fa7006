// SPDX-License-Identifier: Apache-2.0
// One end of a proxy socket: whole messages in, replies out. Never waits for the peer.
#ifndef DMAR_COSIM_PROXY_LINK_HPP
#define DMAR_COSIM_PROXY_LINK_HPP

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cosim/device_link.hpp"
#include "cosim/message_socket.hpp"
#include "cosim/proxy_message.hpp"

namespace dmar::cosim {

class ProxyLink : public DeviceLink {
 public:
  struct Received {
    ProxyMessage message;
    std::vector<FileDescriptor> descriptors;
  };

  // `name` stands in error messages.
  ProxyLink(FileDescriptor socket, const std::string &name)
      : socket_(std::move(socket), "proxy of " + name) {}

  [[nodiscard]] int descriptor() const override { return socket_.descriptor(); }
  [[nodiscard]] bool closed() const override { return socket_.closed(); }

  std::optional<DeviceRequest> next_request() override;
  void answer(std::uint64_t value) override {
    if (answer_wanted_) reply(value);
  }

  // The next message, if it is here as a whole.
  std::optional<Received> receive();
  void reply(std::uint64_t value);

 private:
  MessageSocket socket_;
  bool answer_wanted_ = false;
};

}  // namespace dmar::cosim

#endif  // DMAR_COSIM_PROXY_LINK_HPP
