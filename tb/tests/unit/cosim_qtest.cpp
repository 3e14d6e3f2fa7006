// SPDX-License-Identifier: Apache-2.0
// The test channel and the control channel of an emulator that the test plays.
#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "cosim/qmp.hpp"
#include "cosim/qtest.hpp"
#include "cosim_support.hpp"

namespace dmar::cosim {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class QtestTest : public testing::Test {
 protected:
  void answer(std::string_view text) {
    send_text(pair.far, text);
    qtest.receive();
  }
  auto note(const std::string &name) {
    return [this, name](std::uint64_t value) {
      happened.push_back(name + "=" + std::to_string(value));
    };
  }

  std::vector<std::string> happened;
  SocketPair pair;
  Qtest qtest{std::move(pair.near), [this](unsigned pin, bool raised) {
                happened.push_back((raised ? "raise " : "lower ") + std::to_string(pin));
              }};
};

TEST_F(QtestTest, SpeaksTheProtocol) {
  qtest.write32(0xFEE0'0000, 0x4031);
  qtest.read32(0xFED9'0000, nullptr);
  qtest.out32(0xCF8, 0x8000'2010);
  qtest.command("irq_intercept_in ioapic");
  EXPECT_EQ(received_text(pair.far),
            "writel 0xfee00000 0x4031\nreadl 0xfed90000\noutl 0xcf8 0x80002010\n"
            "irq_intercept_in ioapic\n");
  EXPECT_EQ(qtest.unanswered(), 4U);
  answer("OK\nOK 0x10\nOK\nOK\n");
  EXPECT_EQ(qtest.unanswered(), 0U);
}

TEST_F(QtestTest, AnswersComeInOrderWithPinsBetweenThem) {
  qtest.read32(0, note("a"));
  qtest.write32(0, 1, note("b"));
  qtest.read32(4, note("c"));
  answer("IRQ raise 4\nOK 0x0000000000000010\nIRQ lower 4\nIRQ raise 0\n");
  EXPECT_THAT(happened, ElementsAre("raise 4", "a=16", "lower 4", "raise 0"));
  EXPECT_EQ(qtest.unanswered(), 2U);
  answer("OK\nOK 0xffffffffffffffff\nIRQ lower 255\n");
  EXPECT_THAT(happened, ElementsAre("raise 4", "a=16", "lower 4", "raise 0", "b=0",
                                    "c=18446744073709551615", "lower 255"));
}

TEST_F(QtestTest, AnAnswerMaySendTheNextCommand) {
  qtest.read32(0, [this](std::uint64_t value) {
    qtest.write32(8, static_cast<std::uint32_t>(value), note("second"));
  });
  answer("OK 0x7\n");
  EXPECT_THAT(received_text(pair.far), HasSubstr("writel 0x8 0x7\n"));
  answer("OK\n");
  EXPECT_THAT(happened, ElementsAre("second=0"));
}

TEST_F(QtestTest, TakesDecimalNumbersToo) {
  qtest.read32(0, note("a"));
  answer("OK 16\n");
  EXPECT_THAT(happened, ElementsAre("a=16"));
}

TEST_F(QtestTest, RefusesFailures) {
  for (const char *line : {"FAIL Unknown command 'x'", "FAIL", "OKAY", "OK ", "OK 0x", "OK 0x1g",
                           "OK 0x10 ", "OK -1", "OK 0x10000000000000000", "ok", "", "ERR"}) {
    SCOPED_TRACE(line);
    SocketPair other;
    Qtest victim(std::move(other.near), [](unsigned, bool) { FAIL(); });
    victim.read32(0x1234, [](std::uint64_t) { FAIL(); });
    send_text(other.far, std::string(line) + "\n");
    EXPECT_EQ(error_of([&] { victim.receive(); }),
              "qtest: 'readl 0x1234' was answered with '" + std::string(line) + "'");
  }
}

TEST_F(QtestTest, RefusesAnswersThatNobodyAskedFor) {
  EXPECT_EQ(error_of([&] { answer("OK\n"); }), "qtest: 'OK' answers nothing");
  qtest.write32(0, 0);
  EXPECT_EQ(error_of([&] { answer("OK\nOK 0x1\n"); }), "qtest: 'OK 0x1' answers nothing");
}

TEST_F(QtestTest, RefusesPinsWithoutANumber) {
  for (const char *line : {"IRQ raise ", "IRQ raise x", "IRQ lower 256", "IRQ raise -1",
                           "IRQ lower 4 ", "IRQ raise 99999999999999999999"}) {
    SCOPED_TRACE(line);
    SocketPair other;
    Qtest victim(std::move(other.near), [](unsigned, bool) { FAIL(); });
    send_text(other.far, std::string(line) + "\n");
    EXPECT_EQ(error_of([&] { victim.receive(); }),
              "qtest: '" + std::string(line) + "' names no pin");
  }
  EXPECT_THAT(error_of([&] { answer("IRQ raise\n"); }), HasSubstr("answers nothing"));
}

class QmpTest : public testing::Test {
 protected:
  void answer(std::string_view text) {
    send_text(pair.far, std::string(text) + "\r\n");
    qmp.receive();
  }

  SocketPair pair;
  Qmp qmp{std::move(pair.near)};
};

constexpr std::string_view kGreeting =
    R"({"QMP": {"version": {"qemu": {"micro": 22, "minor": 2, "major": 7}, "package": "Debian"},)"
    R"( "capabilities": ["oob"]}})";

TEST_F(QmpTest, NegotiatesFirst) {
  EXPECT_EQ(received_text(pair.far), "{\"execute\":\"qmp_capabilities\"}\n");
  EXPECT_EQ(qmp.unanswered(), 1U);
  answer(kGreeting);
  EXPECT_EQ(qmp.version(), "7.2.22");
  EXPECT_EQ(qmp.unanswered(), 1U);
  answer(R"({"return": {}})");
  EXPECT_EQ(qmp.unanswered(), 0U);
  EXPECT_EQ(qmp.shutdown_reason(), "");
}

TEST_F(QmpTest, TellsEachCommandOfItsEnd) {
  std::vector<std::string> done;
  received_text(pair.far);
  qmp.execute("stop", [&] { done.push_back("stop"); });
  qmp.execute("cont", [&] { done.push_back("cont"); });
  EXPECT_EQ(received_text(pair.far), "{\"execute\":\"stop\"}\n{\"execute\":\"cont\"}\n");
  answer(R"({"return": {}})");  // of the negotiation
  EXPECT_THAT(done, IsEmpty());
  answer(R"({"timestamp": {"seconds": 1, "microseconds": 2}, "event": "STOP"})");
  EXPECT_THAT(done, IsEmpty());
  answer(R"({"return": {}})");
  EXPECT_THAT(done, ElementsAre("stop"));
  answer(R"({"return": {"status": "running"}, "id": 7})");
  EXPECT_THAT(done, ElementsAre("stop", "cont"));
  EXPECT_EQ(qmp.unanswered(), 0U);
}

TEST_F(QmpTest, KeepsTheReasonOfTheShutdown) {
  answer(R"({"event": "RESUME"})");
  answer(R"({"event": "RTC_CHANGE", "data": {"offset": 0, "reason": "clock"}})");
  EXPECT_EQ(qmp.shutdown_reason(), "");
  answer(R"({"event": "SHUTDOWN", "data": {"guest": true, "reason": "guest-shutdown"}})");
  EXPECT_EQ(qmp.shutdown_reason(), "guest-shutdown");
}

TEST_F(QmpTest, TellsWhatWasRefused) {
  EXPECT_EQ(error_of([&] {
              answer(R"({"error": {"class": "CommandNotFound", "desc": "no command stopp"}})");
            }),
            "QMP: a command was refused: no command stopp");
}

TEST_F(QmpTest, RefusesAnswersThatNobodyAskedFor) {
  answer(R"({"return": {}})");
  EXPECT_THAT(error_of([&] { answer(R"({"return": {}})"); }), HasSubstr("answers nothing"));
}

// No line may end in anything but success or CosimError.
TEST_F(QmpTest, RefusesGarbage) {
  for (const char *line :
       {"", "garbage", "[1]", "3", "null", "{", R"({"return": )", "\x01\xFF", R"({"error": 5})",
        R"({"error": {"desc": 5}})", R"({"event": 5})", R"({"event": ["SHUTDOWN"]})",
        R"({"event": "SHUTDOWN", "data": 3})", R"({"event": "SHUTDOWN", "data": {"reason": 4}})",
        R"({"QMP": {"version": {"qemu": 7}}})",
        R"({"QMP": {"version": {"qemu": {"major": "seven"}}}})"}) {
    SCOPED_TRACE(line);
    SocketPair other;
    Qmp victim(std::move(other.near));
    send_text(other.far, std::string(line) + "\n");
    EXPECT_THAT(error_of([&] { victim.receive(); }), testing::StartsWith("QMP: "));
  }
}

}  // namespace
}  // namespace dmar::cosim
