// SPDX-License-Identifier: Apache-2.0
// The control queue of the network device and the receive filter behind it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "devices/net_filter.hpp"
#include "devices/tests/net_fixture.hpp"

namespace dmar::devices {
namespace {

using ::testing::HasSubstr;
using ::testing::Optional;

constexpr std::uint8_t kError = 1;
constexpr MacAddress kOtherGroup{0x01, 0x00, 0x5E, 0x00, 0x00, 0xFB};
constexpr MacAddress kNew{0x02, 0x11, 0x22, 0x33, 0x44, 0x55};

// Commands of class 0.
enum Mode : std::uint8_t {
  kPromiscuous,
  kAllMulticast,
  kAllUnicast,
  kNoMulticast,
  kNoUnicast,
  kNoBroadcast
};

class NetControlQueue : public NetFixture {
 protected:
  void SetUp() override { ASSERT_TRUE(driver_.start()); }

  void set(Mode mode, bool on) {
    EXPECT_THAT(driver_.command({0, mode, std::uint8_t{on}}), Optional(NetDriver::kOkay));
  }
  bool accepts(const MacAddress &to) {
    const std::uint64_t before = statistics().filtered;
    device_->frame(make_frame(to, 60));
    return statistics().filtered == before;
  }
  // Which of: its own address, another one, two groups, broadcast.
  std::vector<bool> accepted() {
    std::vector<bool> all;
    for (const MacAddress &to : {kStation, kOther, kGroup, kOtherGroup, kBroadcast}) {
      all.push_back(accepts(to));
    }
    return all;
  }
  static Bytes tables(const std::vector<MacAddress> &unicast,
                      const std::vector<MacAddress> &multicast) {
    Bytes bytes{1, 0};
    for (const auto *table : {&unicast, &multicast}) {
      for (unsigned i = 0; i < 4; ++i) {
        bytes.push_back(static_cast<std::uint8_t>(table->size() >> (8 * i)));
      }
      for (const MacAddress &mac : *table) bytes.insert(bytes.end(), mac.begin(), mac.end());
    }
    return bytes;
  }
  void expect_refused(const Bytes &command, const char *why) {
    EXPECT_THAT(driver_.command(command), Optional(kError)) << why;
    EXPECT_THAT(device_->last_error(), HasSubstr(why));
  }

  using Accepted = std::vector<bool>;
  static const inline Accepted kAtReset{true, false, false, false, true};
};

TEST_F(NetControlQueue, ReceivesItsOwnAndBroadcastAtFirst) { EXPECT_EQ(accepted(), kAtReset); }

TEST_F(NetControlQueue, EveryModeTurnsOnAndOff) {
  const std::pair<Mode, Accepted> modes[] = {{kPromiscuous, {true, true, true, true, true}},
                                             {kAllMulticast, {true, false, true, true, true}},
                                             {kAllUnicast, {true, true, false, false, true}},
                                             {kNoMulticast, {true, false, false, false, true}},
                                             {kNoUnicast, {false, false, false, false, true}},
                                             {kNoBroadcast, {true, false, false, false, false}}};
  for (const auto &[mode, wanted] : modes) {
    set(mode, true);
    EXPECT_EQ(accepted(), wanted) << mode;
    set(mode, false);
    EXPECT_EQ(accepted(), kAtReset) << mode;
  }
  EXPECT_EQ(statistics().commands, 12u);
  EXPECT_EQ(statistics().refused_commands, 0u);
}

TEST_F(NetControlQueue, SuppressionWinsOverAllButPromiscuous) {
  for (const Mode mode : {kAllMulticast, kAllUnicast, kNoMulticast, kNoUnicast, kNoBroadcast}) {
    set(mode, true);
  }
  EXPECT_EQ(accepted(), Accepted(5, false));
  set(kPromiscuous, true);
  EXPECT_EQ(accepted(), Accepted(5, true));
}

TEST_F(NetControlQueue, TablesNameAddresses) {
  EXPECT_THAT(driver_.command(tables({kOther}, {kOtherGroup})), Optional(NetDriver::kOkay));
  EXPECT_EQ(accepted(), (Accepted{true, true, false, true, true}));
  EXPECT_THAT(driver_.command(tables({kNew, kNew}, {kGroup})), Optional(NetDriver::kOkay));
  EXPECT_EQ(accepted(), (Accepted{true, false, true, false, true})) << "a table replaces another";
  EXPECT_THAT(driver_.command(tables({}, {})), Optional(NetDriver::kOkay));
  EXPECT_EQ(accepted(), kAtReset);
}

TEST_F(NetControlQueue, TablesThatAreTooLongStandForEverything) {
  const auto many = [](std::size_t count) { return std::vector<MacAddress>(count, kNew); };
  driver_.command(tables(many(MacTable::kMost), many(MacTable::kMost)));
  EXPECT_EQ(accepted(), kAtReset);
  driver_.command(tables(many(MacTable::kMost + 1), {}));
  EXPECT_EQ(accepted(), (Accepted{true, true, false, false, true}));
  driver_.command(tables({}, many(300)));
  EXPECT_EQ(accepted(), (Accepted{true, false, true, true, true}));
}

TEST_F(NetControlQueue, NewAddressShowsInTheConfiguration) {
  PciHost &host = driver_.host();
  const std::uint64_t generation = host.read(0x15, 1);
  EXPECT_THAT(driver_.command({1, 1, 0x02, 0x11, 0x22, 0x33, 0x44, 0x55}),
              Optional(NetDriver::kOkay));
  EXPECT_EQ(host.read(VirtioPci::kDeviceOffset, 8), 0x0001'5544'3322'1102u);
  EXPECT_NE(host.read(0x15, 1), generation);
  EXPECT_EQ(device_->mac(), kNew);
  EXPECT_TRUE(accepts(kNew));
  EXPECT_FALSE(accepts(kStation));
  driver_.reset();
  EXPECT_EQ(host.read(VirtioPci::kDeviceOffset, 8), 0x0001'5634'1200'5452u);
  EXPECT_EQ(host.read(0x15, 1), 0u) << "nothing is left of the old life";
  ASSERT_TRUE(driver_.start());
  EXPECT_EQ(accepted(), kAtReset);
}

TEST_F(NetControlQueue, ResetForgetsModesAndTables) {
  set(kPromiscuous, true);
  driver_.command(tables({kOther}, {kGroup}));
  ASSERT_TRUE(driver_.start());
  EXPECT_EQ(accepted(), kAtReset);
}

// It cannot ask for groups, so it gets them all.
TEST_F(NetControlQueue, DriverWithoutItReceivesEveryGroup) {
  ASSERT_TRUE(driver_.start({.control = false}));
  EXPECT_EQ(accepted(), (Accepted{true, false, true, true, true}));
  ASSERT_TRUE(driver_.start());
  EXPECT_EQ(accepted(), kAtReset);
}

TEST_F(NetControlQueue, CommandsThatAreWrongChangeNothing) {
  driver_.command(tables({}, {kGroup}));
  const Accepted before = accepted();
  expect_refused({}, "0 bytes instead of 2");
  expect_refused({0}, "1 bytes instead of 2");
  expect_refused({0, 0}, "receive mode in 0 bytes");
  expect_refused({0, 0, 1, 0}, "receive mode in 2 bytes");
  expect_refused({0, 0, 2}, "receive mode 0 is to be 2");
  expect_refused({0, 6, 1}, "class 0, number 6 is not known");
  expect_refused({1, 2}, "class 1, number 2 is not known");
  expect_refused({2, 0, 0, 0}, "class 2, number 0 is not known");
  expect_refused({4, 0, 1, 0}, "class 4, number 0 is not known");
  expect_refused({1, 1, 2, 0, 0, 0, 0}, "an address of 5 bytes");
  expect_refused({1, 1, 2, 0, 0, 0, 0, 0, 0}, "an address of 7 bytes");
  expect_refused({1, 1, 1, 0, 0, 0, 0, 0}, "no single station");
  expect_refused({1, 1, 0, 0, 0, 0, 0, 0}, "no single station");
  expect_refused({1, 0}, "0 bytes where an address table begins");
  expect_refused({1, 0, 0, 0, 0}, "3 bytes where an address table begins");
  expect_refused({1, 0, 0, 0, 0, 0}, "0 bytes where an address table begins");
  expect_refused({1, 0, 1, 0, 0, 0, 2, 0, 0, 0, 0}, "1 addresses in 5 bytes");
  expect_refused({1, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0}, "4294967295 addresses in 2 bytes");
  Bytes long_one = tables({kOther}, {});
  long_one.push_back(0);
  expect_refused(long_one, "1 bytes behind the address tables");
  EXPECT_EQ(accepted(), before);
  EXPECT_EQ(device_->mac(), kStation);
  EXPECT_EQ(statistics().refused_commands, 19u);
  EXPECT_EQ(statistics().commands, 20u);
}

TEST_F(NetControlQueue, CommandsThatWereNotNegotiatedAreRefused) {
  ASSERT_TRUE(driver_.begin(feature_bit(virtio_feature::kVersion1) |
                            feature_bit(net_feature::kHasControlQueue)));
  driver_.control().set_up({});
  driver_.set_status(virtio_status::kDriverOk);
  expect_refused({0, 0, 1}, "receive mode 0 was not negotiated");
  expect_refused({0, 2, 1}, "receive mode 2 was not negotiated");
  expect_refused({1, 1, 2, 0, 0, 0, 0, 0}, "a new address was not negotiated");
  expect_refused(tables({}, {}), "address tables were not negotiated");
}

TEST_F(NetControlQueue, CommandsInPiecesAndInOrder) {
  QueueDriver &queue = driver_.control();
  const std::uint64_t at = 0x50'0000;
  std::vector<std::uint16_t> heads;
  // Off, on, off, on: the last one counts, whatever order the transfers end in.
  for (std::uint8_t i = 0; i < 4; ++i) {
    const std::uint64_t here = at + 0x100U * i;
    port_.memory.store(HostAddr(here), Bytes{0, kPromiscuous, static_cast<std::uint8_t>(i % 2)});
    heads.push_back(queue.add(
        {{here, 1, false}, {here + 1, 0, false}, {here + 1, 2, false}, {here + 9, 3, true}}));
  }
  queue.notify();
  ASSERT_TRUE(port_.drain());
  const auto answers = queue.collect();
  ASSERT_EQ(answers.size(), 4u);
  for (unsigned i = 0; i < 4; ++i) EXPECT_EQ(answers[i], (QueueDriver::Answer{heads[i], 1}));
  EXPECT_EQ(accepted(), Accepted(5, true));
}

TEST_F(NetControlQueue, BlockedCommandIsRefused) {
  port_.refuse(NetDriver::data_of(2, 0), 1, FakePort::kRead);
  expect_refused({0, kPromiscuous, 1}, "command: DMA was blocked");
  EXPECT_EQ(accepted(), kAtReset);
  port_.refuse_nothing();
  set(kPromiscuous, true);
}

}  // namespace
}  // namespace dmar::devices
