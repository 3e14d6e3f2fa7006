// SPDX-License-Identifier: Apache-2.0
// The MSI capability: enable, mask, pending.
#include "devices/msi.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "devices/tests/fake_port.hpp"

namespace dmar::devices {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class MsiTest : public ::testing::TestWithParam<Msi::Mask> {
 protected:
  void write(std::uint32_t offset, unsigned bytes, std::uint32_t value) {
    config_.write(offset, bytes, value);
    msi_.config_changed();
    port_.drain();
  }
  void notify() {
    msi_.notify();
    port_.drain();
  }
  void SetUp() override {
    write(0x04, 2, 6);
    write(0x44, 4, 0xFEE0'1004);
    write(0x48, 4, 0x0000'0001);
    write(0x4C, 2, 0x1234);
  }

  static constexpr Message kMessage{0x1'FEE0'1004, 0x1234};
  FakePort port_;
  ConfigSpace config_{PciIdentity{}};
  TaskScope tasks_;
  MessageSender sender_{port_, tasks_, config_};
  Msi msi_{config_, sender_, GetParam()};
};

TEST_P(MsiTest, CapabilityIsThere) {
  const bool maskable = GetParam() == Msi::Mask::kPerVector;
  EXPECT_EQ(config_.read(0x40, 4), maskable ? 0x0180'0005u : 0x0080'0005u);
  write(0x44, 4, 0xFFFF'FFFF);
  EXPECT_EQ(config_.read(0x44, 4), 0xFFFF'FFFCu);
}

TEST_P(MsiTest, SendsOnlyWhenEnabled) {
  notify();
  EXPECT_THAT(port_.messages, IsEmpty());
  write(0x42, 2, 1);
  EXPECT_THAT(port_.messages, IsEmpty()) << "nothing is kept from before";
  notify();
  notify();
  EXPECT_THAT(port_.messages, ElementsAre(kMessage, kMessage));
}

TEST_P(MsiTest, WaitsUntilTheFunctionIsBusMaster) {
  write(0x42, 2, 1);
  write(0x04, 2, 2);
  notify();
  notify();
  EXPECT_THAT(port_.messages, IsEmpty());
  write(0x04, 2, 6);
  EXPECT_THAT(port_.messages, ElementsAre(kMessage));
}

TEST_P(MsiTest, MaskHoldsBack) {
  write(0x42, 2, 1);
  write(0x50, 4, 1);
  notify();
  if (GetParam() == Msi::Mask::kNone) {
    EXPECT_THAT(port_.messages, ElementsAre(kMessage)) << "there is no mask";
    return;
  }
  EXPECT_THAT(port_.messages, IsEmpty());
  EXPECT_EQ(config_.read(0x54, 4), 1u);
  write(0x54, 4, 0);
  EXPECT_EQ(config_.read(0x54, 4), 1u) << "pending is read-only";
  write(0x50, 4, 0);
  EXPECT_THAT(port_.messages, ElementsAre(kMessage));
  EXPECT_EQ(config_.read(0x54, 4), 0u);
  write(0x50, 4, 1);
  notify();
  write(0x42, 2, 0);
  EXPECT_EQ(config_.read(0x54, 4), 0u) << "nothing is pending when disabled";
  write(0x50, 4, 0);
  write(0x42, 2, 1);
  EXPECT_THAT(port_.messages, ElementsAre(kMessage));
}

INSTANTIATE_TEST_SUITE_P(Masks, MsiTest, ::testing::Values(Msi::Mask::kNone, Msi::Mask::kPerVector),
                         [](const auto &info) {
                           return info.param == Msi::Mask::kNone ? "Without" : "PerVector";
                         });

}  // namespace
}  // namespace dmar::devices
