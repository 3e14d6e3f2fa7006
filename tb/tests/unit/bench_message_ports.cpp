// SPDX-License-Identifier: Apache-2.0
// The other side of the message ports: fields, a request that is not held, completions in order.
#include <gmock/gmock.h>

#include "bench/message_ports.hpp"

namespace dmar::bench {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr SourceId kDevice = bdf(0, 4, 0);

class MessagePortsCheck : public ::testing::Test {
 protected:
  void offer(std::uint8_t itag) {
    pins_.to_device = {.valid = true,
                       .ready = pins_.to_device.ready,
                       .payload = {.source_id = kDevice.raw(), .itag = itag, .payload = 0x5800}};
  }
  void clock() {
    ports_.sample(0);
    ports_.drive();
  }

  Pins pins_;
  MessagePorts ports_{pins_, 0, 1};
};

TEST_F(MessagePortsCheck, TakesARequestOnce) {
  clock();
  offer(7);
  clock();
  pins_.to_device.valid = false;
  clock();
  EXPECT_THAT(ports_.take(),
              ElementsAre(InvalidateRequest{.source_id = kDevice, .itag = 7, .payload = 0x5800}));
  EXPECT_THAT(ports_.take(), IsEmpty());
}

TEST_F(MessagePortsCheck, NoticesARequestThatIsNotHeld) {
  ports_.accept(false);
  clock();
  offer(7);
  clock();
  EXPECT_THAT(ports_.take(), IsEmpty());
  offer(8);
  EXPECT_THROW(clock(), ProtocolError);
}

TEST_F(MessagePortsCheck, GivesCompletionsInOrderAndHoldsThem) {
  ports_.push({.source_id = kDevice, .itags = 0x81, .count = 8});
  ports_.push({.source_id = kDevice, .itags = 2, .count = 3});
  for (int i = 0; i < 3; ++i) {
    clock();
    EXPECT_TRUE(pins_.from_device.valid);
    EXPECT_EQ(pins_.from_device.payload,
              (InvalidateCompletionPins{.source_id = kDevice.raw(), .itags = 0x81, .count = 0}));
  }
  pins_.from_device.ready = true;
  clock();
  EXPECT_EQ(pins_.from_device.payload,
            (InvalidateCompletionPins{.source_id = kDevice.raw(), .itags = 2, .count = 3}));
  clock();
  EXPECT_FALSE(ports_.under_way());
}

TEST_F(MessagePortsCheck, KnowsWhatDevicesOwe) {
  clock();
  offer(7);
  clock();
  pins_.to_device.valid = false;
  EXPECT_TRUE(ports_.answers_owed());
  ports_.push({.source_id = kDevice, .itags = 0x80, .count = 2});
  EXPECT_TRUE(ports_.answers_owed());
  ports_.push({.source_id = kDevice, .itags = 0x80, .count = 2});
  EXPECT_FALSE(ports_.answers_owed());
  ports_.push({.source_id = kDevice, .itags = 0x80, .count = 2});
  EXPECT_FALSE(ports_.answers_owed());
}

// Each message says for itself how many are enough.
TEST_F(MessagePortsCheck, KnowsWhatADeviceOwesThatDisagreesWithItself) {
  clock();
  offer(7);
  clock();
  pins_.to_device.valid = false;
  ports_.push({.source_id = kDevice, .itags = 0x80, .count = 2});
  ports_.push({.source_id = kDevice, .itags = 0x80, .count = 8});
  EXPECT_TRUE(ports_.answers_owed());
  ports_.push({.source_id = kDevice, .itags = 0x80, .count = 3});
  EXPECT_FALSE(ports_.answers_owed());
}

}  // namespace
}  // namespace dmar::bench
