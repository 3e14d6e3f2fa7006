// SPDX-License-Identifier: Apache-2.0
// The network of a machine: a bridge, a peer that answers at it, and a capture of what passes.
#ifndef DMAR_COSIM_NETWORK_HPP
#define DMAR_COSIM_NETWORK_HPP

#include <filesystem>
#include <memory>
#include <optional>

#include "net/bridge.hpp"
#include "net/pcap.hpp"
#include "net/peer.hpp"

namespace dmar::cosim {

// Leads to an end that comes later: a network card has to know its network before it can be
// attached to it.
class Cable : public net::FrameSink {
 public:
  void connect(net::FrameSink &end) { end_ = &end; }
  void frame(std::span<const std::uint8_t> bytes) override {
    if (end_ != nullptr) end_->frame(bytes);
  }

 private:
  net::FrameSink *end_ = nullptr;
};

class Network {
 public:
  // CosimError when the capture cannot be written.
  explicit Network(const std::optional<std::filesystem::path> &capture);

  // What a station sends goes to what is returned.
  net::FrameSink &attach(net::FrameSink &station) { return bridge_.attach(station); }
  // Gives waiting frames to their stations; whether there was one.
  bool deliver();
  // Once, at the end: CosimError when the capture is not whole.
  void finish();

  [[nodiscard]] const net::Bridge &bridge() const { return bridge_; }
  [[nodiscard]] const net::Peer &peer() const { return peer_; }

 private:
  net::Bridge bridge_;
  net::Peer peer_;
  std::unique_ptr<net::PcapFile> capture_;
  std::unique_ptr<net::PcapTap> tap_;
};

}  // namespace dmar::cosim

#endif  // DMAR_COSIM_NETWORK_HPP
