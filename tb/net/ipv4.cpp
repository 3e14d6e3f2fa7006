// SPDX-License-Identifier: Apache-2.0
// See ipv4.hpp.
#include "net/ipv4.hpp"

#include <fmt/core.h>

#include "net/checksum.hpp"

namespace dmar::net {

namespace {

constexpr std::uint8_t kVersion = 4;
constexpr std::uint16_t kDoNotFragment = 0x4000;
constexpr std::uint16_t kMoreOrOffset = 0x3FFF;  // more fragments follow, or some came before

}  // namespace

std::string to_string(Ip address) {
  const std::uint32_t raw = address.raw();
  return fmt::format("{}.{}.{}.{}", raw >> 24, raw >> 16 & 0xFF, raw >> 8 & 0xFF, raw & 0xFF);
}

std::optional<Ipv4View> read_ipv4(View packet) {
  if (packet.size() < Ipv4::kHeader || packet[0] >> 4 != kVersion) return std::nullopt;
  const std::size_t header = std::size_t{4} * (packet[0] & 0xF);
  const std::size_t total = load<std::uint16_t>(packet, 2);
  if (header < Ipv4::kHeader || header > total || total > packet.size()) return std::nullopt;
  if (Checksum().add(packet.first(header)).value() != 0) return std::nullopt;
  return Ipv4View{.header = {.source = Ip(load<std::uint32_t>(packet, 12)),
                             .destination = Ip(load<std::uint32_t>(packet, 16)),
                             .protocol = packet[9],
                             .time_to_live = packet[8]},
                  .options = header > Ipv4::kHeader,
                  .fragment = (load<std::uint16_t>(packet, 6) & kMoreOrOffset) != 0,
                  .payload = packet.subspan(header, total - header)};
}

Bytes write_ipv4(const Ipv4 &header, View payload) {
  Bytes packet(Ipv4::kHeader);
  packet[0] = kVersion << 4 | Ipv4::kHeader / 4;
  store(std::span(packet), 2, static_cast<std::uint16_t>(Ipv4::kHeader + payload.size()));
  store(std::span(packet), 6, kDoNotFragment);
  packet[8] = header.time_to_live;
  packet[9] = header.protocol;
  store(std::span(packet), 12, header.source.raw());
  store(std::span(packet), 16, header.destination.raw());
  store(std::span(packet), 10, Checksum().add(packet).value());
  append(packet, payload);
  return packet;
}

}  // namespace dmar::net
