// SPDX-License-Identifier: Apache-2.0
// A station that answers: ARP and ICMP echo for its address, and DHCP. IPv4 only.
#ifndef DMAR_NET_PEER_HPP
#define DMAR_NET_PEER_HPP

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string_view>

#include "net/arp.hpp"
#include "net/dhcp_server.hpp"
#include "net/ethernet.hpp"
#include "net/frame_sink.hpp"
#include "net/ipv4.hpp"

namespace dmar::net {

class Peer : public FrameSink {
 public:
  struct Settings {
    Mac mac{0x02, 0, 0, 0, 0, 0xFE};
    DhcpServer::Settings dhcp{};  // the peer has the address of the server
    std::size_t queue = 256;      // answers that wait for deliver()
  };
  // What became of a frame. Each is counted once.
  enum class Outcome : std::size_t {
    kArpReply,
    kEchoReply,
    kDhcpOffer,
    kDhcpAck,
    kDhcpNak,
    kDhcpRelease,
    kDhcpExhausted,  // no address is left
    kForOthers,      // another station's, or a group's that the peer is not in
    kNoAnswer,       // understood, and asks for nothing
    kUnsupported,    // another protocol, a fragment, IP options
    kMalformed,
    kDropped,  // there was an answer, but the queue was full
    kCount
  };
  static std::string_view name(Outcome outcome);

  // Throws std::invalid_argument for a pool of addresses that makes no sense.
  explicit Peer(const Settings &settings);

  // Where the answers go; without a cable they are kept.
  void connect(FrameSink &cable) { cable_ = &cable; }

  void frame(std::span<const std::uint8_t> bytes) override;
  // Sends the answers; from nowhere else does the peer send. Returns whether there was one.
  bool deliver();

  [[nodiscard]] Ip address() const { return settings_.dhcp.server; }
  [[nodiscard]] std::uint64_t count(Outcome outcome) const {
    return counts_.at(static_cast<std::size_t>(outcome));
  }
  [[nodiscard]] std::uint64_t frames() const;  // all that were counted
  [[nodiscard]] const DhcpServer &dhcp() const { return dhcp_; }

 private:
  Outcome take(View bytes);
  Outcome take_arp(View packet);
  Outcome take_ipv4(const Mac &from, View packet);
  Outcome take_icmp(const Mac &from, const Ipv4 &ip, View message);
  Outcome take_udp(const Ipv4 &ip, View datagram);
  Outcome take_dhcp(View message);
  void answer_dhcp(const Dhcp &reply);
  void answer(const Mac &to, std::uint16_t type, View payload);

  Settings settings_;
  DhcpServer dhcp_;
  FrameSink *cable_ = nullptr;
  std::deque<Bytes> answers_;
  std::array<std::uint64_t, static_cast<std::size_t>(Outcome::kCount)> counts_{};
};

}  // namespace dmar::net

#endif  // DMAR_NET_PEER_HPP
