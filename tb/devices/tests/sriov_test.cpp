// SPDX-License-Identifier: Apache-2.0
// Virtual functions as software makes, uses, resets and removes them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "devices/tests/pci_host.hpp"
#include "devices/tests/sriov_sample.hpp"

namespace dmar::devices {
namespace {

using ::testing::ElementsAre;

constexpr std::uint32_t kBar = 0xFEA0'0000;
constexpr std::uint32_t kControl = 0x08;
constexpr std::uint32_t kNumber = 0x10;
constexpr std::uint32_t kFirstOffset = 0x14;
constexpr std::uint32_t kStride = 0x16;
constexpr std::uint32_t kPageSize = 0x20;
constexpr std::uint32_t kFirstBar = 0x24;
constexpr std::uint32_t kMemoryEnable = 8;
constexpr std::uint32_t kHierarchy = 0x10;

// edu of number `index`, driven at `base`.
class EduDriver {
 public:
  EduDriver(PciSegment &segment, PciDevice &function, std::uint64_t base)
      : segment_(segment), base_(base) {
    function.config_write(0x04, 2, 4);
  }
  std::uint64_t read(std::uint32_t offset, unsigned bytes = 4) {
    return segment_.memory_read(base_ + offset, bytes);
  }
  void write(std::uint32_t offset, std::uint64_t value, unsigned bytes = 4) {
    segment_.memory_write(base_ + offset, bytes, value);
  }
  void start_dma(std::uint64_t to, std::uint32_t count) {
    write(0x80, Edu::kBuffer, 8);
    write(0x88, to, 8);
    write(0x90, count, 8);
    write(0x98, 3, 8);
  }

 private:
  PciSegment &segment_;
  std::uint64_t base_;
};

class Sriov : public ::testing::Test {
 protected:
  explicit Sriov(bool behind_port = false) : sample_(SriovKind::kEdu, behind_port) {}

  std::uint32_t vendor(unsigned function) {
    return static_cast<std::uint32_t>(
        sample_.ecam.read((SriovSample::kDevice << 15) | (function << 12), 4));
  }
  std::uint32_t class_code(unsigned function) {
    return static_cast<std::uint32_t>(
        sample_.ecam.read((SriovSample::kDevice << 15) | (function << 12) | 8, 4) >> 8);
  }
  EduDriver driver(unsigned index) {
    return {sample_.segment, sample_.virtual_function(index), kBar + index * Edu::kBarBytes};
  }
  void function_reset(PciDevice &function) {
    PciHost host(function);
    function.config_write(host.capabilities(0x10).at(0) + 8U, 2, 0x8000);
  }

  SriovSample sample_;
};

TEST_F(Sriov, CapabilityOfThePhysicalFunction) {
  EXPECT_EQ(sample_.get(0x04, 4), 0u) << "no migration, hierarchy not preserved";
  EXPECT_EQ(sample_.get(kControl, 4), 0u);
  EXPECT_EQ(sample_.get(0x0C, 2), 4u) << "InitialVFs";
  EXPECT_EQ(sample_.get(0x0E, 2), 4u) << "TotalVFs";
  EXPECT_EQ(sample_.get(kNumber, 2), 0u);
  EXPECT_EQ(sample_.get(0x12, 1), 0u) << "depends on no other function";
  EXPECT_EQ(sample_.get(0x1A, 2), SriovSample::kDeviceId);
  EXPECT_EQ(sample_.get(0x1C, 4), 0x553u) << "supported page sizes";
  EXPECT_EQ(sample_.get(kPageSize, 4), 1u);
  EXPECT_EQ(sample_.get(0x3C, 4), 0u);
}

TEST_F(Sriov, BarsAreSizedByAllOnes) {
  sample_.set(kFirstBar, 4, ~0U);
  EXPECT_EQ(sample_.get(kFirstBar, 4), 0xFFF0'0000u);
  for (std::uint32_t bar = 1; bar < 6; ++bar) {
    sample_.set(kFirstBar + 4 * bar, 4, ~0U);
    EXPECT_EQ(sample_.get(kFirstBar + 4 * bar, 4), 0u) << bar;
  }
  sample_.set(kPageSize, 4, 0x400);  // 4 MiB
  sample_.set(kFirstBar, 4, ~0U);
  EXPECT_EQ(sample_.get(kFirstBar, 4), 0xFFC0'0000u) << "whole pages";
}

class SriovBehindPort : public Sriov {
 protected:
  SriovBehindPort() : Sriov(true) {}
};

TEST_F(SriovBehindPort, OffsetAndStrideFollowTheHierarchy) {
  EXPECT_EQ(sample_.get(kFirstOffset, 2), 1u);
  EXPECT_EQ(sample_.get(kStride, 2), 1u);
  sample_.set(kControl, 2, kHierarchy);
  EXPECT_EQ(sample_.get(kFirstOffset, 2), 8u);
  EXPECT_EQ(sample_.get(kStride, 2), 8u);
  sample_.set(kControl, 2, 0);
  EXPECT_EQ(sample_.get(kFirstOffset, 2), 1u);
}

// It says what the port above is set to, not the function.
TEST_F(SriovBehindPort, FunctionLevelResetLeavesTheHierarchy) {
  sample_.enable(2, kBar, SriovSample::kEnableBoth | kHierarchy);
  function_reset(sample_.physical());
  EXPECT_EQ(sample_.get(kControl, 2), kHierarchy);
  EXPECT_EQ(sample_.get(kFirstOffset, 2), 8u);
  EXPECT_EQ(sample_.get(kStride, 2), 8u);
  EXPECT_EQ(sample_.virtuals().count(), 0u);
  function_reset(sample_.physical());
  EXPECT_EQ(sample_.get(kControl, 2), kHierarchy) << "and the next one";
  sample_.physical().hot_reset();
  EXPECT_EQ(sample_.get(kControl, 2), 0u);
  EXPECT_EQ(sample_.get(kFirstOffset, 2), 1u);
}

TEST_F(Sriov, NoHierarchyWithoutAPortAbove) {
  sample_.set(kControl, 2, 0xFFFF);
  EXPECT_EQ(sample_.get(kControl, 2), SriovSample::kEnableBoth);
  EXPECT_EQ(sample_.get(kFirstOffset, 2), 1u);
}

TEST_F(Sriov, OnlyTheLowestFunctionKnowsTheHierarchy) {
  FakePort port;
  Edu other(
      port,
      {.bus = PciBus::kRootPort, .extended = true, .sriov = SriovShape{.lowest_function = false}});
  const std::uint32_t base = SriovSample::extended(other, 0x0010);
  other.config_write(base + kControl, 2, 0xFFFF);
  EXPECT_EQ(other.config_read(base + kControl, 2), 9u);
}

TEST_F(SriovBehindPort, FieldsAreFrozenWhileEnabled) {
  sample_.enable(2, kBar);
  sample_.set(kNumber, 2, 4);
  sample_.set(kPageSize, 4, 2);
  sample_.set(kControl, 2, SriovSample::kEnableBoth | kHierarchy);
  EXPECT_EQ(sample_.get(kNumber, 2), 2u);
  EXPECT_EQ(sample_.get(kPageSize, 4), 1u);
  EXPECT_EQ(sample_.get(kControl, 2), SriovSample::kEnableBoth);
  EXPECT_EQ(sample_.virtuals().count(), 2u);
}

TEST_F(Sriov, FunctionsComeAndGo) {
  EXPECT_EQ(vendor(1), 0xFFFF'FFFFu);
  EXPECT_EQ(class_code(1), 0xFF'FFFFu) << "nobody is there";
  sample_.enable(3, kBar);
  for (unsigned i = 1; i <= 3; ++i) {
    EXPECT_EQ(vendor(i), 0xFFFF'FFFFu) << "is said by the physical function";
    EXPECT_EQ(class_code(i), 0x00'FF00u) << i;
    EXPECT_EQ(sample_.ports[i - 1].source_id, bdf(0, SriovSample::kDevice, i));
  }
  EXPECT_EQ(class_code(4), 0xFF'FFFFu) << "beyond NumVFs";
  EXPECT_EQ(class_code(0), 0x00'FF00u);
  sample_.set(kControl, 2, kMemoryEnable);
  EXPECT_THAT(sample_.gone, ElementsAre(0, 1, 2));
  for (unsigned i = 1; i <= 4; ++i) EXPECT_EQ(class_code(i), 0xFF'FFFFu) << i;
  sample_.enable(9, kBar);
  EXPECT_EQ(sample_.virtuals().count(), 4u) << "no more than there can be";
  EXPECT_EQ(sample_.ports[3].source_id, bdf(0, SriovSample::kDevice, 4));
}

TEST_F(Sriov, MemoryIsOneApertureBehindTheOther) {
  sample_.enable(4, kBar, 1);
  EXPECT_EQ(driver(0).read(0), 0xFFFF'FFFFu) << "VF MSE is clear";
  sample_.set(kControl, 2, SriovSample::kEnableBoth);
  for (unsigned i = 0; i < 4; ++i) {
    EXPECT_EQ(driver(i).read(0), 0x0100'00EDu) << i;
    driver(i).write(0x04, 0x1000 + i);
  }
  for (unsigned i = 0; i < 4; ++i) EXPECT_EQ(driver(i).read(0x04), ~(0x1000 + i)) << i;
  EXPECT_EQ(sample_.segment.memory_read(kBar + 4 * Edu::kBarBytes, 4), 0xFFFF'FFFFu);
}

TEST_F(Sriov, ApertureGrowsWithTheSystemPage) {
  sample_.set(kPageSize, 4, 0x400);  // 4 MiB
  sample_.enable(2, 0xF000'0000);
  sample_.virtual_function(1).config_write(0x04, 2, 4);
  EXPECT_EQ(sample_.segment.memory_read(0xF040'0000, 4), 0x0100'00EDu);
  EXPECT_EQ(sample_.segment.memory_read(0xF010'0000, 4), 0xFFFF'FFFFu) << "not in the BAR";
}

// Each under its own name, with its own bus master bit and its own interrupt.
TEST_F(Sriov, EachWorksByItself) {
  sample_.enable(4, kBar);
  for (unsigned i = 0; i < 4; ++i) {
    EduDriver edu = driver(i);
    PciDevice &function = sample_.virtual_function(i);
    PciHost host(function);
    const std::uint8_t msi = host.capabilities(0x05).at(0);
    function.config_write(msi + 4U, 4, 0xFEE0'1000);
    function.config_write(msi + 12U, 2, 0x40 + i);
    function.config_write(msi + 2U, 2, 1);
    edu.start_dma(0x1000 * (i + 1), 64);
    edu.write(0x60, 1);
  }
  EXPECT_EQ(sample_.port.started(), 0u) << "nothing leaves by the physical function";
  for (unsigned i = 0; i < 4; ++i) {
    EXPECT_EQ(sample_.ports[i].started(), 2u) << i;
    ASSERT_TRUE(sample_.ports[i].drain());
    ASSERT_EQ(sample_.ports[i].messages.size(), 1u);
    EXPECT_EQ(sample_.ports[i].messages[0].data, 0x40 + i);
    EXPECT_EQ(driver(i).read(0xA0), 0u);
    EXPECT_FALSE(sample_.ports[i].pin);
  }
  sample_.virtual_function(1).config_write(0x04, 2, 0);
  driver(0).start_dma(0x1000, 64);
  EXPECT_EQ(sample_.ports[0].pending(), 1u) << "another one's bit";
  sample_.ports[0].drain();
}

TEST_F(Sriov, NoPin) {
  sample_.enable(1, kBar);
  driver(0).write(0x60, 1);
  EXPECT_FALSE(sample_.ports[0].pin);
  EXPECT_EQ(sample_.virtual_function(0).config_read(0x06, 2) & 8, 0u) << "interrupt status";
  EXPECT_EQ(sample_.virtual_function(0).config_read(0x3C, 4), 0u);
}

TEST_F(Sriov, ResetOfOneLeavesTheOthers) {
  sample_.enable(4, kBar);
  for (unsigned i = 0; i < 4; ++i) {
    driver(i).write(0x04, 7);
    driver(i).start_dma(0x1000, 64);
  }
  function_reset(sample_.virtual_function(2));
  EXPECT_EQ(sample_.virtual_function(2).config_read(0x08, 4), 0xFFFF'FFFFu) << "not ready";
  ASSERT_TRUE(sample_.drain());
  EXPECT_EQ(sample_.virtuals().count(), 4u);
  for (unsigned i = 0; i < 4; ++i) {
    EXPECT_EQ(sample_.segment.memory_read(kBar + i * Edu::kBarBytes + 4, 4),
              i == 2 ? 0xFFFF'FFFFu : ~7U)
        << i;
    EXPECT_EQ(sample_.virtual_function(i).config_read(0x04, 2), i == 2 ? 0u : 4u) << i;
  }
  EXPECT_EQ(sample_.physical().function_resets(), 0u);
}

TEST_F(Sriov, ResetOfThePhysicalFunctionRemovesThem) {
  sample_.enable(4, kBar);
  driver(1).start_dma(0x1000, 64);
  function_reset(sample_.physical());
  ASSERT_TRUE(sample_.drain());
  EXPECT_EQ(sample_.get(kControl, 2), 0u);
  EXPECT_EQ(sample_.get(kNumber, 2), 0u);
  EXPECT_EQ(sample_.virtuals().count(), 0u);
  EXPECT_THAT(sample_.gone, ElementsAre(0, 1, 2, 3));
  EXPECT_EQ(class_code(1), 0xFF'FFFFu);
}

// At every point of their work, with several of them at it.
TEST_F(Sriov, DisabledUnderTraffic) {
  for (unsigned steps = 0; steps < 24; ++steps) {
    sample_.enable(4, kBar);
    std::vector<unsigned> started;
    for (unsigned i = 0; i < 4; ++i) {
      ASSERT_EQ(driver(i).read(0x04), 0xFFFF'FFFFu) << "as new";
      ASSERT_EQ(sample_.virtual_function(i).config_read(0x04, 2), 4u);
      driver(i).write(0x04, 1);
      driver(i).start_dma(0x1000, 4096);
      driver(i).write(0xA8, 0xFEE0'0000, 8);
      driver(i).write(0xB0, 1);
    }
    for (unsigned step = 0; step < steps; ++step) sample_.ports[step % 4].pump();
    sample_.set(kControl, 2, 0);
    for (unsigned i = 0; i < 4; ++i) started.push_back(sample_.ports[i].started());
    for (unsigned i = 0; i < 4; ++i) {
      ASSERT_EQ(class_code(i + 1), 0xFF'FFFFu);
      ASSERT_EQ(sample_.segment.memory_read(kBar + i * Edu::kBarBytes, 4), 0xFFFF'FFFFu);
      sample_.segment.memory_write(kBar + i * Edu::kBarBytes + 0xB0, 4, 1);
    }
    ASSERT_TRUE(sample_.drain());
    for (unsigned i = 0; i < 4; ++i) {
      ASSERT_TRUE(sample_.virtual_function(i).idle());
      ASSERT_EQ(sample_.ports[i].started(), started[i]) << "something started afterwards";
    }
  }
}

// Enabled again while the old work is still in flight: nobody there until it has ended.
TEST_F(Sriov, ComesBackAsNew) {
  sample_.enable(4, kBar);
  driver(0).write(0x04, 1);
  driver(0).start_dma(0x1000, 64);
  sample_.set(kControl, 2, 0);
  sample_.set(kControl, 2, SriovSample::kEnableBoth);
  EXPECT_EQ(class_code(1), 0xFF'FFFFu);
  EXPECT_EQ(class_code(2), 0x00'FF00u);
  ASSERT_TRUE(sample_.drain());
  EXPECT_EQ(class_code(1), 0x00'FF00u);
  EXPECT_EQ(driver(0).read(0x04), 0xFFFF'FFFFu);
}

// VF MSE is a bit of the physical function, so it is still set when a virtual one is being reset or
// comes back.
TEST_F(Sriov, MemoryOfOneThatIsNotReady) {
  sample_.enable(1, kBar);
  const auto expect_nobody = [&] {
    EXPECT_FALSE(sample_.virtual_function(0).claims(kBar + 4, 4));
    EXPECT_EQ(driver(0).read(0x00), 0xFFFF'FFFFu);
    EXPECT_EQ(driver(0).read(0x04), 0xFFFF'FFFFu) << "a register from before";
  };
  const auto work = [&] {
    driver(0).write(0x04, 7);
    driver(0).start_dma(0x1000, 64);
    ASSERT_EQ(driver(0).read(0x04), ~7U);
  };
  work();
  function_reset(sample_.virtual_function(0));
  expect_nobody();
  ASSERT_TRUE(sample_.drain());
  EXPECT_EQ(driver(0).read(0x00), 0x0100'00EDu);
  work();
  sample_.set(kControl, 2, 0);
  sample_.set(kControl, 2, SriovSample::kEnableBoth);
  expect_nobody();
  ASSERT_TRUE(sample_.drain());
  EXPECT_EQ(driver(0).read(0x00), 0x0100'00EDu);
}

TEST(SriovShapes, RefusesBars) {
  const auto with = [](std::vector<SriovShape::Bar> bars) {
    FakePort port;
    Edu edu(port, {.extended = true, .sriov = SriovShape{.bars = std::move(bars)}});
  };
  EXPECT_NO_THROW(with({{0, 4096}, {5, 8192}}));
  EXPECT_THROW(with({{0, 2048}}), std::invalid_argument);
  EXPECT_THROW(with({{0, 4097}}), std::invalid_argument);
  EXPECT_THROW(with({{6, 4096}}), std::invalid_argument);
  EXPECT_THROW(with({{0, 4096}, {0, 4096}}), std::invalid_argument);
}

TEST(SriovNet, VirtioOffersIt) {
  SriovSample with(SriovKind::kNet);
  const auto upper_features = [](PciFunction &function, std::uint64_t base) {
    function.memory_write(base, 4, 1);  // device_feature_select
    return function.memory_read(base + 4, 4);
  };
  PciHost host(with.physical());
  host.enable(0xFEB0'0000);
  EXPECT_EQ(upper_features(with.physical(), 0xFEB0'0000), 0x23u) << "bits 32, 33 and 37";
  with.enable(4, kBar);
  EXPECT_EQ(upper_features(with.virtual_function(3), kBar + 3 * 0x4000), 0x3u);
}

}  // namespace
}  // namespace dmar::devices
