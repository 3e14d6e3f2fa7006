// SPDX-License-Identifier: Apache-2.0
// See peer.hpp.
#include "net/peer.hpp"

#include <numeric>
#include <optional>
#include <utility>

#include "net/icmp.hpp"
#include "net/udp.hpp"

namespace dmar::net {

namespace {

constexpr std::array<std::string_view, static_cast<std::size_t>(Peer::Outcome::kCount)> kNames{
    "ARP replies",   "echo replies",  "DHCP offers",    "DHCP acknowledgements",
    "DHCP refusals", "DHCP releases", "DHCP exhausted", "for others",
    "no answer",     "unsupported",   "malformed",      "dropped"};

Peer::Outcome outcome_of(DhcpServer::Outcome outcome) {
  switch (outcome) {
    case DhcpServer::Outcome::kOffered:
      return Peer::Outcome::kDhcpOffer;
    case DhcpServer::Outcome::kAcknowledged:
      return Peer::Outcome::kDhcpAck;
    case DhcpServer::Outcome::kRefused:
      return Peer::Outcome::kDhcpNak;
    case DhcpServer::Outcome::kReleased:
      return Peer::Outcome::kDhcpRelease;
    case DhcpServer::Outcome::kNotForUs:
      return Peer::Outcome::kNoAnswer;
    case DhcpServer::Outcome::kExhausted:
      return Peer::Outcome::kDhcpExhausted;
    case DhcpServer::Outcome::kUnsupported:
      break;
  }
  return Peer::Outcome::kUnsupported;
}

}  // namespace

std::string_view Peer::name(Outcome outcome) {
  return kNames.at(static_cast<std::size_t>(outcome));
}

Peer::Peer(const Settings &settings) : settings_(settings), dhcp_(settings.dhcp) {}

std::uint64_t Peer::frames() const {
  return std::accumulate(counts_.begin(), counts_.end(), std::uint64_t{0});
}

void Peer::frame(std::span<const std::uint8_t> bytes) {
  Outcome outcome = take(bytes);
  if (answers_.size() > settings_.queue) {
    answers_.pop_back();
    outcome = Outcome::kDropped;
  }
  ++counts_.at(static_cast<std::size_t>(outcome));
}

bool Peer::deliver() {
  if (cable_ == nullptr || answers_.empty()) return false;
  for (const Bytes &frame : std::exchange(answers_, {})) cable_->frame(frame);
  return true;
}

void Peer::answer(const Mac &to, std::uint16_t type, View payload) {
  answers_.push_back(
      write_ethernet({.destination = to, .source = settings_.mac, .type = type}, payload));
}

Peer::Outcome Peer::take(View bytes) {
  const std::optional<EthernetView> frame = read_ethernet(bytes);
  if (!frame || !is_station(frame->header.source)) return Outcome::kMalformed;
  const auto &[destination, source, type] = frame->header;
  if (destination != settings_.mac && destination != kBroadcast) return Outcome::kForOthers;
  switch (type) {
    case ether_type::kArp:
      return take_arp(frame->payload);
    case ether_type::kIpv4:
      return take_ipv4(source, frame->payload);
    default:
      return Outcome::kUnsupported;
  }
}

Peer::Outcome Peer::take_arp(View packet) {
  const std::optional<Arp> arp = read_arp(packet);
  if (!arp || !is_station(arp->sender_mac)) return Outcome::kMalformed;
  if (arp->operation != Arp::kRequest) return Outcome::kNoAnswer;
  if (arp->target != address()) return Outcome::kForOthers;
  answer(arp->sender_mac, ether_type::kArp,
         write_arp({.operation = Arp::kReply,
                    .sender_mac = settings_.mac,
                    .sender = address(),
                    .target_mac = arp->sender_mac,
                    .target = arp->sender}));
  return Outcome::kArpReply;
}

Peer::Outcome Peer::take_ipv4(const Mac &from, View packet) {
  const std::optional<Ipv4View> ip = read_ipv4(packet);
  if (!ip) return Outcome::kMalformed;
  if (ip->options || ip->fragment) return Outcome::kUnsupported;
  const Ip to = ip->header.destination;
  if (to != address() && to != kEverybody) return Outcome::kForOthers;
  switch (ip->header.protocol) {
    case protocol::kIcmp:
      return take_icmp(from, ip->header, ip->payload);
    case protocol::kUdp:
      return take_udp(ip->header, ip->payload);
    default:
      return Outcome::kUnsupported;
  }
}

Peer::Outcome Peer::take_icmp(const Mac &from, const Ipv4 &ip, View message) {
  const std::optional<IcmpView> icmp = read_icmp(message);
  if (!icmp) return Outcome::kMalformed;
  if (icmp->header.type != Icmp::kEcho || icmp->header.code != 0) return Outcome::kUnsupported;
  if (ip.destination != address()) return Outcome::kNoAnswer;  // nobody answers for everybody
  const Bytes reply =
      write_icmp({.type = Icmp::kEchoReply, .code = 0, .rest = icmp->header.rest}, icmp->payload);
  answer(from, ether_type::kIpv4,
         write_ipv4({.source = address(), .destination = ip.source, .protocol = protocol::kIcmp},
                    reply));
  return Outcome::kEchoReply;
}

Peer::Outcome Peer::take_udp(const Ipv4 &ip, View datagram) {
  const std::optional<UdpView> udp = read_udp(ip, datagram);
  if (!udp) return Outcome::kMalformed;
  if (udp->header.destination != Dhcp::kServerPort) return Outcome::kUnsupported;
  return take_dhcp(udp->payload);
}

Peer::Outcome Peer::take_dhcp(View message) {
  const std::optional<Dhcp> dhcp = read_dhcp(message);
  if (!dhcp) return Outcome::kMalformed;
  const DhcpServer::Answer answer = dhcp_.answer(*dhcp);
  if (answer.reply) answer_dhcp(*answer.reply);
  return outcome_of(answer.outcome);
}

// A client that has an address is reached by it. One that has none takes what is sent to the
// address that it will get, or says that it needs a broadcast; a NAK takes the address away.
void Peer::answer_dhcp(const Dhcp &reply) {
  const bool broadcast =
      reply.type == DhcpType::kNak || (reply.broadcast && reply.client == kNoAddress);
  const Ipv4 ip{.source = address(),
                .destination = broadcast ? kEverybody : reply.yours,
                .protocol = protocol::kUdp};
  const Udp udp{.source = Dhcp::kServerPort, .destination = Dhcp::kClientPort};
  answer(broadcast ? kBroadcast : reply.hardware, ether_type::kIpv4,
         write_ipv4(ip, write_udp(ip, udp, write_dhcp(reply))));
}

}  // namespace dmar::net
