// SPDX-License-Identifier: Apache-2.0
// What the guest says, out of a socket or out of a log that grows.
#include <gmock/gmock.h>

#include "cosim/console.hpp"
#include "cosim_support.hpp"

namespace dmar::cosim {
namespace {

TEST(Console, CollectsWhatComesOutOfASocket) {
  SocketPair pair;
  Console console(std::move(pair.near), Console::Source::kSocket, false);
  console.receive();
  EXPECT_EQ(console.text(), "");
  EXPECT_GE(console.descriptor(), 0);
  send_text(pair.far, "Linux ver");
  console.receive();
  send_text(pair.far, std::string(10'000, 'x'));
  send_text(pair.far, "\nend");
  pair.far.close();
  console.receive();
  EXPECT_EQ(console.text(), "Linux ver" + std::string(10'000, 'x') + "\nend");
  EXPECT_EQ(console.descriptor(), -1);  // nothing more to wait for
  console.receive();
  EXPECT_EQ(console.text().size(), 10'013U);
}

TEST(Console, FollowsALog) {
  const FileDescriptor log = memory_file(0);
  Console console(duplicate(log), Console::Source::kLog, false);
  EXPECT_EQ(console.descriptor(), -1);
  const auto write = [&](std::string_view text) {
    ASSERT_EQ(::write(log.raw(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
    console.receive();
  };
  console.receive();
  write("one\n");
  EXPECT_EQ(console.text(), "one\n");
  write(std::string(9'000, 'y'));
  write("two\n");
  EXPECT_EQ(console.text(), "one\n" + std::string(9'000, 'y') + "two\n");
}

TEST(Console, EchoesWhenAsked) {
  for (const bool echo : {false, true}) {
    SocketPair pair;
    Console console(std::move(pair.near), Console::Source::kSocket, echo);
    send_text(pair.far, "hello\r\n");
    testing::internal::CaptureStdout();
    console.receive();
    EXPECT_EQ(testing::internal::GetCapturedStdout(), echo ? "hello\r\n" : "");
  }
}

TEST(Console, TellsWholeLines) {
  SocketPair pair;
  Console console(std::move(pair.near), Console::Source::kSocket, false);
  std::vector<std::string> lines;
  console.observe_lines([&lines](std::string_view line) { lines.emplace_back(line); });
  const auto after = [&](std::string_view text) {
    lines.clear();
    send_text(pair.far, text);
    console.receive();
    return lines;
  };
  EXPECT_THAT(after("Linux ver"), testing::IsEmpty());
  EXPECT_THAT(after("sion 6.1\r\n[    0.1] a"), testing::ElementsAre("Linux version 6.1"));
  EXPECT_THAT(after("\r\r\n\nb \rc\nd\r"), testing::ElementsAre("[    0.1] a", "", "b \rc"));
  EXPECT_THAT(after("\n"), testing::ElementsAre("d"));
  EXPECT_THAT(after(std::string(9'000, 'y')), testing::IsEmpty());  // more than one piece
  EXPECT_THAT(after("z\n"), testing::ElementsAre(std::string(9'000, 'y') + "z"));
  pair.far.close();
  lines.clear();
  console.receive();
  EXPECT_THAT(lines, testing::IsEmpty());
}

}  // namespace
}  // namespace dmar::cosim
