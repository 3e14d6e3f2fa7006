// SPDX-License-Identifier: Apache-2.0
// DHCP messages as bytes.
#include "net/dhcp.hpp"

#include <gmock/gmock.h>

#include "net/tests/recording_station.hpp"

namespace dmar::net {
namespace {

using ::testing::Optional;

constexpr Dhcp kAck{.operation = Dhcp::kFromServer,
                    .transaction = 0x1234'5678,
                    .broadcast = true,
                    .client = Ip(10, 0, 0, 9),
                    .yours = Ip(10, 0, 0, 5),
                    .relay = Ip(10, 0, 0, 7),
                    .hardware = mac(3),
                    .type = DhcpType::kAck,
                    .mask = Ip(255, 255, 255, 0),
                    .router = Ip(10, 0, 0, 1),
                    .requested = Ip(10, 0, 0, 6),
                    .lease_seconds = 3600,
                    .server = Ip(10, 0, 0, 2)};

// A message with these options behind the cookie.
Bytes with_options(const Bytes &options) {
  Bytes message = write_dhcp({.hardware = mac(3)});
  message.resize(Dhcp::kFixed);
  append(message, View(options));
  return message;
}

TEST(DhcpMessage, Bytes) {
  const Bytes message = write_dhcp(kAck);
  Bytes expected{2, 1, 6, 0, 0x12, 0x34, 0x56, 0x78, 0, 0, 0x80, 0, 10, 0, 0, 9, 10,
                 0, 0, 5, 0, 0,    0,    0,    10,   0, 0, 7,    2, 0,  0, 0, 0, 3};
  expected.resize(236);  // hardware address, name of the server, name of a file
  append(expected, View(Bytes{0x63, 0x82, 0x53, 0x63, 53, 1, 5, 54, 4, 10, 0, 0, 2}));
  append(expected, View(Bytes{51, 4, 0, 0, 14, 16, 1, 4, 255, 255, 255, 0, 3, 4, 10, 0, 0, 1}));
  append(expected, View(Bytes{50, 4, 10, 0, 0, 6, 255}));
  expected.resize(300);
  EXPECT_EQ(message, expected);
}

TEST(DhcpMessage, ReadsBack) {
  const auto read = read_dhcp(write_dhcp(kAck));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->operation, kAck.operation);
  EXPECT_EQ(read->transaction, kAck.transaction);
  EXPECT_TRUE(read->broadcast);
  EXPECT_EQ(read->client, kAck.client);
  EXPECT_EQ(read->yours, kAck.yours);
  EXPECT_EQ(read->relay, kAck.relay);
  EXPECT_EQ(read->hardware, kAck.hardware);
  EXPECT_EQ(read->type, kAck.type);
  EXPECT_EQ(read->mask, kAck.mask);
  EXPECT_EQ(read->router, kAck.router);
  EXPECT_EQ(read->requested, kAck.requested);
  EXPECT_EQ(read->lease_seconds, kAck.lease_seconds);
  EXPECT_EQ(read->server, kAck.server);
}

TEST(DhcpMessage, OptionsThatAreNotKnownAreLeftOut) {
  const auto read = read_dhcp(with_options({12, 3, 'a', 'b', 'c', 0, 0, 55, 2, 1, 3,   3,  8, 10,
                                            0,  0, 1,   10,  0,   0, 2, 53, 1, 1, 255, 53, 1, 9}));
  ASSERT_TRUE(read) << "what follows the end is not read";
  EXPECT_EQ(read->type, DhcpType::kDiscover);
  EXPECT_THAT(read->router, Optional(Ip(10, 0, 0, 1)));
  EXPECT_FALSE(read->mask);
}

TEST(DhcpMessage, OptionsThatAreWrong) {
  const std::vector<Bytes> wrong{{},
                                 {255},                        // no type
                                 {53, 1, 1},                   // no end
                                 {53},                         // no length
                                 {53, 1},                      // no value
                                 {53, 200, 1, 255},            // longer than the message
                                 {53, 1, 1, 50, 4, 10, 0, 0},  // shorter than the message, too long
                                 {53, 2, 1, 1, 255},
                                 {53, 0, 255},
                                 {53, 1, 0, 255},
                                 {53, 1, 9, 255},
                                 {53, 1, 1, 50, 3, 10, 0, 0, 255},
                                 {53, 1, 1, 54, 5, 10, 0, 0, 1, 2, 255},
                                 {53, 1, 1, 54, 0, 255}};
  for (const Bytes &options : wrong) {
    EXPECT_FALSE(read_dhcp(with_options(options))) << ::testing::PrintToString(options);
  }
  EXPECT_TRUE(read_dhcp(with_options({53, 1, 1, 255})));
}

TEST(DhcpMessage, EveryShorterMessageIsRefused) {
  Bytes message = write_dhcp(kAck);
  while (message.back() != 255) message.pop_back();
  ASSERT_TRUE(read_dhcp(message));
  for (std::size_t size = 0; size < message.size(); ++size) {
    EXPECT_FALSE(read_dhcp(View(message).first(size))) << size;
  }
}

TEST(DhcpMessage, OtherHardwareAndOtherCookiesAreRefused) {
  for (const std::size_t place : {1U, 2U, 236U, 239U}) {
    Bytes message = write_dhcp(kAck);
    message[place] ^= 1;
    EXPECT_FALSE(read_dhcp(message)) << place;
  }
}

}  // namespace
}  // namespace dmar::net
