// SPDX-License-Identifier: Apache-2.0
// See dhcp_server.hpp.
#include "net/dhcp_server.hpp"

#include <stdexcept>

namespace dmar::net {

DhcpServer::DhcpServer(const Settings &settings) : settings_(settings) {
  const auto [server, mask, first, count, lease] = settings;
  const std::uint64_t end = std::uint64_t{first.raw()} + count;
  const std::uint32_t network = server.raw() & mask.raw();
  const std::uint32_t last_of_network = network | ~mask.raw();
  if (count == 0 || first.raw() <= network || end > last_of_network ||
      (server >= first && server.raw() < end)) {
    throw std::invalid_argument("a DHCP pool that is empty, outside its network, or not free");
  }
  slots_.resize(count);
}

Ip DhcpServer::address(std::size_t slot) const {
  return Ip(settings_.first.raw() + static_cast<std::uint32_t>(slot));
}

std::optional<std::size_t> DhcpServer::slot_of(const Mac &station) const {
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    if (slots_[i].owner == station) return i;
  }
  return std::nullopt;
}

std::optional<Ip> DhcpServer::address_of(const Mac &station) const {
  const std::optional<std::size_t> slot = slot_of(station);
  if (!slot || !slots_[*slot].bound) return std::nullopt;
  return address(*slot);
}

std::optional<std::size_t> DhcpServer::take_slot(const Mac &station) {
  std::optional<std::size_t> best = slot_of(station);
  for (std::size_t i = 0; i < slots_.size() && !best; ++i) {
    const std::size_t slot = (station.back() + i) % slots_.size();
    if (!slots_[slot].owner) best = slot;
  }
  if (!best) {
    for (std::size_t i = 0; i < slots_.size(); ++i) {
      if (slots_[i].bound) continue;
      if (!best || slots_[i].offered < slots_[*best].offered) best = i;
    }
  }
  if (!best) return std::nullopt;
  Slot &slot = slots_[*best];
  slot.owner = station;
  slot.offered = now_;
  return best;
}

Dhcp DhcpServer::reply(const Dhcp &message, DhcpType type, Ip yours) const {
  Dhcp reply{.operation = Dhcp::kFromServer,
             .transaction = message.transaction,
             .broadcast = message.broadcast,
             .yours = yours,
             .hardware = message.hardware,
             .type = type,
             .server = settings_.server};
  if (type == DhcpType::kNak) return reply;
  if (type == DhcpType::kAck) reply.client = message.client;
  reply.mask = settings_.mask;
  reply.router = settings_.server;
  reply.lease_seconds = settings_.lease_seconds;
  return reply;
}

DhcpServer::Answer DhcpServer::discover(const Dhcp &message) {
  const std::optional<std::size_t> slot = take_slot(message.hardware);
  if (!slot) return {.outcome = Outcome::kExhausted};
  return {.outcome = Outcome::kOffered, .reply = reply(message, DhcpType::kOffer, address(*slot))};
}

// Three kinds: the answer to an offer names the server, a client that starts again names an
// address, one that has an address uses it.
DhcpServer::Answer DhcpServer::request(const Dhcp &message) {
  if (message.server && message.server != settings_.server) {
    const std::optional<std::size_t> slot = slot_of(message.hardware);
    if (slot && !slots_[*slot].bound) slots_[*slot] = {};  // it took the offer of another server
    return {.outcome = Outcome::kNotForUs};
  }
  const Ip wanted = message.requested.value_or(message.client);
  const std::optional<std::size_t> slot = take_slot(message.hardware);
  if (!slot || wanted != address(*slot)) {
    return {.outcome = Outcome::kRefused, .reply = reply(message, DhcpType::kNak, kNoAddress)};
  }
  slots_[*slot].bound = true;
  return {.outcome = Outcome::kAcknowledged, .reply = reply(message, DhcpType::kAck, wanted)};
}

DhcpServer::Answer DhcpServer::release(const Dhcp &message) {
  if (message.server != settings_.server) return {.outcome = Outcome::kNotForUs};
  const std::optional<std::size_t> slot = slot_of(message.hardware);
  if (slot && address(*slot) == message.client) slots_[*slot] = {};
  return {.outcome = Outcome::kReleased};
}

DhcpServer::Answer DhcpServer::answer(const Dhcp &message) {
  ++now_;
  if (message.operation != Dhcp::kFromClient) return {.outcome = Outcome::kNotForUs};
  if (message.relay != kNoAddress || !is_station(message.hardware)) return {};
  switch (message.type) {
    case DhcpType::kDiscover:
      return discover(message);
    case DhcpType::kRequest:
      return request(message);
    case DhcpType::kRelease:
      return release(message);
    default:
      return {};
  }
}

}  // namespace dmar::net
