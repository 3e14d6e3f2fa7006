// SPDX-License-Identifier: Apache-2.0
// Frames that are cut off, lengthened, mutated or invented: the peer never crashes, counts each
// once, sends nothing that is not a whole frame of its own, and answers good frames afterwards.
#include <cstdlib>
#include <memory>
#include <string>

#include "bench/random.hpp"
#include "net/checksum.hpp"
#include "net/tests/peer_fixture.hpp"

namespace dmar::net {
namespace {

// DMAR_NET_SEED=n runs one seed alone.
std::vector<std::uint64_t> seeds() {
  if (const char *one = std::getenv("DMAR_NET_SEED")) return {std::stoull(one)};
  std::vector<std::uint64_t> all;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) all.push_back(seed);
  return all;
}

using PeerOutcome = Peer::Outcome;
constexpr auto kOutcomes = static_cast<std::size_t>(PeerOutcome::kCount);

// Everything of one run; the same seed gives the same run, whatever ran before.
class World {
 public:
  explicit World(std::uint64_t seed) : random_(seed), addresses_(1 + seed % 3) {
    peer_.connect(cable_);
  }

  void run() {
    for (unsigned i = 0; i < 300; ++i) {
      const Bytes frame = random_.percent(90) ? spoiled(good_frame()) : invented();
      const std::vector<Bytes> answers = give(frame);
      ASSERT_EQ(peer_.frames(), i + 1);
      ASSERT_LE(answers.size(), 1U);
      for (const Bytes &answer : answers) expect_whole(answer);
    }
    ASSERT_EQ(give(echo_frame(kToPeer, 1, Bytes(8))).size(), 1U);
  }
  [[nodiscard]] const Peer &peer() const { return peer_; }

 private:
  std::uint8_t byte() { return static_cast<std::uint8_t>(random_.next()); }
  std::uint8_t interesting_byte() {
    constexpr std::array<std::uint8_t, 8> kValues{0, 1, 4, 0x7F, 0x80, 0xFE, 0xFF, 0x45};
    return random_.percent(50) ? kValues.at(random_.below(kValues.size())) : byte();
  }

  Bytes good_dhcp() {
    const Mac station = random_.percent(90) ? mac(byte() % 8) : Mac{byte(), byte()};
    Dhcp message{.transaction = static_cast<std::uint32_t>(random_.next()),
                 .broadcast = random_.percent(50),
                 .hardware = station,
                 .type = DhcpType{static_cast<std::uint8_t>(1 + random_.below(8))}};
    const bool its_own = random_.percent(70);
    const std::uint32_t number = its_own ? station.back() % addresses_ : byte();
    const Ip address(kFirst.raw() + number);
    if (random_.percent(30)) message.client = address;
    if (random_.percent(50)) message.requested = address;
    if (random_.percent(70)) message.server = kPeerAddress;
    return dhcp_frame(message);
  }
  Bytes good_frame() {
    const std::uint64_t choice = random_.below(4);
    if (choice == 0) {
      return arp_frame({.sender_mac = kGuest, .sender = kGuestAddress, .target = kPeerAddress});
    }
    if (choice == 1) return echo_frame(kToPeer, byte(), Bytes(random_.below(100), byte()));
    return good_dhcp();
  }
  // Most of the time behind the addresses, so that the peer looks at it.
  std::size_t some_place(const Bytes &frame) {
    const bool anywhere = frame.size() <= 12 || random_.percent(10);
    return anywhere ? random_.below(frame.size()) : 12 + random_.below(frame.size() - 12);
  }
  // Otherwise nothing behind a wrong length or checksum would be looked at.
  void repair(Bytes &frame) {
    if (frame.size() < 34) return;
    const std::span packet = std::span(frame).subspan(14);
    const std::size_t header = std::size_t{4} * (packet[0] & 0xF);
    if (header < 20 || header > packet.size()) return;
    const bool lengths = random_.percent(80);
    if (lengths) store(packet, 2, static_cast<std::uint16_t>(packet.size()));
    store(packet, 10, std::uint16_t{0});
    store(packet, 10, Checksum().add(packet.first(header)).value());
    const std::span message = packet.subspan(header);
    if (packet[9] == protocol::kIcmp && message.size() >= 4) {
      store(message, 2, std::uint16_t{0});
      store(message, 2, Checksum().add(message).value());
    } else if (packet[9] == protocol::kUdp && message.size() >= 8) {
      if (lengths && random_.percent(70))
        store(message, 4, static_cast<std::uint16_t>(message.size()));
      store(message, 6, std::uint16_t{0});  // there is none
    }
  }
  Bytes spoiled(Bytes frame) {
    for (std::uint64_t i = random_.below(4); i > 0 && !frame.empty(); --i) {
      const std::uint64_t choice = random_.below(10);
      if (choice == 0) frame.resize(some_place(frame));
      if (choice == 1) frame.resize(frame.size() + random_.below(40), byte());
      if (choice == 2 && frame.size() > 20) {  // something moves
        frame.erase(frame.begin() + static_cast<std::ptrdiff_t>(some_place(frame)));
      }
      if (choice >= 3 && !frame.empty()) frame[some_place(frame)] = interesting_byte();
    }
    if (random_.percent(70)) repair(frame);
    return frame;
  }
  Bytes invented() {
    Bytes frame(random_.below(120));
    for (std::uint8_t &one : frame) one = byte();
    if (frame.size() >= 14 && random_.percent(80)) {
      const Bytes header = good_frame();
      std::copy(header.begin(), header.begin() + 14, frame.begin());
    }
    return frame;
  }

  static void expect_whole(const Bytes &answer) {
    const auto frame = read_ethernet(answer);
    ASSERT_TRUE(frame);
    ASSERT_EQ(frame->header.source, kPeer);
    if (frame->header.type == ether_type::kArp) {
      ASSERT_TRUE(read_arp(frame->payload));
      return;
    }
    const auto ip = read_ipv4(frame->payload);
    ASSERT_TRUE(ip);
    ASSERT_EQ(ip->header.source, kPeerAddress);
    if (ip->header.protocol == protocol::kIcmp) {
      ASSERT_TRUE(read_icmp(ip->payload));
      return;
    }
    const auto udp = read_udp(ip->header, ip->payload);
    ASSERT_TRUE(udp);
    ASSERT_TRUE(read_dhcp(udp->payload));
  }

  // A copy that ends where the frame ends, so that an access behind it is one behind an allocation.
  std::vector<Bytes> give(const Bytes &frame) {
    const auto copy = std::make_unique<std::uint8_t[]>(frame.size());
    std::copy(frame.begin(), frame.end(), copy.get());
    peer_.frame({copy.get(), frame.size()});
    peer_.deliver();
    return std::exchange(cable_.frames, {});
  }

  static constexpr Ip kFirst{10, 0, 0, 10};
  bench::Random random_;
  std::uint32_t addresses_;
  RecordingStation cable_;
  Peer peer_{
      {.mac = kPeer, .dhcp = {.server = kPeerAddress, .first = kFirst, .addresses = addresses_}}};
};

TEST(PeerFuzz, NeverCrashesAndCountsEveryFrameOnce) {
  std::array<std::uint64_t, kOutcomes> totals{};
  const std::vector<std::uint64_t> all = seeds();
  for (const std::uint64_t seed : all) {
    SCOPED_TRACE("replay with DMAR_NET_SEED=" + std::to_string(seed));
    World world(seed);
    world.run();
    if (::testing::Test::HasFailure()) return;
    for (std::size_t i = 0; i < kOutcomes; ++i) totals.at(i) += world.peer().count(PeerOutcome{i});
  }

  if (all.size() == 1) return;
  for (std::size_t i = 0; i < kOutcomes; ++i) {
    if (PeerOutcome{i} == PeerOutcome::kDropped) continue;  // the queue is emptied after each
    EXPECT_GT(totals.at(i), all.size() / 10) << Peer::name(PeerOutcome{i});
  }
}

}  // namespace
}  // namespace dmar::net
