// SPDX-License-Identifier: Apache-2.0
// Who gets which address: the policy of a small DHCP server that is alone on its network.
#ifndef DMAR_NET_DHCP_SERVER_HPP
#define DMAR_NET_DHCP_SERVER_HPP

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "net/dhcp.hpp"

namespace dmar::net {

// A station gets the address of the pool that the last byte of its MAC address points at: in every
// run the same, whoever asks first. Only when that is taken it gets the next free one. It keeps it
// until it releases it; time does not pass here. When the pool is empty, the offer that nobody took
// for longest is given to the next station.
class DhcpServer {
 public:
  struct Settings {
    Ip server{10, 77, 0, 1};  // also the router that clients are told
    Ip mask{255, 255, 255, 0};
    Ip first{10, 77, 0, 100};
    std::uint32_t addresses = 100;
    std::uint32_t lease_seconds = 86'400;
  };
  enum class Outcome {
    kOffered,
    kAcknowledged,
    kRefused,    // a NAK: the client has to start again
    kReleased,   // no answer
    kNotForUs,   // for another server, or a reply
    kExhausted,  // no address is left; no answer
    kUnsupported,
  };
  struct Answer {
    Outcome outcome = Outcome::kUnsupported;
    std::optional<Dhcp> reply{};
  };

  // Throws std::invalid_argument when the pool is empty, holds the server, or leaves its network.
  explicit DhcpServer(const Settings &settings);

  Answer answer(const Dhcp &message);

  // What `station` has been given and has acknowledged.
  [[nodiscard]] std::optional<Ip> address_of(const Mac &station) const;

 private:
  struct Slot {
    std::optional<Mac> owner{};
    bool bound = false;         // acknowledged, not only offered
    std::uint64_t offered = 0;  // when, counted in messages
  };

  [[nodiscard]] std::optional<std::size_t> slot_of(const Mac &station) const;
  std::optional<std::size_t> take_slot(const Mac &station);
  [[nodiscard]] Ip address(std::size_t slot) const;
  Answer discover(const Dhcp &message);
  Answer request(const Dhcp &message);
  Answer release(const Dhcp &message);
  [[nodiscard]] Dhcp reply(const Dhcp &message, DhcpType type, Ip yours) const;

  Settings settings_;
  std::vector<Slot> slots_;
  std::uint64_t now_ = 0;
};

}  // namespace dmar::net

#endif  // DMAR_NET_DHCP_SERVER_HPP
