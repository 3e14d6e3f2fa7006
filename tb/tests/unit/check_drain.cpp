// SPDX-License-Identifier: Apache-2.0
// tb/check/dmar_drain_check.sv between a core and a requester that keep the contract of drains, and
// between those that break it, each in its own way. DrainLatency is 3.
#include <gtest/gtest.h>
#include <verilated.h>

#include <memory>

#include "Vdrain_check.h"

namespace dmar {
namespace {

constexpr unsigned kLatency = 3;

class DrainCheck : public ::testing::Test {
 protected:
  DrainCheck() {
    context_->fatalOnError(false);
    context_->randReset(2);
    model_->rst_ni = 0;
    clock();
    clock();
    model_->rst_ni = 1;
    clock();
  }
  ~DrainCheck() override { model_->final(); }

  // One clock with what was set; strobes fall again.
  void clock() {
    for (const unsigned level : {0U, 1U}) {
      model_->clk_i = level;
      model_->eval();
      context_->timeInc(1);
    }
    model_->permitted_i = 0;
    model_->visible_i = 0;
  }
  void clocks(unsigned count) {
    while (count-- > 0) clock();
  }
  // In the clock that comes: an answer on `channel` permits an access.
  void permit(unsigned channel, bool epoch) {
    model_->permitted_i |= 1U << channel;
    model_->permitted_epoch_i &= ~(1U << channel);
    model_->permitted_epoch_i |= static_cast<unsigned>(epoch) << channel;
  }
  void show(unsigned slot, bool epoch) {
    model_->visible_i |= 1U << slot;
    model_->visible_epoch_i &= ~(1U << slot);
    model_->visible_epoch_i |= static_cast<unsigned>(epoch) << slot;
  }
  void epoch(bool value) { model_->epoch_i = value; }
  void busy(bool value) { model_->drain_busy_i = value; }
  [[nodiscard]] bool reported() const { return context_->gotError(); }

 private:
  std::unique_ptr<VerilatedContext> context_ = std::make_unique<VerilatedContext>();
  std::unique_ptr<Vdrain_check> model_ = std::make_unique<Vdrain_check>(context_.get());
};

TEST_F(DrainCheck, KeptContractIsQuiet) {
  for (const bool old : {false, true, false}) {
    permit(0, old);
    permit(1, old);
    permit(2, old);
    clocks(5);
    show(1, old);
    clock();
    epoch(!old);
    permit(0, old);  // in the first clock of the new epoch
    clocks(kLatency);
    busy(true);  // in the last clock that is early enough
    permit(2, !old);
    show(0, old);
    show(1, old);
    clock();
    show(0, !old);  // of the new epoch, which nobody waits for
    clocks(7);
    show(1, old);
    busy(false);  // in the clock that shows the last one
    clocks(5);
    ASSERT_FALSE(reported());
  }
}

TEST_F(DrainCheck, NothingInFlightNeedsNoBusy) {
  permit(0, false);
  clock();
  show(0, false);
  clock();
  epoch(true);
  clocks(10);
  EXPECT_FALSE(reported());
}

TEST_F(DrainCheck, BusyOneClockLate) {
  permit(0, false);
  clock();
  epoch(true);
  clocks(kLatency);
  ASSERT_FALSE(reported());
  clock();
  EXPECT_TRUE(reported());
}

// The answer comes last of all that may come: it is forgotten first.
TEST_F(DrainCheck, AnswerInTheFirstClockIsForgotten) {
  epoch(true);
  permit(1, false);
  clocks(kLatency);
  ASSERT_FALSE(reported());
  clock();
  EXPECT_TRUE(reported());
}

TEST_F(DrainCheck, BusyFallsOneAccessEarly) {
  permit(0, false);
  permit(2, false);
  clock();
  epoch(true);
  busy(true);
  clocks(10);
  show(0, false);
  clock();
  ASSERT_FALSE(reported());
  busy(false);
  clock();
  EXPECT_TRUE(reported());
}

TEST_F(DrainCheck, VisibleThoughNotPermitted) {
  permit(0, false);
  clock();
  show(0, true);  // the requester kept the wrong epoch
  clock();
  EXPECT_TRUE(reported());
}

TEST_F(DrainCheck, VisibleTwice) {
  permit(0, false);
  clock();
  show(0, false);
  show(1, false);
  clock();
  EXPECT_TRUE(reported());
}

TEST_F(DrainCheck, CoreAnswersInTheOldEpochTooLate) {
  epoch(true);
  busy(true);
  clock();
  permit(2, false);
  clock();
  EXPECT_TRUE(reported());
}

TEST_F(DrainCheck, CoreTurnsTheEpochOverAccessesInFlight) {
  permit(0, false);
  clock();
  epoch(true);
  busy(true);
  clocks(5);
  ASSERT_FALSE(reported());
  epoch(false);
  clock();
  EXPECT_TRUE(reported());
}

}  // namespace
}  // namespace dmar
