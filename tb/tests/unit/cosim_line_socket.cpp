// SPDX-License-Identifier: Apache-2.0
// Lines of text to and from a peer that is slow, stubborn, or gone.
#include <gmock/gmock.h>

#include <ctime>

#include "cosim/line_socket.hpp"
#include "cosim_support.hpp"

namespace dmar::cosim {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class LineSocketTest : public testing::Test {
 protected:
  SocketPair pair;
  FileDescriptor &far = pair.far;
  LineSocket lines{std::move(pair.near)};
};

TEST_F(LineSocketTest, SendsLines) {
  lines.send("readl 0x10");
  lines.send("");
  EXPECT_EQ(received_text(far), "readl 0x10\n\n");
  EXPECT_FALSE(lines.has_output());
}

TEST_F(LineSocketTest, ReceivesWholeLinesOnly) {
  EXPECT_THAT(lines.receive(), IsEmpty());
  send_text(far, "OK");
  EXPECT_THAT(lines.receive(), IsEmpty());
  send_text(far, " 0x10\nIRQ ra");
  EXPECT_THAT(lines.receive(), ElementsAre("OK 0x10"));
  send_text(far, "ise 4\n\nFAIL\n");
  EXPECT_THAT(lines.receive(), ElementsAre("IRQ raise 4", "", "FAIL"));
  EXPECT_FALSE(lines.closed());
}

TEST_F(LineSocketTest, TakesCarriageReturnsAway) {
  send_text(far, "{}\r\na\rb\r\n\r\n\r");
  EXPECT_THAT(lines.receive(), ElementsAre("{}", "a\rb", ""));
  send_text(far, "\n");
  EXPECT_THAT(lines.receive(), ElementsAre(""));
}

TEST_F(LineSocketTest, ReceivesMoreThanOneBufferFull) {
  std::string text;
  for (int i = 0; i < 3000; ++i) text += "IRQ raise " + std::to_string(i) + "\n";
  send_text(far, text);
  const auto received = lines.receive();
  ASSERT_EQ(received.size(), 3000U);
  EXPECT_EQ(received.back(), "IRQ raise 2999");
}

// The peer reads nothing for a long time; we must not wait, and nothing may be lost.
TEST_F(LineSocketTest, NeverWaitsForThePeer) {
  constexpr std::size_t kBytes = 10'000'000;
  std::string expected;
  expected.reserve(kBytes + 100);
  const std::clock_t begin = std::clock();  // of ours alone, whatever the host does
  ::alarm(600);                             // a wait would never end
  for (unsigned i = 0; expected.size() < kBytes; ++i) {
    std::string line =
        std::to_string(i) + std::string(1000 + i % 5000, static_cast<char>('a' + i % 26));
    lines.send(line);
    expected += line + "\n";
    // The other direction works all the while.
    if (i % 500 == 0) {
      send_text(far, "IRQ raise 3\n");
      ASSERT_THAT(lines.receive(), ElementsAre("IRQ raise 3"));
    }
  }
  EXPECT_TRUE(lines.has_output());
  std::string arrived;
  while (arrived.size() < expected.size()) {
    const std::string piece = received_text(far);
    arrived += piece;
    lines.flush();
    ASSERT_FALSE(piece.empty() && !lines.has_output() && arrived.size() < expected.size());
  }
  ::alarm(0);
  EXPECT_TRUE(arrived == expected);
  EXPECT_FALSE(lines.has_output());
  EXPECT_FALSE(lines.closed());
  EXPECT_LT(std::clock() - begin, 50 * CLOCKS_PER_SEC);
}

TEST_F(LineSocketTest, GivesTheLastLinesOfAPeerThatLeft) {
  send_text(far, "one\ntwo\nthr");
  far.close();
  EXPECT_THAT(lines.receive(), ElementsAre("one", "two"));
  EXPECT_TRUE(lines.closed());
  EXPECT_THAT(lines.receive(), IsEmpty());
}

// An emulator says why it ends and ends; what we send it meanwhile must not cost us its words.
TEST_F(LineSocketTest, GivesTheLastLinesAlsoWhenSendingFails) {
  send_text(far, "bye\n");
  far.close();
  lines.send("stop");
  lines.send("cont");
  EXPECT_FALSE(lines.has_output());  // nobody will take it
  EXPECT_THAT(lines.receive(), ElementsAre("bye"));
  EXPECT_TRUE(lines.closed());
}

TEST_F(LineSocketTest, ThePeerLeavesWithOurLinesUnread) {
  lines.send("writel 0xfee00000 0x31");
  send_text(far, "last\n");
  far.close();  // the kernel answers with a reset
  EXPECT_THAT(lines.receive(), ElementsAre("last"));
  lines.send("more");
  lines.receive();
  EXPECT_TRUE(lines.closed());
  EXPECT_FALSE(lines.has_output());
}

}  // namespace
}  // namespace dmar::cosim
