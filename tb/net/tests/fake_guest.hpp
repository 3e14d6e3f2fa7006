// SPDX-License-Identifier: Apache-2.0
// A station as a guest's network stack is one: DHCP client, ARP cache, ping.
#ifndef DMAR_NET_TESTS_FAKE_GUEST_HPP
#define DMAR_NET_TESTS_FAKE_GUEST_HPP

#include <deque>
#include <map>
#include <optional>
#include <set>

#include "net/frame_sink.hpp"
#include "net/tests/frames.hpp"

namespace dmar::net {

class FakeGuest : public FrameSink {
 public:
  explicit FakeGuest(const Mac &mac) : mac_(mac) {}
  void connect(FrameSink &cable) { cable_ = &cable; }

  void frame(std::span<const std::uint8_t> bytes) override;
  bool deliver();  // sends what the guest has to say

  void ask_for_an_address();
  // After ARP, when that is needed.
  void ping(Ip address, std::uint32_t number, View payload);

  [[nodiscard]] Ip address() const { return address_; }
  [[nodiscard]] bool knows(Ip address) const { return neighbours_.contains(address); }
  [[nodiscard]] const std::set<std::uint32_t> &answered() const { return answered_; }
  [[nodiscard]] std::uint64_t sent() const { return sent_; }

 private:
  struct Ping {
    std::uint32_t number = 0;
    Bytes payload;
  };

  void say(Bytes frame) { outbox_.push_back(std::move(frame)); }
  void say_ping(Ip address, const Ping &ping);
  void take_arp(View packet);
  void take_ip(const Mac &from, View packet);
  void take_dhcp(const Dhcp &message);
  void take_icmp(const Mac &from, Ip source, const IcmpView &icmp);

  Mac mac_;
  FrameSink *cable_ = nullptr;
  Ip address_;
  std::deque<Bytes> outbox_;
  std::map<Ip, Mac> neighbours_;
  std::map<Ip, std::vector<Ping>> waiting_;  // for ARP
  std::map<std::uint32_t, Bytes> pinged_;
  std::set<std::uint32_t> answered_;
  std::uint64_t sent_ = 0;
};

}  // namespace dmar::net

#endif  // DMAR_NET_TESTS_FAKE_GUEST_HPP
