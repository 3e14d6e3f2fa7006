// SPDX-License-Identifier: Apache-2.0
// The queue beyond the plain way (VT-d 6.5.2): sizes, recovery, a tail that runs ahead, the switch
// off and on, and the completion event in every order of what software does.
#include <array>
#include <string>
#include <vector>

#include "tests/scenario/queue_scenario.hpp"

namespace dmar {
namespace {

using ::testing::IsEmpty;

class QueueRecovery : public QueueScenario {};

// The last slot of every size is a good tail, the one after it is not. The ring is full of zeros,
// so that a good tail shows as a bad descriptor.
TEST_P(QueueRecovery, TailBoundOfEverySize) {
  for (const bool wide : widths()) {
    for (unsigned size_code = 0; size_code <= 7; ++size_code) {
      SCOPED_TRACE(fmt::format("QS {}, wide {}", size_code, wide));
      enable(wide, size_code);
      const std::uint32_t bytes = std::uint32_t{4096} << size_code;
      driver().write32(reg::kIqt, bytes - slot_bytes());
      expect_stopped(QueueError::kInvalidType);
      if (size_code < 7) {  // IQT has no more bits
        driver().write32(reg::kIqt, bytes);
        clear_error();
        expect_stopped(QueueError::kInvalidTail);
      }
      EXPECT_EQ(head(), 0U);
      driver().write32(reg::kIqt, 0);
      clear_error();
      expect_running();
      driver().disable_queue();
    }
  }
}

// IQE cleared after the bad descriptor was replaced by the wait behind it, as Linux does.
TEST_P(QueueRecovery, WaitCopiedOverTheBadDescriptor) {
  in_each_width([&] {
    for (unsigned n = 0; n < 4; ++n) {
      const std::uint32_t at = driver().tail();
      driver().push(kBad);
      const std::uint32_t ticket = driver().push_wait();
      driver().ring_doorbell();
      expect_stopped(QueueError::kInvalidType);
      EXPECT_FALSE(driver().wait_completed(ticket));
      const HostAddr wait = driver().slot(at + slot_bytes());
      put(driver().slot(at), {memory().read64(wait), memory().read64(HostAddr(wait.raw() + 8))});
      clear_error();
      expect_running();
      EXPECT_TRUE(driver().wait_completed(ticket));
    }
  });
}

// IQERCD keeps its cause until the next one; clearing nothing clears nothing.
TEST_P(QueueRecovery, OnlyTheBitOfTheErrorRestarts) {
  enable(false);
  driver().submit({kBad});
  expect_stopped(QueueError::kInvalidType);
  put(driver().slot(0), kNothing);
  for (const std::uint32_t value : {0U, fsts::kPfo, fsts::kPpf, 0xFFFF'FFEFU}) {
    driver().write32(reg::kFsts, value);
    unit().settle();
    EXPECT_NE(driver().fault_status() & fsts::kIqe, 0U);
    EXPECT_EQ(head(), 0U);
  }
  driver().write32(reg::kFsts, ~0U);
  expect_running();
}

// The tail moves on while the unit works: nothing is skipped, nothing is done twice.
TEST_P(QueueRecovery, TailMovesWhileFetching) {
  in_each_width([&] {
    std::vector<std::uint32_t> seen;
    const auto handle = memory().observe_writes([&](HostAddr address, auto bytes) {
      if (address.raw() >> 12 == 0x0700'5000 >> 12) seen.push_back(bytes[0]);
    });
    for (unsigned n = 0; n < 60; ++n) {
      driver().push(wait_descriptor({.status_write = true,
                                     .status_address = HostAddr(0x0700'5000 + 4 * n),
                                     .status_data = n}));
      driver().ring_doorbell();
    }
    driver().wait_for_queue();
    memory().stop_observing(handle);
    ASSERT_EQ(seen.size(), 60U);
    for (unsigned n = 0; n < 60; ++n) EXPECT_EQ(seen[n], n);
  });
}

// Every mix of SW, IF and FN in every width, back to back: statuses in order, IWC once.
TEST_P(QueueRecovery, MixesOfWaitsBackToBack) {
  in_each_width([&] {
    const HostAddr status(0x0700'6000);
    for (unsigned mix = 0; mix < 64; ++mix) {
      memory().write32(HostAddr(status.raw() + 4 * mix), 0);
      driver().push(wait_descriptor({.status_write = (mix & 1) != 0,
                                     .interrupt = (mix & 2) != 0,
                                     .fence = (mix & 4) != 0,
                                     .status_address = HostAddr(status.raw() + 4 * mix),
                                     .status_data = mix + 1}));
    }
    driver().ring_doorbell();
    expect_running();
    EXPECT_EQ(driver().read32(reg::kIcs), kIcsIwc);
    driver().write32(reg::kIcs, kIcsIwc);
    for (unsigned mix = 0; mix < 64; ++mix) {
      EXPECT_EQ(memory().read32(HostAddr(status.raw() + 4 * mix)), mix % 2 == 0 ? 0 : mix + 1);
    }
  });
}

// Off after any number of register accesses while waits are carried out: the status of each is
// written wholly or not at all, the head is 0, and the queue starts over.
TEST_P(QueueRecovery, SwitchedOffAtAnyMoment) {
  in_each_width([&] {
    for (unsigned delay = 0; delay < 12; ++delay) {
      std::vector<std::uint32_t> tickets;
      for (unsigned n = 0; n < 10; ++n) tickets.push_back(driver().push_wait());
      driver().ring_doorbell();
      for (unsigned n = 0; n < delay; ++n) driver().read32(reg::kIqh);
      driver().disable_queue();
      EXPECT_EQ(head(), 0U);
      unit().settle();
      bool earlier = true;
      for (const std::uint32_t ticket : tickets) {
        const bool completed = driver().wait_completed(ticket);
        EXPECT_TRUE(earlier || !completed) << "a wait overtook another one";
        earlier = completed;
      }
      EXPECT_EQ(driver().fault_status(), 0U);
      enable(slot_bytes() == 32);
      driver().wait_for_queue();
      driver().disable_queue();
      enable(slot_bytes() == 32);
    }
  });
}

DMAR_SCENARIO(QueueRecovery);

class CompletionEvent : public QueueScenario {
 protected:
  static constexpr Message kMessage{.address = 0xFEE0'500C, .data = 0x61};

  // What the registers must show (VT-d 11.4, IECTL and ICS).
  struct State {
    bool mask = true, pending = false, complete = false;
    unsigned messages = 0;
  };

  void apply(unsigned action) {
    switch (action) {
      case 0:  // a wait with IF
        driver().submit({wait_descriptor({.interrupt = true})});
        if (!expected_.complete) expected_.pending = true;
        expected_.complete = true;
        break;
      case 1:
        driver().mask(reg::kIectl);
        expected_.mask = true;
        break;
      case 2:
        driver().unmask(reg::kIectl);
        expected_.mask = false;
        break;
      default:
        driver().write32(reg::kIcs, kIcsIwc);
        expected_.complete = expected_.pending = false;
        break;
    }
    if (expected_.pending && !expected_.mask) {
      ++expected_.messages;
      expected_.pending = false;
    }
    unit().settle();
    for (const Message &message : unit().take_messages()) {
      EXPECT_EQ(message, kMessage);
      ++messages_;
    }
    EXPECT_EQ(messages_, expected_.messages);
    EXPECT_EQ(driver().read32(reg::kIcs), expected_.complete ? kIcsIwc : 0U);
    EXPECT_EQ(driver().read32(reg::kIectl), (expected_.mask ? event_control::kIm : 0) |
                                                (expected_.pending ? event_control::kIp : 0));
  }

 private:
  State expected_;
  unsigned messages_ = 0;
};

// A de Bruijn sequence: every three actions in a row occur.
TEST_P(CompletionEvent, EveryOrderOfActions) {
  static constexpr std::string_view kOrder =
      "0001002003011012013021022023031032033111211312212313213322232333"
      "00";
  enable(false);
  driver().write32(reg::kIedata, kMessage.data);
  driver().write32(reg::kIeaddr, static_cast<std::uint32_t>(kMessage.address));
  for (std::size_t n = 0; n < kOrder.size() && !HasFailure(); ++n) {
    SCOPED_TRACE(fmt::format("action {} after {}", kOrder[n], kOrder.substr(0, n)));
    apply(static_cast<unsigned>(kOrder[n] - '0'));
  }
}

DMAR_SCENARIO(CompletionEvent);

}  // namespace
}  // namespace dmar
