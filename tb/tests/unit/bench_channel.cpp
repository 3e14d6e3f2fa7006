// SPDX-License-Identifier: Apache-2.0
// One channel at a time: holding beats, noticing beats that are not held, the register host.
#include <gmock/gmock.h>

#include <stdexcept>
#include <string>

#include "bench/channel.hpp"
#include "bench/lite_host.hpp"

namespace dmar::bench {
namespace {

using ::testing::HasSubstr;

template <class Action>
std::string protocol_error(Action action) {
  try {
    action();
  } catch (const ProtocolError &error) {
    return error.what();
  }
  return {};
}

TEST(ChannelSource, HoldsItsBeatUntilTaken) {
  Channel<WriteResponse> channel;
  ChannelSource<WriteResponse> source(channel, 50, Random(3));
  source.push({.id = 5});
  source.push({.id = 6});
  while (!channel.valid) source.drive();
  for (int i = 0; i < 50; ++i) {
    EXPECT_FALSE(source.sample());
    source.drive();
    ASSERT_TRUE(channel.valid);
    ASSERT_EQ(channel.payload.id, 5);
  }
  channel.ready = true;
  EXPECT_TRUE(source.sample());
  EXPECT_FALSE(source.empty());
}

class SinkCheck : public ::testing::Test {
 protected:
  // One beat is offered and not taken.
  void SetUp() override {
    channel_.valid = true;
    channel_.payload.id = 1;
    EXPECT_EQ(sink_.sample(), nullptr);
  }

  Channel<AddressBeat> channel_;
  ChannelSink<AddressBeat> sink_{channel_, "port AR", 0, Random(1)};
};

TEST_F(SinkCheck, AcceptsAHeldBeat) {
  channel_.ready = true;
  const AddressBeat *beat = sink_.sample();
  ASSERT_NE(beat, nullptr);
  EXPECT_EQ(beat->id, 1);
}

TEST_F(SinkCheck, RefusesDroppedValid) {
  channel_.valid = false;
  EXPECT_THAT(protocol_error([&] { sink_.sample(); }), HasSubstr("port AR: VALID dropped"));
}

TEST_F(SinkCheck, RefusesAChangedPayloadEvenWhenReadyRises) {
  channel_.ready = true;
  channel_.payload.user = 9;
  EXPECT_THAT(protocol_error([&] { sink_.sample(); }), HasSubstr("payload changed"));
}

class HostCheck : public ::testing::Test {
 protected:
  void cycle() {
    host_.sample(0);
    host_.drive();
  }

  LiteBus bus_;
  LiteHost host_{bus_, 0, 1};
};

TEST_F(HostCheck, ReadTakesItsHalfOfTheLane) {
  host_.start_read(0x1C, 4);
  cycle();
  ASSERT_TRUE(bus_.ar.valid);
  EXPECT_EQ(bus_.ar.payload, 0x1C);
  bus_.ar.ready = true;
  cycle();
  bus_.r.valid = true;
  bus_.r.payload.data = 0x1111'2222'3333'4444;
  cycle();
  EXPECT_FALSE(host_.busy());
  EXPECT_EQ(host_.result(), 0x1111'2222U);
}

TEST_F(HostCheck, WriteStrobesItsBytesOnly) {
  host_.start_write(0x1C, 4, 0xFFFF'FFFF'8765'4321);
  cycle();
  EXPECT_EQ(bus_.w.payload.strobes, 0xF0);
  EXPECT_EQ(bus_.w.payload.data, 0x8765'4321'0000'0000U);
}

TEST_F(HostCheck, RefusesAnAnswerToNothing) {
  cycle();
  bus_.r.valid = true;
  EXPECT_THAT(protocol_error([&] { cycle(); }), HasSubstr("without an accepted read"));
}

TEST_F(HostCheck, RefusesAWriteResponseBeforeTheData) {
  host_.start_write(0x18, 4, 1);
  cycle();
  bus_.aw.ready = true;
  cycle();
  bus_.b.valid = true;
  EXPECT_THAT(protocol_error([&] { cycle(); }), HasSubstr("before address and data"));
}

TEST_F(HostCheck, RefusesAnErrorResponse) {
  host_.start_read(0x08, 8);
  cycle();
  bus_.ar.ready = true;
  cycle();
  bus_.r.valid = true;
  bus_.r.payload.resp = kRespSlave;
  EXPECT_THAT(protocol_error([&] { cycle(); }), HasSubstr("response 2"));
}

TEST_F(HostCheck, RefusesAccessesTheBusCannotExpress) {
  EXPECT_THROW(host_.start_read(0x4, 8), std::invalid_argument);
  EXPECT_THROW(host_.start_write(0x1000, 4, 0), std::invalid_argument);
  EXPECT_THROW(host_.start_write(0x8, 0, 0), std::invalid_argument);
  host_.start_read(0x8, 8);
  EXPECT_THROW(host_.start_read(0x8, 8), std::logic_error);
}

}  // namespace
}  // namespace dmar::bench
