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
  std::vector<std::string> requests{quoted("236 ")};  // at each look; the last one stays
  std::vector<std::string> log;
};

TEST_F(ApicWatchTest, AnnouncesAPendingInterruptOfAQuietGuest) {
  watch.active(now);
  pass(ApicWatch::kQuiet - milliseconds(1));
  EXPECT_THAT(log, IsEmpty());
  pass(milliseconds(1));
  EXPECT_THAT(log, ElementsAre("stop", "writel 0xfee00000 0xec", "cont"));
  EXPECT_EQ(watch.announced(), 1U);
  // And once more after another while.
  pass(ApicWatch::kQuiet);
  EXPECT_EQ(watch.announced(), 2U);
}

TEST_F(ApicWatchTest, KeepsTheTriggerModeOfALevel) {
  requests = {quoted("49(level) ")};
  watch.active(now);
  pass(ApicWatch::kQuiet);
  EXPECT_THAT(log, ElementsAre("stop", "writel 0xfee00000 0xc031", "cont"));
}

TEST_F(ApicWatchTest, LeavesAloneWhoIsBusy) {
  for (int i = 0; i < 10; ++i) {
    watch.active(now);
    pass(ApicWatch::kQuiet / 2);
  }
  EXPECT_THAT(log, IsEmpty());
}

TEST_F(ApicWatchTest, DoesNotStopAGuestThatWaitsForNothing) {
  requests = {quoted("(none)")};
  watch.active(now);
  for (int i = 0; i < 10; ++i) pass(ApicWatch::kQuiet);
  EXPECT_THAT(log, IsEmpty());
}

TEST_F(ApicWatchTest, AnnouncesNothingThatWasTakenMeanwhile) {
  requests = {quoted("236 "), quoted("(none)")};
  watch.active(now);
  pass(ApicWatch::kQuiet);
  EXPECT_THAT(log, ElementsAre("stop", "cont"));
  EXPECT_EQ(watch.announced(), 0U);
}

TEST_F(ApicWatchTest, DoesNotLetGoWhomSomebodyElseStopped) {
  paused = true;
  watch.active(now);
  pass(ApicWatch::kQuiet);
  EXPECT_THAT(log, IsEmpty());
}

}  // namespace
}  // namespace dmar::cosim
