// SPDX-License-Identifier: Apache-2.0
// The I/O APIC: edge and level, masks, end of interrupt, both formats of messages.
#include "devices/ioapic.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace dmar::devices {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::uint64_t kLevel = 1U << 15;
constexpr std::uint64_t kMasked = 1U << 16;
constexpr std::uint64_t kRemoteIrr = 1U << 14;

class IoapicTest : public ::testing::Test {
 protected:
  void write(std::uint8_t index, std::uint32_t value) {
    ioapic_.write(0x00, 4, index);
    ioapic_.write(0x10, 4, value);
  }
  std::uint32_t read(std::uint8_t index) {
    ioapic_.write(0x00, 4, index);
    return static_cast<std::uint32_t>(ioapic_.read(0x10, 4));
  }
  // Upper half first, as software does it with a masked entry.
  void set_entry(unsigned input, std::uint64_t entry) {
    write(static_cast<std::uint8_t>(0x11 + 2 * input), static_cast<std::uint32_t>(entry >> 32));
    write(static_cast<std::uint8_t>(0x10 + 2 * input), static_cast<std::uint32_t>(entry));
  }
  void end_of_interrupt(std::uint8_t vector) { ioapic_.write(0x40, 4, vector); }
  bool remote_irr(unsigned input) {
    return (read(static_cast<std::uint8_t>(0x10 + 2 * input)) & kRemoteIrr) != 0;
  }

  std::vector<Message> sent_;
  Ioapic ioapic_{[this](const Message &message) { sent_.push_back(message); }};
};

TEST_F(IoapicTest, RegistersAfterReset) {
  EXPECT_EQ(read(0x01), 0x0017'0020u);
  EXPECT_EQ(read(0x00), 0u);
  write(0x00, 0xFFFF'FFFF);
  EXPECT_EQ(read(0x00), 0x0F00'0000u);
  for (unsigned input = 0; input < 24; ++input) {
    EXPECT_EQ(read(static_cast<std::uint8_t>(0x10 + 2 * input)), kMasked);
    EXPECT_EQ(read(static_cast<std::uint8_t>(0x11 + 2 * input)), 0u);
  }
  for (const std::uint8_t index : {0x03, 0x0F, 0x40, 0xFF}) {
    write(index, 0xFFFF'FFFF);
    EXPECT_EQ(read(index), 0u);
  }
  EXPECT_EQ(ioapic_.read(0x20, 4), 0u);
  EXPECT_EQ(ioapic_.read(0x00, 4), 0xFFu) << "the index reads back";
}

TEST_F(IoapicTest, EntriesKeepTheirBitsAndStatusIsReadOnly) {
  set_entry(23, ~std::uint64_t{0});
  EXPECT_EQ(read(0x10 + 46), 0x0001'AFFFu);
  EXPECT_EQ(read(0x11 + 46), 0xFFFF'0000u);
}

TEST_F(IoapicTest, EdgeSendsAtEachRise) {
  set_entry(4, 0x31);
  ioapic_.set_pin(4, true);
  ioapic_.set_pin(4, true);
  EXPECT_THAT(sent_, ElementsAre(Message{0xFEE0'0000, 0x31}));
  ioapic_.set_pin(4, false);
  EXPECT_THAT(sent_, SizeIs(1));
  ioapic_.set_pin(4, true);
  EXPECT_THAT(sent_, SizeIs(2));
  EXPECT_FALSE(remote_irr(4));
}

TEST_F(IoapicTest, EdgeAtAMaskedInputIsLost) {
  set_entry(4, 0x31 | kMasked);
  ioapic_.set_pin(4, true);
  set_entry(4, 0x31);
  EXPECT_THAT(sent_, IsEmpty());
}

TEST_F(IoapicTest, LevelSendsOnceUntilEndOfInterrupt) {
  set_entry(9, 0x41 | kLevel);
  ioapic_.set_pin(9, true);
  EXPECT_THAT(sent_, ElementsAre(Message{0xFEE0'0000, 0xC041}));
  EXPECT_TRUE(remote_irr(9));
  ioapic_.set_pin(9, false);
  ioapic_.set_pin(9, true);
  EXPECT_THAT(sent_, SizeIs(1));
  end_of_interrupt(0x42);
  EXPECT_TRUE(remote_irr(9)) << "that was another vector";
  end_of_interrupt(0x41);
  EXPECT_THAT(sent_, SizeIs(2)) << "still asserted";
  EXPECT_TRUE(remote_irr(9));
  ioapic_.set_pin(9, false);
  end_of_interrupt(0x41);
  EXPECT_THAT(sent_, SizeIs(2));
  EXPECT_FALSE(remote_irr(9));
}

// Asserted, handled, released, ended: as often as the pin is asserted, and no more.
TEST_F(IoapicTest, LevelsInARow) {
  set_entry(9, 0x41 | kLevel);
  for (unsigned n = 1; n <= 5; ++n) {
    ioapic_.set_pin(9, true);
    EXPECT_THAT(sent_, SizeIs(n));
    EXPECT_TRUE(remote_irr(9));
    ioapic_.set_pin(9, false);
    end_of_interrupt(0x41);
    EXPECT_FALSE(remote_irr(9));
    EXPECT_THAT(sent_, SizeIs(n));
  }
}

// The pin of a device that has more to tell stands when its interrupt ends.
TEST_F(IoapicTest, LevelThatStandsIsSentAtEachEnd) {
  set_entry(9, 0x41 | kLevel);
  ioapic_.set_pin(9, true);
  for (unsigned n = 1; n <= 5; ++n) {
    EXPECT_THAT(sent_, SizeIs(n));
    end_of_interrupt(0x41);
    EXPECT_TRUE(remote_irr(9));
  }
  ioapic_.set_pin(9, false);
  end_of_interrupt(0x41);
  end_of_interrupt(0x41);  // of none
  EXPECT_THAT(sent_, SizeIs(6));
}

// It fell and rose before its end: one more interrupt. It rose and fell: none.
TEST_F(IoapicTest, LevelCountsAtItsEnd) {
  set_entry(9, 0x41 | kLevel);
  ioapic_.set_pin(9, true);
  for (unsigned n = 0; n < 3; ++n) {
    ioapic_.set_pin(9, false);
    ioapic_.set_pin(9, true);
  }
  end_of_interrupt(0x41);
  EXPECT_THAT(sent_, SizeIs(2));
  ioapic_.set_pin(9, false);
  ioapic_.set_pin(9, true);
  ioapic_.set_pin(9, false);
  end_of_interrupt(0x41);
  EXPECT_THAT(sent_, SizeIs(2));
}

// Masked while it is in service, ended behind the mask, and unmasked with the pin up or down.
TEST_F(IoapicTest, LevelMaskedWhileAsserted) {
  for (const bool stands : {true, false}) {
    sent_.clear();
    set_entry(9, 0x41 | kLevel);
    ioapic_.set_pin(9, true);
    set_entry(9, 0x41 | kLevel | kMasked);
    end_of_interrupt(0x41);
    EXPECT_FALSE(remote_irr(9));
    ioapic_.set_pin(9, stands);
    EXPECT_THAT(sent_, SizeIs(1));
    set_entry(9, 0x41 | kLevel);
    EXPECT_THAT(sent_, SizeIs(stands ? 2 : 1));
    ioapic_.set_pin(9, false);
    end_of_interrupt(0x41);
    EXPECT_FALSE(remote_irr(9));
  }
}

TEST_F(IoapicTest, LevelWaitsBehindTheMask) {
  set_entry(9, 0x41 | kLevel | kMasked);
  ioapic_.set_pin(9, true);
  EXPECT_THAT(sent_, IsEmpty());
  set_entry(9, 0x41 | kLevel);
  EXPECT_THAT(sent_, SizeIs(1));
  set_entry(9, 0x41 | kLevel | kMasked);
  end_of_interrupt(0x41);
  EXPECT_THAT(sent_, SizeIs(1)) << "masked";
  set_entry(9, 0x41 | kLevel);
  EXPECT_THAT(sent_, SizeIs(2));
}

TEST_F(IoapicTest, MaskingKeepsRemoteIrr) {
  set_entry(9, 0x41 | kLevel);
  ioapic_.set_pin(9, true);
  set_entry(9, 0x41 | kLevel | kMasked);
  EXPECT_TRUE(remote_irr(9));
  set_entry(9, 0x41 | kLevel);
  EXPECT_THAT(sent_, SizeIs(1));
}

TEST_F(IoapicTest, TurningToEdgeEndsALevelInterrupt) {
  set_entry(9, 0x41 | kLevel);
  ioapic_.set_pin(9, true);
  ioapic_.set_pin(9, false);
  set_entry(9, 0x41 | kMasked);
  EXPECT_FALSE(remote_irr(9));
}

TEST_F(IoapicTest, EndOfInterruptReachesEveryInputWithTheVector) {
  for (const unsigned input : {1U, 23U}) {
    set_entry(input, 0x50 | kLevel);
    ioapic_.set_pin(input, true);
    ioapic_.set_pin(input, false);
    EXPECT_TRUE(remote_irr(input));
  }
  end_of_interrupt(0x50);
  EXPECT_FALSE(remote_irr(1));
  EXPECT_FALSE(remote_irr(23));
}

TEST_F(IoapicTest, PolarityChangesNothing) {
  set_entry(4, 0x31 | (1U << 13));
  ioapic_.set_pin(4, true);
  EXPECT_THAT(sent_, SizeIs(1));
}

TEST_F(IoapicTest, CompatibilityFormat) {
  // Logical destination A5h, lowest priority.
  EXPECT_EQ(Ioapic::message_of(0xA500'0000'0000'0000 | (1U << 11) | (1U << 8) | 0x77),
            (Message{0xFEEA'5004, 0x177}));
  // Physical, level, NMI.
  EXPECT_EQ(Ioapic::message_of(0x0100'0000'0000'0000 | kLevel | (4U << 8) | 0x02),
            (Message{0xFEE0'1000, 0xC402}));
  // Bits 55:49 are no part of an 8-bit destination.
  EXPECT_EQ(Ioapic::message_of(0x00FE'0000'0000'0000 | 0x20), (Message{0xFEE0'0000, 0x20}));
}

// VT-d 5.1.5.1: handle 14:0 in entry[63:49], handle 15 in entry[11], format bit 48.
TEST_F(IoapicTest, RemappableFormat) {
  const auto entry = [](std::uint64_t handle, std::uint64_t rest) {
    return ((handle & 0x7FFF) << 49) | (std::uint64_t{1} << 48) | ((handle >> 15) << 11) | rest;
  };
  const auto expected_address = [](std::uint64_t handle) {
    return 0xFEE0'0000 | ((handle & 0x7FFF) << 5) | 0x10 | ((handle >> 15) << 2);
  };
  for (const std::uint64_t handle : {0x0000, 0x0001, 0x00C8, 0x7FFF, 0x8000, 0xFFFF}) {
    EXPECT_EQ(Ioapic::message_of(entry(handle, 0x02)), (Message{expected_address(handle), 0x02}));
  }
  EXPECT_EQ(Ioapic::message_of(entry(5, 0x09 | kLevel)).data, 0xC009u);
}

// With remapping, software puts the number of the input into the vector field and ends the
// interrupt with that.
TEST_F(IoapicTest, EndOfInterruptMatchesTheFieldOfTheEntry) {
  set_entry(9, (std::uint64_t{0x21} << 49) | (std::uint64_t{1} << 48) | 0x09 | kLevel);
  ioapic_.set_pin(9, true);
  end_of_interrupt(0x09);
  EXPECT_THAT(sent_, ElementsAre(Message{0xFEE0'0430, 0xC009}, Message{0xFEE0'0430, 0xC009}));
}

TEST_F(IoapicTest, InputsThatDoNotExistAreIgnored) {
  ioapic_.set_pin(24, true);
  ioapic_.set_pin(0xFFFF'FFFF, true);
  EXPECT_THAT(sent_, IsEmpty());
}

TEST_F(IoapicTest, ResetMasksButKeepsTheInputs) {
  ioapic_.set_pin(9, true);
  ioapic_.reset();
  set_entry(9, 0x41 | kLevel);
  EXPECT_THAT(sent_, SizeIs(1));
  EXPECT_EQ(ioapic_.sent(), 1u);
}

}  // namespace
}  // namespace dmar::devices
