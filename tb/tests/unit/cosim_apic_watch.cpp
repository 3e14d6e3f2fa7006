// SPDX-License-Identifier: Apache-2.0
// An emulator that forgets to tell its CPU of an interrupt is reminded of it.
#include <gmock/gmock.h>

#include <sstream>

#include "cosim/apic_watch.hpp"
#include "cosim_support.hpp"

namespace dmar::cosim {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::IsEmpty;
using Pending = ApicWatch::Pending;

// As QEMU prints it, shortened.
std::string lapic(const std::string &requests) {
  return "dumping local APIC state for CPU 0\r\n\r\nLVT0\t 0x00010700\r\nISR\t 49 \r\nIRR\t " +
         requests + "\r\n\r\nAPR 0x00 TPR 0x10\r\n";
}

TEST(ApicWatchText, HighestPendingInterrupt) {
  EXPECT_EQ(ApicWatch::highest_pending(lapic("(none)")), std::nullopt);
  EXPECT_EQ(ApicWatch::highest_pending(lapic("236 ")), (Pending{.vector = 236}));
  EXPECT_EQ(ApicWatch::highest_pending(lapic("35 49(level) 236 ")), (Pending{.vector = 236}));
  EXPECT_EQ(ApicWatch::highest_pending(lapic("35 49(level) ")),
            (Pending{.vector = 49, .level = true}));
  EXPECT_EQ(ApicWatch::highest_pending(lapic("99999 ")), std::nullopt);
  EXPECT_EQ(ApicWatch::highest_pending(""), std::nullopt);
  EXPECT_EQ(ApicWatch::highest_pending("\nIRR"), std::nullopt);
  EXPECT_EQ(ApicWatch::highest_pending("ISR\t 12 \n"), std::nullopt);
}

class ApicWatchTest : public testing::Test {
 protected:
  ApicWatchTest() {
    received_text(qmp_pair.far);
    send_text(qmp_pair.far, "{\"return\": {}}\n");
    qmp.receive();
  }

  void answer(const std::string &json) {
    send_text(qmp_pair.far, "{\"return\": " + json + "}\n");
    qmp.receive();
  }
  // Answers whatever comes; what came, in words.
  void serve() {
    for (bool any = true; any;) {
      any = false;
      std::istringstream lines(received_text(qmp_pair.far));
      for (std::string line; std::getline(lines, line);) {
        any = true;
        if (line.find("info status") != std::string::npos) {
          answer(paused ? R"("VM status: paused\r\n")" : R"("VM status: running\r\n")");
        } else if (line.find("info registers") != std::string::npos) {
          answer(halted ? R"("RIP=0 HLT=1\r\n")" : R"("RIP=0 HLT=0\r\n")");
        } else if (line.find("info lapic") != std::string::npos) {
          const std::string now = requests.front();
          if (requests.size() > 1) requests.erase(requests.begin());
          answer(now);
        } else {
          log.push_back(line.find("stop") != std::string::npos ? "stop" : "cont");
          answer("{}");
        }
      }
      std::istringstream words(received_text(qtest_pair.far));
      for (std::string line; std::getline(words, line);) {
        any = true;
        log.push_back(line);
        send_text(qtest_pair.far, "OK\n");
      }
      qtest.receive();
    }
  }
  void pass(milliseconds time) {
    now += time;
    watch.proceed(now);
    serve();
  }
  // Up to the moment before the first look, and looks.
  void be_quiet() {
    watch.active(now);
    now += ApicWatch::kQuiet - ApicWatch::kBetweenLooks;
  }
  void look(unsigned times) {
    for (unsigned i = 0; i < times; ++i) pass(ApicWatch::kBetweenLooks);
  }
  static std::string quoted(const std::string &vectors) {
    return R"("ISR\t (none)\r\nIRR\t )" + vectors + R"(\r\n")";
  }

  SocketPair qtest_pair;
  SocketPair qmp_pair;
  Qtest qtest{std::move(qtest_pair.near), [](unsigned, bool) {}};
  Qmp qmp{std::move(qmp_pair.near)};
  ApicWatch watch{qtest, qmp};
  ApicWatch::Clock::time_point now{};
  bool paused = false;
  bool halted = true;
  std::vector<std::string> requests{quoted("236 ")};  // at each look; the last one stays
  std::vector<std::string> log;
};

TEST_F(ApicWatchTest, AnnouncesAPendingInterruptOfAQuietGuest) {
  watch.active(now);
  pass(ApicWatch::kQuiet - milliseconds(1));
  pass(milliseconds(1));
  for (unsigned i = 0; i + 2 < ApicWatch::kLooks; ++i) pass(ApicWatch::kBetweenLooks);
  EXPECT_THAT(log, IsEmpty());
  pass(ApicWatch::kBetweenLooks);
  EXPECT_THAT(log, ElementsAre("stop", "writel 0xfee00000 0xec", "cont"));
  EXPECT_EQ(watch.forgotten(), 1U);
  // And once more after as many looks.
  look(ApicWatch::kLooks - 1);
  EXPECT_EQ(watch.forgotten(), 1U);
  look(1);
  EXPECT_EQ(watch.forgotten(), 2U);
}

// Harmless, and it may wait for that.
TEST_F(ApicWatchTest, AnnouncesToARunningCpuWithoutCounting) {
  halted = false;
  be_quiet();
  look(ApicWatch::kLooks);
  EXPECT_THAT(log, ElementsAre("stop", "writel 0xfee00000 0xec", "cont"));
  EXPECT_EQ(watch.forgotten(), 0U);
}

TEST_F(ApicWatchTest, KeepsTheTriggerModeOfALevel) {
  requests = {quoted("49(level) ")};
  be_quiet();
  look(ApicWatch::kLooks);
  EXPECT_THAT(log, ElementsAre("stop", "writel 0xfee00000 0xc031", "cont"));
}

TEST_F(ApicWatchTest, LeavesAloneWhoIsBusy) {
  for (int i = 0; i < 10; ++i) {
    watch.active(now);
    pass(ApicWatch::kQuiet / 2);
  }
  for (int i = 0; i < 10; ++i) {  // busy again before there were enough looks
    be_quiet();
    look(ApicWatch::kLooks - 1);
  }
  EXPECT_THAT(log, IsEmpty());
}

TEST_F(ApicWatchTest, DoesNotStopAGuestThatTakesItsInterrupts) {
  be_quiet();
  requests = {quoted("(none)")};
  look(3 * ApicWatch::kLooks);
  EXPECT_THAT(log, IsEmpty());
  for (unsigned i = 0; i < 3 * ApicWatch::kLooks; ++i) {  // another one each time
    requests = {quoted(i % 2 == 0 ? "236 " : "49 ")};
    look(1);
  }
  EXPECT_THAT(log, IsEmpty());
}

TEST_F(ApicWatchTest, AnnouncesNothingThatWasTakenMeanwhile) {
  requests.assign(ApicWatch::kLooks, quoted("236 "));
  requests.push_back(quoted("(none)"));
  be_quiet();
  look(ApicWatch::kLooks);
  EXPECT_THAT(log, ElementsAre("stop", "cont"));
  EXPECT_EQ(watch.forgotten(), 0U);
}

TEST_F(ApicWatchTest, DoesNotLetGoWhomSomebodyElseStopped) {
  paused = true;
  be_quiet();
  look(3 * ApicWatch::kLooks);
  EXPECT_THAT(log, IsEmpty());
}

}  // namespace
}  // namespace dmar::cosim
