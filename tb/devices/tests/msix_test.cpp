// SPDX-License-Identifier: Apache-2.0
// The MSI-X table and pending bits of a function with more vectors than a DWORD has bits.
#include "devices/msix.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "devices/tests/fake_port.hpp"

namespace dmar::devices {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class MsixTest : public ::testing::Test {
 protected:
  static constexpr unsigned kVectors = 40;
  static constexpr std::uint32_t kControl = 0x42;
  static constexpr std::uint16_t kEnable = 0x8000;
  static constexpr std::uint16_t kFunctionMask = 0x4000;

  void SetUp() override {
    config_.write(0x04, 2, 6);
    for (unsigned vector = 0; vector < kVectors; ++vector) {
      msix_.write_table(16 * vector, 8, 0xFEE0'0000 + 0x1000 * vector);
      msix_.write_table(16 * vector + 8, 8, vector);  // unmasked
    }
  }
  void control(std::uint16_t value) {
    config_.write(kControl, 2, value);
    msix_.config_changed();
    port_.drain();
  }
  void notify(unsigned vector) {
    msix_.notify(vector);
    port_.drain();
  }
  void mask(unsigned vector, bool masked) {
    msix_.write_table(16 * vector + 12, 4, masked ? 1 : 0);
    port_.drain();
  }
  static Message message(unsigned vector) { return {0xFEE0'0000 + 0x1000 * vector, vector}; }

  FakePort port_;
  ConfigSpace config_{PciIdentity{}};
  TaskScope tasks_;
  MessageSender sender_{port_, tasks_, config_};
  Msix msix_{config_, sender_, kVectors, {.bar = 0, .table = 0, .pending = 0x800}};
};

TEST_F(MsixTest, PendingBitsOfEveryVector) {
  control(kEnable | kFunctionMask);
  for (const unsigned vector : {0, 3, 31, 32, 35, 39}) notify(vector);
  notify(35);
  EXPECT_THAT(port_.messages, IsEmpty());
  EXPECT_EQ(msix_.read_pending(0, 8), 0x89'8000'0009u);
  EXPECT_EQ(msix_.read_pending(0, 4), 0x8000'0009u);
  EXPECT_EQ(msix_.read_pending(4, 4), 0x89u);
  EXPECT_EQ(msix_.read_pending(8, 8), 0u);
  EXPECT_EQ(msix_.read_pending(2, 4), 0u);
  mask(35, true);
  control(kEnable);
  EXPECT_THAT(port_.messages,
              UnorderedElementsAre(message(0), message(3), message(31), message(32), message(39)));
  EXPECT_EQ(msix_.read_pending(0, 8), std::uint64_t{1} << 35);
  port_.messages.clear();
  mask(35, false);
  EXPECT_THAT(port_.messages, ElementsAre(message(35)));
  EXPECT_EQ(msix_.read_pending(0, 8), 0u);
}

TEST_F(MsixTest, NothingIsKeptWhileDisabled) {
  notify(3);
  EXPECT_EQ(msix_.read_pending(0, 8), 0u);
  control(kEnable);
  EXPECT_THAT(port_.messages, IsEmpty());
  notify(40);  // there is none
  EXPECT_EQ(msix_.read_pending(0, 8), 0u);
  notify(39);
  EXPECT_THAT(port_.messages, ElementsAre(message(39)));
}

}  // namespace
}  // namespace dmar::devices
