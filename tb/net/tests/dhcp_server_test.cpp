// SPDX-License-Identifier: Apache-2.0
// Who gets which address.
#include "net/dhcp_server.hpp"

#include <gmock/gmock.h>

#include <stdexcept>

#include "net/tests/recording_station.hpp"

namespace dmar::net {
namespace {

using Outcome = DhcpServer::Outcome;
using ::testing::Optional;

constexpr Ip kServer{10, 0, 0, 1};

class DhcpServerTest : public ::testing::Test {
 protected:
  static Dhcp message(DhcpType type, const Mac &station) {
    return {.transaction = 77, .hardware = station, .type = type};
  }
  // The address that is offered.
  std::optional<Ip> discover(const Mac &station) {
    const auto answer = server_.answer(message(DhcpType::kDiscover, station));
    if (answer.outcome != Outcome::kOffered || !answer.reply) return std::nullopt;
    return answer.reply->yours;
  }
  // As the answer to an offer.
  DhcpServer::Answer request(const Mac &station, Ip address, Ip server = kServer) {
    Dhcp request = message(DhcpType::kRequest, station);
    request.requested = address;
    request.server = server;
    return server_.answer(request);
  }
  std::optional<Ip> obtain(const Mac &station) {
    const auto offered = discover(station);
    if (!offered || request(station, *offered).outcome != Outcome::kAcknowledged) return {};
    return server_.address_of(station);
  }
  Outcome release(const Mac &station, Ip address, Ip server = kServer) {
    Dhcp release = message(DhcpType::kRelease, station);
    release.client = address;
    release.server = server;
    return server_.answer(release).outcome;
  }

  DhcpServer server_{{.server = kServer,
                      .mask = Ip(255, 255, 255, 0),
                      .first = Ip(10, 0, 0, 10),
                      .addresses = 4,
                      .lease_seconds = 600}};
};

TEST_F(DhcpServerTest, OfferAndAcknowledgementSayEverything) {
  Dhcp discover = message(DhcpType::kDiscover, mac(1));
  discover.broadcast = true;
  const auto offer = server_.answer(discover);
  EXPECT_EQ(offer.outcome, Outcome::kOffered);
  const auto ack = request(mac(1), Ip(10, 0, 0, 11));
  EXPECT_EQ(ack.outcome, Outcome::kAcknowledged);
  ASSERT_TRUE(offer.reply && ack.reply);
  EXPECT_EQ(offer.reply->type, DhcpType::kOffer);
  EXPECT_EQ(ack.reply->type, DhcpType::kAck);
  EXPECT_TRUE(offer.reply->broadcast);
  EXPECT_FALSE(ack.reply->broadcast);
  for (const Dhcp &reply : {*offer.reply, *ack.reply}) {
    EXPECT_EQ(reply.operation, Dhcp::kFromServer);
    EXPECT_EQ(reply.transaction, 77U);
    EXPECT_EQ(reply.hardware, mac(1));
    EXPECT_EQ(reply.yours, Ip(10, 0, 0, 11));
    EXPECT_THAT(reply.server, Optional(kServer));
    EXPECT_THAT(reply.router, Optional(kServer));
    EXPECT_THAT(reply.mask, Optional(Ip(255, 255, 255, 0)));
    EXPECT_THAT(reply.lease_seconds, Optional(600U));
  }
}

TEST_F(DhcpServerTest, TheAddressDependsOnTheMacAddressAndNotOnTheOrder) {
  EXPECT_EQ(obtain(mac(3)), Ip(10, 0, 0, 13));
  EXPECT_EQ(obtain(mac(0xF1)), Ip(10, 0, 0, 11));
  EXPECT_EQ(obtain(mac(3)), Ip(10, 0, 0, 13)) << "again the same";
  EXPECT_EQ(obtain(mac(7)), Ip(10, 0, 0, 10)) << "its own is taken: the next free one";
}

TEST_F(DhcpServerTest, AnOfferIsNoLease) {
  EXPECT_EQ(discover(mac(1)), Ip(10, 0, 0, 11));
  EXPECT_FALSE(server_.address_of(mac(1)));
  EXPECT_EQ(discover(mac(5)), Ip(10, 0, 0, 12)) << "but it is kept for the station";
}

TEST_F(DhcpServerTest, AnotherAddressIsRefused) {
  const auto nak = request(mac(1), Ip(10, 0, 0, 12));
  EXPECT_EQ(nak.outcome, Outcome::kRefused);
  ASSERT_TRUE(nak.reply);
  EXPECT_EQ(nak.reply->type, DhcpType::kNak);
  EXPECT_EQ(nak.reply->yours, kNoAddress);
  EXPECT_THAT(nak.reply->server, Optional(kServer));
  EXPECT_FALSE(nak.reply->lease_seconds);
  EXPECT_FALSE(server_.address_of(mac(1)));
  EXPECT_FALSE(server_.address_of(mac(2)));
}

TEST_F(DhcpServerTest, AClientThatStartsAgainKeepsItsAddress) {
  Dhcp request = message(DhcpType::kRequest, mac(1));
  request.requested = Ip(10, 0, 0, 11);
  EXPECT_EQ(server_.answer(request).outcome, Outcome::kAcknowledged) << "it would get this one";
  request.requested = Ip(192, 168, 0, 11);
  EXPECT_EQ(server_.answer(request).outcome, Outcome::kRefused) << "it was on another network";
  EXPECT_EQ(server_.address_of(mac(1)), Ip(10, 0, 0, 11));
}

TEST_F(DhcpServerTest, ALeaseIsRenewed) {
  ASSERT_EQ(obtain(mac(2)), Ip(10, 0, 0, 12));
  Dhcp request = message(DhcpType::kRequest, mac(2));
  request.client = Ip(10, 0, 0, 12);
  const auto ack = server_.answer(request);
  EXPECT_EQ(ack.outcome, Outcome::kAcknowledged);
  ASSERT_TRUE(ack.reply);
  EXPECT_EQ(ack.reply->client, Ip(10, 0, 0, 12));
  request.hardware = mac(3);
  EXPECT_EQ(server_.answer(request).outcome, Outcome::kRefused) << "it is another's";
}

TEST_F(DhcpServerTest, WhoTakesAnotherServerGivesItsOfferBack) {
  EXPECT_EQ(discover(mac(1)), Ip(10, 0, 0, 11));
  const auto none = request(mac(1), Ip(10, 0, 9, 9), Ip(10, 0, 9, 1));
  EXPECT_EQ(none.outcome, Outcome::kNotForUs);
  EXPECT_FALSE(none.reply);
  EXPECT_EQ(discover(mac(5)), Ip(10, 0, 0, 11));
}

TEST_F(DhcpServerTest, AReleasedAddressIsFree) {
  ASSERT_EQ(obtain(mac(1)), Ip(10, 0, 0, 11));
  EXPECT_EQ(release(mac(1), Ip(10, 0, 0, 11), Ip(10, 0, 9, 1)), Outcome::kNotForUs);
  EXPECT_EQ(release(mac(2), Ip(10, 0, 0, 11)), Outcome::kReleased);
  EXPECT_EQ(release(mac(1), Ip(10, 0, 0, 12)), Outcome::kReleased);
  EXPECT_EQ(server_.address_of(mac(1)), Ip(10, 0, 0, 11)) << "none of these was its own";
  EXPECT_EQ(release(mac(1), Ip(10, 0, 0, 11)), Outcome::kReleased);
  EXPECT_FALSE(server_.address_of(mac(1)));
  EXPECT_EQ(obtain(mac(5)), Ip(10, 0, 0, 11));
}

TEST_F(DhcpServerTest, OffersThatNobodyTookMakeRoomForOthersLeasesDoNot) {
  ASSERT_TRUE(obtain(mac(0)));
  for (const std::uint8_t station : {1, 2, 3}) ASSERT_TRUE(discover(mac(station)));
  ASSERT_EQ(discover(mac(1)), Ip(10, 0, 0, 11)) << "asked again: 2 waits for longest";
  EXPECT_EQ(obtain(mac(8)), Ip(10, 0, 0, 12));
  EXPECT_EQ(obtain(mac(9)), Ip(10, 0, 0, 13));
  EXPECT_EQ(obtain(mac(10)), Ip(10, 0, 0, 11));
  const auto none = server_.answer(message(DhcpType::kDiscover, mac(11)));
  EXPECT_EQ(none.outcome, Outcome::kExhausted);
  EXPECT_FALSE(none.reply);
  EXPECT_EQ(request(mac(11), Ip(10, 0, 0, 12)).outcome, Outcome::kRefused);
  EXPECT_EQ(server_.address_of(mac(0)), Ip(10, 0, 0, 10));
}

TEST_F(DhcpServerTest, WhatItDoesNotDo) {
  for (const DhcpType type :
       {DhcpType::kOffer, DhcpType::kDecline, DhcpType::kAck, DhcpType::kNak, DhcpType::kInform}) {
    const auto answer = server_.answer(message(type, mac(1)));
    EXPECT_EQ(answer.outcome, Outcome::kUnsupported);
    EXPECT_FALSE(answer.reply);
  }
  Dhcp relayed = message(DhcpType::kDiscover, mac(1));
  relayed.relay = Ip(10, 0, 0, 3);
  EXPECT_EQ(server_.answer(relayed).outcome, Outcome::kUnsupported);
  EXPECT_EQ(server_.answer(message(DhcpType::kDiscover, kBroadcast)).outcome,
            Outcome::kUnsupported);
  Dhcp reply = message(DhcpType::kDiscover, mac(1));
  reply.operation = Dhcp::kFromServer;
  EXPECT_EQ(server_.answer(reply).outcome, Outcome::kNotForUs);
}

TEST(DhcpPool, ThatMakesNoSenseIsRefused) {
  const DhcpServer::Settings good{.server = kServer,
                                  .mask = Ip(255, 255, 255, 0),
                                  .first = Ip(10, 0, 0, 2),
                                  .addresses = 253,
                                  .lease_seconds = 1};
  EXPECT_NO_THROW(DhcpServer{good});
  auto bad = good;
  bad.addresses = 0;
  EXPECT_THROW(DhcpServer{bad}, std::invalid_argument);
  bad.addresses = 254;  // the last one means everybody
  EXPECT_THROW(DhcpServer{bad}, std::invalid_argument);
  bad = good;
  bad.first = kServer;
  bad.addresses = 1;
  EXPECT_THROW(DhcpServer{bad}, std::invalid_argument);
  bad.first = Ip(10, 0, 0, 0);
  EXPECT_THROW(DhcpServer{bad}, std::invalid_argument);
  bad.first = Ip(10, 0, 1, 1);
  EXPECT_THROW(DhcpServer{bad}, std::invalid_argument);
}

}  // namespace
}  // namespace dmar::net
