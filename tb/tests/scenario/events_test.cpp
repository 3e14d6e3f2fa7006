// SPDX-License-Identifier: Apache-2.0
// The fault event and the invalidation completion event (VT-d 5.1.6, 7.3): mask, pending and the
// moments at which a message leaves, in every order.
#include "tests/scenario/scenario.hpp"

namespace dmar {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr Message kFaultMessage{.address = 0x0000'0012'FEE0'3004, .data = 0x4031};
constexpr Message kCompletionMessage{.address = 0xFEE0'500C, .data = 0xFFFF};

class Events : public Scenario {
 protected:
  // A fault of requester `n` on an unknown bus.
  void fault(unsigned n = 0) {
    EXPECT_THAT(access(read_of(kIova, 64, bdf(0x90, 0, n))), Faults(FaultReason::kRootNotPresent));
  }
  void queue_error() {
    if (!driver().queue_enabled()) driver().enable_queue();
    driver().submit({{.lo = 0xE, .hi = 0}});
    driver().poll32(reg::kFsts, fsts::kIqe, fsts::kIqe, "IQE");
  }
  // Makes the bad descriptor a no-op and lets the queue go on.
  void repair_queue() {
    memory().write64(driver().slot(driver().read32(reg::kIqh)), wait_descriptor({}).lo);
    driver().write32(reg::kFsts, fsts::kIqe);
    unit().settle();
  }
  void interrupting_wait() {
    driver().submit({wait_descriptor({.interrupt = true})});
    driver().poll32(reg::kIcs, kIcsIwc, kIcsIwc, "IWC");
  }
  std::vector<Message> messages() {
    unit().settle();
    return unit().take_messages();
  }
  void program_fault_event() {
    driver().write32(reg::kFedata, kFaultMessage.data);
    driver().write64(reg::kFeaddr, kFaultMessage.address);
  }
  [[nodiscard]] std::uint32_t fault_control() { return driver().read32(reg::kFectl); }
};

TEST_P(Events, MaskedAfterReset) {
  start();
  EXPECT_EQ(fault_control(), event_control::kIm);
  EXPECT_EQ(driver().read32(reg::kIectl), event_control::kIm);
  fault();
  EXPECT_EQ(fault_control(), event_control::kIm | event_control::kIp);
  EXPECT_THAT(messages(), IsEmpty());
}

TEST_P(Events, OneMessageUntilAllIsCleared) {
  start();
  driver().set_event(reg::kFectl, kFaultMessage);
  fault(0);
  EXPECT_THAT(messages(), ElementsAre(kFaultMessage));
  EXPECT_EQ(fault_control(), 0U);
  fault(1);
  fault(2);
  EXPECT_THAT(messages(), IsEmpty());
  driver().drain_faults();
  fault(3);
  EXPECT_THAT(messages(), ElementsAre(kFaultMessage));
}

TEST_P(Events, RealBug48_MaskedEventIsSentWhenUnmasked) {
  start();
  program_fault_event();
  fault();
  EXPECT_THAT(messages(), IsEmpty());
  driver().unmask(reg::kFectl);
  EXPECT_THAT(messages(), ElementsAre(kFaultMessage));
  EXPECT_EQ(fault_control(), 0U);
  driver().unmask(reg::kFectl);
  driver().mask(reg::kFectl);
  driver().unmask(reg::kFectl);
  EXPECT_THAT(messages(), IsEmpty());
}

TEST_P(Events, ClearedBeforeUnmaskIsWithdrawn) {
  start();
  program_fault_event();
  fault();
  EXPECT_EQ(fault_control(), event_control::kIm | event_control::kIp);
  driver().drain_faults();
  EXPECT_EQ(fault_control(), event_control::kIm);
  driver().unmask(reg::kFectl);
  EXPECT_THAT(messages(), IsEmpty());
  fault(1);
  EXPECT_THAT(messages(), ElementsAre(kFaultMessage));
}

// Every status bit has to be clear before what is pending is withdrawn.
TEST_P(Events, PendingWhileAnyStatusIsSet) {
  start();
  program_fault_event();
  for (unsigned n = 0; n <= config().fault_records; ++n) {
    EXPECT_THAT(access(read_of(kIova, 64, bdf(0x90, n / 8, n % 8))),
                Faults(FaultReason::kRootNotPresent));
  }
  ASSERT_NE(driver().fault_status() & fsts::kPfo, 0U);
  for (unsigned n = 0; n < config().fault_records; ++n) driver().clear_record(n);
  EXPECT_EQ(fault_control(), event_control::kIm | event_control::kIp);
  driver().write32(reg::kFsts, fsts::kPfo);
  EXPECT_EQ(fault_control(), event_control::kIm);
}

TEST_P(Events, OverflowLeftSetSuppressesEvents) {
  start();
  driver().set_event(reg::kFectl, kFaultMessage);
  for (unsigned n = 0; n <= config().fault_records; ++n) {
    access(read_of(kIova, 64, bdf(0x90, n / 8, n % 8)));
  }
  EXPECT_THAT(messages(), ElementsAre(kFaultMessage));
  for (unsigned n = 0; n < config().fault_records; ++n) driver().clear_record(n);
  fault(1);
  queue_error();
  EXPECT_THAT(messages(), IsEmpty());
}

TEST_P(Events, QueueErrorRaisesTheFaultEvent) {
  start();
  driver().set_event(reg::kFectl, kFaultMessage);
  queue_error();
  EXPECT_THAT(messages(), ElementsAre(kFaultMessage));
  fault();  // a status bit is set already
  EXPECT_THAT(messages(), IsEmpty());
  repair_queue();
  EXPECT_THAT(messages(), IsEmpty());
  queue_error();  // PPF is still set
  EXPECT_THAT(messages(), IsEmpty());
  repair_queue();
  driver().drain_faults();
  queue_error();
  EXPECT_THAT(messages(), ElementsAre(kFaultMessage));
}

// RealBug33: the kernel unmasks, then moves the vector; or programs first. What leaves is what the
// registers hold when the message is sent.
TEST_P(Events, RealBug33_MaskProgramUnmaskInEveryOrder) {
  start();
  driver().unmask(reg::kFectl);
  program_fault_event();
  fault(0);
  EXPECT_THAT(messages(), ElementsAre(kFaultMessage));
  driver().mask(reg::kFectl);
  driver().drain_faults();
  fault(1);
  driver().write32(reg::kFedata, 0x55);
  driver().write64(reg::kFeaddr, 0xFEE0'0000);
  EXPECT_EQ(fault_control(), event_control::kIm | event_control::kIp);
  driver().mask(reg::kFectl);
  EXPECT_EQ(fault_control(), event_control::kIm | event_control::kIp);
  driver().unmask(reg::kFectl);
  EXPECT_THAT(messages(), ElementsAre(Message{0xFEE0'0000, 0x55}));
}

TEST_P(Events, PendingBitIsReadOnly) {
  driver().write32(reg::kFectl, event_control::kIp);
  EXPECT_EQ(fault_control(), 0U);
  EXPECT_THAT(messages(), IsEmpty());
  driver().write32(reg::kFectl, ~std::uint32_t{0});
  EXPECT_EQ(fault_control(), event_control::kIm);
  start();
  fault();
  driver().write32(reg::kFectl, event_control::kIm);
  EXPECT_EQ(fault_control(), event_control::kIm | event_control::kIp);
}

TEST_P(Events, CompletionEvent) {
  driver().enable_queue();
  driver().set_event(reg::kIectl, kCompletionMessage);
  interrupting_wait();
  EXPECT_THAT(messages(), ElementsAre(kCompletionMessage));
  interrupting_wait();  // IWC is still set
  EXPECT_THAT(messages(), IsEmpty());
  driver().write32(reg::kIcs, kIcsIwc);
  EXPECT_EQ(driver().read32(reg::kIcs), 0U);
  interrupting_wait();
  EXPECT_THAT(messages(), ElementsAre(kCompletionMessage));
}

TEST_P(Events, CompletionEventMaskedPendingAndWithdrawn) {
  driver().enable_queue();
  driver().set_event(reg::kIectl, kCompletionMessage);
  driver().mask(reg::kIectl);
  interrupting_wait();
  EXPECT_EQ(driver().read32(reg::kIectl), event_control::kIm | event_control::kIp);
  EXPECT_THAT(messages(), IsEmpty());
  driver().unmask(reg::kIectl);
  EXPECT_THAT(messages(), ElementsAre(kCompletionMessage));
  driver().mask(reg::kIectl);
  driver().write32(reg::kIcs, kIcsIwc);
  interrupting_wait();
  driver().write32(reg::kIcs, 0);
  EXPECT_EQ(driver().read32(reg::kIectl), event_control::kIm | event_control::kIp);
  driver().write32(reg::kIcs, kIcsIwc);
  EXPECT_EQ(driver().read32(reg::kIectl), event_control::kIm);
  driver().unmask(reg::kIectl);
  EXPECT_THAT(messages(), IsEmpty());
}

// A driver that takes the event reads the status that came before it.
TEST_P(Events, StatusWriteBeforeTheMessage) {
  driver().enable_queue();
  driver().set_event(reg::kIectl, kCompletionMessage);
  driver().submit({wait_descriptor({.status_write = true,
                                    .interrupt = true,
                                    .status_address = Driver::kStatus,
                                    .status_data = 0xCAFE})});
  driver().poll32(reg::kIcs, kIcsIwc, kIcsIwc, "IWC");
  EXPECT_EQ(memory().read32(Driver::kStatus), 0xCAFEU);
  EXPECT_THAT(messages(), ElementsAre(kCompletionMessage));
}

TEST_P(Events, BothEventsKeepTheirOwnRegisters) {
  start();
  driver().enable_queue();
  driver().set_event(reg::kFectl, kFaultMessage);
  driver().set_event(reg::kIectl, kCompletionMessage);
  fault();
  unit().settle();
  interrupting_wait();
  EXPECT_THAT(messages(), ElementsAre(kFaultMessage, kCompletionMessage));
}

DMAR_SCENARIO(Events);

}  // namespace
}  // namespace dmar
