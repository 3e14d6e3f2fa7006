// SPDX-License-Identifier: Apache-2.0
// Pins of devices on an I/O APIC that knows nothing of remapping, and wires that share an input.
#include <gmock/gmock.h>

#include <array>
#include <sstream>

#include "cosim/chipset_pin.hpp"
#include "cosim/pin_board.hpp"
#include "cosim_support.hpp"

namespace dmar::cosim {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class FakePort : public devices::DmaPort {
 public:
  void read(Iova, std::span<std::uint8_t>, Done) override { FAIL(); }
  void write(Iova, std::span<const std::uint8_t>, Done) override { FAIL(); }
  void message(const Message &message, Done) override { messages.push_back(message); }
  void set_pin(bool) override { FAIL(); }

  std::vector<Message> messages;
};

// An emulator with an I/O APIC. It answers when it is told to, so that things may happen before.
class ChipsetPinTest : public testing::Test {
 protected:
  static constexpr unsigned kInputs = devices::Ioapic::kInputs;

  ChipsetPinTest() {
    received_text(qmp_pair.far);
    send_text(qmp_pair.far, "{\"return\": {}}\n");
    qmp.receive();
  }

  // Answers what has been asked; true when something was.
  bool answer() {
    bool any = false;
    std::istringstream words(received_text(qtest_pair.far));
    for (std::string line; std::getline(words, line);) {
      any = true;
      send_text(qtest_pair.far, execute(line) + "\n");
    }
    qtest.receive();
    std::istringstream lines(received_text(qmp_pair.far));
    for (std::string line; std::getline(lines, line);) {
      any = true;
      const std::string command = line.substr(12, line.size() - 14);
      running = command == "cont";
      control_log.push_back(command);
      send_text(qmp_pair.far, "{\"return\": {}}\n");
    }
    qmp.receive();
    return any;
  }
  void answer_all() {
    for (int i = 0; answer(); ++i) ASSERT_LT(i, 100);
    EXPECT_TRUE(running);
    EXPECT_EQ(qtest.unanswered(), 0U);
    EXPECT_EQ(qmp.unanswered(), 0U);
  }

  std::string execute(const std::string &line) {
    std::istringstream words(line);
    std::string command;
    words >> command;
    if (command == "set_irq_in") {
      std::string ioapic;
      std::string gpio;
      unsigned input = 0;
      unsigned level = 2;
      words >> ioapic >> gpio >> input >> level;
      EXPECT_EQ(ioapic + " " + gpio, "ioapic unnamed-gpio-in");
      driven.push_back(std::to_string(input) + " " + std::to_string(level));
      return "OK";
    }
    EXPECT_FALSE(running) << "the guest may be in the middle of index and window: " << line;
    std::uint64_t address = 0;
    words >> std::hex >> address;
    if (command == "readl" && address == 0xFEC0'0000) return number(index);
    if (command == "readl" && address == 0xFEC0'0010 && index >= 0x10 &&
        index < 0x10 + 2 * kInputs) {
      const std::uint64_t entry = entries.at((index - 0x10) / 2);
      return number(index % 2 == 0 ? entry & 0xFFFF'FFFF : entry >> 32);
    }
    if (command == "writel" && address == 0xFEC0'0000) {
      words >> index;
      return "OK";
    }
    ADD_FAILURE() << line;
    return "FAIL";
  }
  static std::string number(std::uint64_t value) {
    std::ostringstream text;
    text << "OK 0x" << std::hex << value;
    return text.str();
  }

  static constexpr std::uint64_t kRemappable = std::uint64_t{1} << 48;
  static constexpr std::uint64_t kLevel = std::uint64_t{1} << 15;
  static constexpr std::uint64_t kMasked = std::uint64_t{1} << 16;

  SocketPair qtest_pair;
  SocketPair qmp_pair;
  Qtest qtest{std::move(qtest_pair.near), [](unsigned, bool) {}};
  Qmp qmp{std::move(qmp_pair.near)};
  ChipsetPin pins{qtest, qmp};
  FakePort port;
  FakePort other_port;
  std::array<std::uint64_t, kInputs> entries{};
  std::uint64_t index = 0x2A;  // the guest is in the middle of something
  bool running = true;
  std::vector<std::string> control_log;  // both channels have an order, but none with each other
  std::vector<std::string> driven;
};

TEST_F(ChipsetPinTest, DrivesTheInputOfACompatibilityEntry) {
  entries[11] = 0x0100'0000'0000'A031;  // level, to APIC 1
  pins.set(11, true, port);
  answer_all();
  EXPECT_THAT(control_log, ElementsAre("stop", "cont"));
  EXPECT_THAT(driven, ElementsAre("11 1"));
  EXPECT_THAT(port.messages, IsEmpty());
  EXPECT_EQ(index, 0x2AU);
  pins.set(11, false, port);
  answer_all();
  EXPECT_THAT(driven, ElementsAre("11 1", "11 0"));
  EXPECT_EQ(control_log.size(), 2U);
}

TEST_F(ChipsetPinTest, MakesTheMessageOfARemappableEntry) {
  entries[11] = (std::uint64_t{0x1234} << 49) | kRemappable | 0x31;
  pins.set(11, true, port);
  EXPECT_THAT(port.messages, IsEmpty());  // nobody has looked yet
  answer_all();
  EXPECT_THAT(port.messages, ElementsAre(devices::Ioapic::message_of(entries[11])));
  EXPECT_EQ(port.messages[0].address, 0xFEE0'0000U | 0x1234U << 5 | 0x10U);
  EXPECT_EQ(port.messages[0].data, 0x31U);
  EXPECT_THAT(control_log, ElementsAre("stop", "cont"));
  EXPECT_THAT(driven, IsEmpty());
  EXPECT_EQ(index, 0x2AU);
  // Again, when it rises again.
  pins.set(11, true, port);
  pins.set(11, false, port);
  answer_all();
  EXPECT_EQ(port.messages.size(), 1U);
  pins.set(11, true, port);
  answer_all();
  EXPECT_EQ(port.messages.size(), 2U);
}

TEST_F(ChipsetPinTest, IsSilentWhileTheEntryIsMasked) {
  entries[5] = kRemappable | kMasked | 0x31;
  pins.set(5, true, port);
  answer_all();
  EXPECT_THAT(port.messages, IsEmpty());
  EXPECT_THAT(control_log, ElementsAre("stop", "cont"));
  EXPECT_THAT(driven, IsEmpty());
  EXPECT_EQ(index, 0x2AU);
}

TEST_F(ChipsetPinTest, TellsNothingWhenThePinFallsMeanwhile) {
  for (const std::uint64_t entry : {kRemappable | 0x31, std::uint64_t{0x31}}) {
    entries[7] = entry;
    control_log.clear();
    pins.set(7, true, port);
    answer();  // stopped, the reading has begun
    pins.set(7, false, port);
    answer_all();
    EXPECT_THAT(port.messages, IsEmpty());
    EXPECT_THAT(control_log, ElementsAre("stop", "cont"));
    EXPECT_THAT(driven, IsEmpty());
    EXPECT_EQ(index, 0x2AU);
  }
}

TEST_F(ChipsetPinTest, APinThatFallsAndRisesMeanwhileIsOneInterrupt) {
  entries[7] = kRemappable | 0x31;
  pins.set(7, true, port);
  answer();
  pins.set(7, false, port);
  pins.set(7, true, port);
  answer_all();
  EXPECT_EQ(port.messages.size(), 1U);
}

// A level that stands when its interrupt ends is the next one; the entry is looked at again.
TEST_F(ChipsetPinTest, ALevelThatStandsIsSentAtEachEnd) {
  entries[11] = kRemappable | kLevel | 0x31;
  pins.set(11, true, port);
  answer_all();
  for (unsigned n = 1; n <= 3; ++n) {
    EXPECT_EQ(port.messages.size(), n);
    pins.end_of_interrupt(0x32);  // of another one
    EXPECT_FALSE(answer());
    pins.end_of_interrupt(0x31);
    answer_all();
  }
  EXPECT_EQ(port.messages.size(), 4U);
  entries[11] |= kMasked;
  pins.end_of_interrupt(0x31);
  answer_all();
  EXPECT_EQ(port.messages.size(), 4U);
  pins.end_of_interrupt(0x31);  // nothing is in service
  EXPECT_FALSE(answer());
}

TEST_F(ChipsetPinTest, ALevelThatFellBeforeItsEndIsOver) {
  entries[11] = kRemappable | kLevel | 0x31;
  for (unsigned n = 1; n <= 3; ++n) {
    pins.set(11, true, port);
    answer_all();
    pins.set(11, false, port);
    pins.end_of_interrupt(0x31);
    answer_all();
    EXPECT_EQ(port.messages.size(), n);
  }
}

// It falls and rises before its end: two interrupts in all.
TEST_F(ChipsetPinTest, ALevelThatRoseAgainIsSentOnceMore) {
  entries[11] = kRemappable | kLevel | 0x31;
  pins.set(11, true, port);
  answer_all();
  pins.set(11, false, port);
  pins.set(11, true, port);
  answer_all();
  EXPECT_EQ(port.messages.size(), 2U);
  pins.end_of_interrupt(0x31);
  answer_all();
  EXPECT_EQ(port.messages.size(), 2U);
  pins.set(11, false, port);
  pins.end_of_interrupt(0x31);
  answer_all();
  EXPECT_EQ(port.messages.size(), 2U);
}

// QEMU's I/O APIC takes the end of what it has sent itself, and an edge has none.
TEST_F(ChipsetPinTest, EndsOfOthersChangeNothing) {
  entries[10] = kLevel | 0x31;
  entries[11] = kRemappable | 0x31;
  for (const unsigned input : {10U, 11U}) pins.set(input, true, port);
  answer_all();
  EXPECT_EQ(port.messages.size(), 1U);
  pins.end_of_interrupt(0x31);
  EXPECT_FALSE(answer());
}

TEST_F(ChipsetPinTest, LooksAtTwoInputsOneAfterTheOther) {
  entries[10] = kRemappable | (std::uint64_t{10} << 49);
  entries[3] = kRemappable | (std::uint64_t{3} << 49);
  entries[4] = 0x31;
  pins.set(10, true, port);
  pins.set(3, true, other_port);
  pins.set(4, true, other_port);
  answer_all();
  EXPECT_THAT(port.messages, ElementsAre(devices::Ioapic::message_of(entries[10])));
  EXPECT_THAT(other_port.messages, ElementsAre(devices::Ioapic::message_of(entries[3])));
  EXPECT_THAT(control_log, ElementsAre("stop", "cont", "stop", "cont", "stop", "cont"));
  EXPECT_THAT(driven, ElementsAre("4 1"));
  EXPECT_EQ(index, 0x2AU);
}

TEST_F(ChipsetPinTest, AnInputThatDoesNotExistGoesNowhere) {
  pins.set(kInputs, true, port);
  pins.set(255, true, port);
  EXPECT_FALSE(answer());
  pins.set(kInputs - 1, true, port);
  answer_all();
  EXPECT_THAT(driven, ElementsAre("23 1"));
}

TEST_F(ChipsetPinTest, TheSameLevelAgainIsNothingNew) {
  pins.set(9, false, port);
  EXPECT_FALSE(answer());
  pins.set(9, true, port);
  pins.set(9, true, port);
  answer_all();
  pins.set(9, true, port);
  EXPECT_FALSE(answer());
  EXPECT_THAT(control_log, ElementsAre("stop", "cont"));
  EXPECT_THAT(driven, ElementsAre("9 1"));
}

TEST(PinBoard, AnInputIsAssertedWhileAnyPinIs) {
  std::vector<std::string> log;
  PinBoard board([&](unsigned input, bool asserted, unsigned who) {
    log.push_back(std::to_string(who) + (asserted ? " raises " : " lowers ") +
                  std::to_string(input));
  });
  board.set(1, 20, false);  // was not asserted
  EXPECT_THAT(log, IsEmpty());
  board.set(1, 20, true);
  board.set(1, 20, true);
  board.set(2, 20, true);
  board.set(2, 21, true);
  EXPECT_THAT(log, ElementsAre("1 raises 20", "2 raises 21"));
  board.set(1, 20, false);
  board.set(3, 20, false);
  EXPECT_EQ(log.size(), 2U);
  board.set(2, 20, false);
  board.set(2, 21, false);
  EXPECT_THAT(log, ElementsAre("1 raises 20", "2 raises 21", "2 lowers 20", "2 lowers 21"));
}

}  // namespace
}  // namespace dmar::cosim
