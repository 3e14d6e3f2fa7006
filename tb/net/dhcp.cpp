// SPDX-License-Identifier: Apache-2.0
// See dhcp.hpp.
#include "net/dhcp.hpp"

namespace dmar::net {

namespace {

constexpr std::uint8_t kHardwareEthernet = 1;
constexpr std::uint32_t kCookie = 0x6382'5363;  // options of DHCP follow
constexpr std::uint16_t kBroadcastFlag = 0x8000;

namespace place {
constexpr std::size_t kTransaction = 4;
constexpr std::size_t kFlags = 10;
constexpr std::size_t kClient = 12;
constexpr std::size_t kYours = 16;
constexpr std::size_t kRelay = 24;
constexpr std::size_t kHardware = 28;
constexpr std::size_t kCookie = 236;
}  // namespace place

namespace option {
constexpr std::uint8_t kPad = 0;
constexpr std::uint8_t kMask = 1;
constexpr std::uint8_t kRouter = 3;
constexpr std::uint8_t kRequested = 50;
constexpr std::uint8_t kLease = 51;
constexpr std::uint8_t kType = 53;
constexpr std::uint8_t kServer = 54;
constexpr std::uint8_t kEnd = 255;
}  // namespace option

// The first four bytes; more stand in lists, of which the first entry counts.
bool read_word(View value, std::optional<std::uint32_t> &out) {
  if (value.size() < 4 || value.size() % 4 != 0) return false;
  out = load<std::uint32_t>(value, 0);
  return true;
}

bool read_address(View value, std::optional<Ip> &out) {
  std::optional<std::uint32_t> word;
  if (!read_word(value, word)) return false;
  out = Ip(*word);
  return true;
}

bool read_type(View value, std::optional<DhcpType> &out) {
  if (value.size() != 1 || value[0] < static_cast<std::uint8_t>(DhcpType::kDiscover) ||
      value[0] > static_cast<std::uint8_t>(DhcpType::kInform)) {
    return false;
  }
  out = DhcpType{value[0]};
  return true;
}

bool read_option(std::uint8_t code, View value, Dhcp &message, std::optional<DhcpType> &type) {
  switch (code) {
    case option::kMask:
      return read_address(value, message.mask);
    case option::kRouter:
      return read_address(value, message.router);
    case option::kRequested:
      return read_address(value, message.requested);
    case option::kLease:
      return read_word(value, message.lease_seconds);
    case option::kType:
      return read_type(value, type);
    case option::kServer:
      return read_address(value, message.server);
    default:
      return true;
  }
}

// False without an end, or when a value is wrong.
bool read_options(View options, Dhcp &message, std::optional<DhcpType> &type) {
  std::size_t at = 0;
  while (at < options.size()) {
    const std::uint8_t code = options[at++];
    if (code == option::kEnd) return true;
    if (code == option::kPad) continue;
    if (at == options.size()) return false;
    const std::size_t length = options[at++];
    if (length > options.size() - at) return false;
    if (!read_option(code, options.subspan(at, length), message, type)) return false;
    at += length;
  }
  return false;
}

void append_option(Bytes &bytes, std::uint8_t code, std::optional<std::uint32_t> value) {
  if (!value) return;
  append(bytes, code);
  append(bytes, std::uint8_t{4});
  append(bytes, *value);
}

void append_option(Bytes &bytes, std::uint8_t code, const std::optional<Ip> &value) {
  if (value) append_option(bytes, code, value->raw());
}

}  // namespace

std::optional<Dhcp> read_dhcp(View message) {
  if (message.size() < Dhcp::kFixed || message[1] != kHardwareEthernet ||
      message[2] != Mac{}.size() || load<std::uint32_t>(message, place::kCookie) != kCookie) {
    return std::nullopt;
  }
  Dhcp dhcp{.operation = message[0],
            .transaction = load<std::uint32_t>(message, place::kTransaction),
            .broadcast = (load<std::uint16_t>(message, place::kFlags) & kBroadcastFlag) != 0,
            .client = Ip(load<std::uint32_t>(message, place::kClient)),
            .yours = Ip(load<std::uint32_t>(message, place::kYours)),
            .relay = Ip(load<std::uint32_t>(message, place::kRelay)),
            .hardware = load_mac(message, place::kHardware)};
  std::optional<DhcpType> type;
  if (!read_options(message.subspan(Dhcp::kFixed), dhcp, type) || !type) return std::nullopt;
  dhcp.type = *type;
  return dhcp;
}

Bytes write_dhcp(const Dhcp &message) {
  Bytes bytes(Dhcp::kFixed);
  const std::span out(bytes);
  bytes[0] = message.operation;
  bytes[1] = kHardwareEthernet;
  bytes[2] = Mac{}.size();
  store(out, place::kTransaction, message.transaction);
  store(out, place::kFlags, message.broadcast ? kBroadcastFlag : std::uint16_t{0});
  store(out, place::kClient, message.client.raw());
  store(out, place::kYours, message.yours.raw());
  store(out, place::kRelay, message.relay.raw());
  for (std::size_t i = 0; i < Mac{}.size(); ++i) {
    bytes[place::kHardware + i] = message.hardware.at(i);
  }
  store(out, place::kCookie, kCookie);
  append(bytes, View(Bytes{option::kType, 1, static_cast<std::uint8_t>(message.type)}));
  append_option(bytes, option::kServer, message.server);
  append_option(bytes, option::kLease, message.lease_seconds);
  append_option(bytes, option::kMask, message.mask);
  append_option(bytes, option::kRouter, message.router);
  append_option(bytes, option::kRequested, message.requested);
  append(bytes, option::kEnd);
  if (bytes.size() < Dhcp::kLeast) bytes.resize(Dhcp::kLeast);
  return bytes;
}

}  // namespace dmar::net
