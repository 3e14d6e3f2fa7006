// SPDX-License-Identifier: Apache-2.0
// The ATS capability of a function, and what its switch does to the accesses of the device.
#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <optional>

#include "devices/ats_port.hpp"
#include "devices/edu.hpp"
#include "devices/tests/fake_ats_bus.hpp"
#include "devices/tests/pci_host.hpp"
#include "devices/tests/permitted_extended_bits.hpp"
#include "devices/tests/temporary_disk.hpp"
#include "devices/virtio_blk.hpp"

namespace dmar::devices {
namespace {

constexpr std::uint16_t kId = 0x000F;
constexpr std::uint16_t kEnable = 0x8000;
constexpr std::uint32_t kBar = 0xFEB0'0000;

PciPlace place_with(unsigned depth, bool is_virtual = false) {
  PciPlace place{.extended = true, .ats = AtsShape{.queue_depth = depth}};
  if (is_virtual) {
    place.virtual_bars = [](unsigned) -> std::optional<std::uint64_t> { return kBar; };
  }
  return place;
}

std::uint32_t ats_of(PciFunction &function) {
  const PermittedExtendedBits bits(function, false, 4096);
  for (const ExtendedCapability &listed : bits.capabilities()) {
    if (listed.id == kId) return listed.offset;
  }
  ADD_FAILURE() << "no ATS capability";
  return 0x100;
}

TEST(AtsCapabilityTest, SaysWhatTheDeviceTlbCanDo) {
  FakeAtsBus bus;
  AtsPort port(bus);
  for (const unsigned depth : {1U, 5U, 31U, 32U}) {
    Edu edu(port, place_with(depth));
    const std::uint32_t at = ats_of(edu);
    EXPECT_EQ(edu.config_read(at, 4) & 0xF'FFFF, 0x1'000Fu) << "version 1";
    EXPECT_EQ(edu.config_read(at + 4, 2), 0x60u | depth % 32);
    EXPECT_EQ(edu.config_read(at + 6, 2), 0u);
    edu.config_write(at + 4, 4, 0xFFFF'FFFF);
    EXPECT_EQ(edu.config_read(at + 4, 4), 0x801F'0060u | depth % 32);
  }
  EXPECT_THROW(Edu(port, place_with(0)), std::invalid_argument);
  EXPECT_THROW(Edu(port, place_with(33)), std::invalid_argument);
}

TEST(AtsCapabilityTest, OfAVirtualFunctionOnlyTheSwitchIsItsOwn) {
  FakeAtsBus bus;
  AtsPort port(bus);
  Edu edu(port, place_with(5, true));
  const std::uint32_t at = ats_of(edu);
  EXPECT_EQ(edu.config_read(at + 4, 2), 0x60u);
  edu.config_write(at + 6, 2, 0xFFFF);
  EXPECT_EQ(edu.config_read(at + 6, 2), kEnable);
}

TEST(AtsCapabilityTest, FunctionsWithoutADeviceTlbHaveNone) {
  FakeAtsBus bus;
  AtsPort port(bus);
  Edu edu(port, {.extended = true});
  const PermittedExtendedBits bits(edu, false, 4096);
  for (const ExtendedCapability &listed : bits.capabilities()) EXPECT_NE(listed.id, kId);
}

class AtsEdu : public ::testing::Test {
 protected:
  AtsEdu() : at_(ats_of(edu_)) {
    bus_.map(0x1000, 4096, 0x9000, TranslationEntry::kRead | TranslationEntry::kWrite);
  }
  void enable() { edu_.config_write(at_ + 6, 2, kEnable); }
  // Reads 64 bytes at 1000h.
  void work() {
    PciHost host(edu_);
    host.enable(kBar);
    host.write(0x80, 0x1000, 8);
    host.write(0x88, Edu::kBuffer, 8);
    host.write(0x90, 64, 8);
    host.write(0x98, 1, 8);
    ASSERT_TRUE(bus_.drain());
    EXPECT_EQ(host.read(0xA0), 0u);
  }
  void function_reset() {
    const std::uint32_t express = PciHost(edu_).capabilities(0x10).at(0);
    edu_.config_write(express + 8, 2, 0x8000);
    ASSERT_TRUE(bus_.drain());
  }

  FakeAtsBus bus_;
  AtsPort port_{bus_};
  Edu edu_{port_, place_with(32)};
  std::uint32_t at_;
};

TEST_F(AtsEdu, TheSwitchDecides) {
  work();
  EXPECT_TRUE(bus_.asked.empty());
  enable();
  work();
  EXPECT_EQ(bus_.translated_to.size(), 1u);
  edu_.config_write(at_ + 6, 2, 0);
  work();
  EXPECT_EQ(bus_.translated_to.size(), 1u);
}

TEST_F(AtsEdu, EveryResetDisablesIt) {
  const auto resets = std::to_array<std::function<void()>>(
      {[this] { edu_.reset(); }, [this] { edu_.hot_reset(); }, [this] { function_reset(); }});
  for (const auto &reset : resets) {
    enable();
    work();
    ASSERT_TRUE(port_.enabled());
    ASSERT_NE(port_.tlb().size(), 0u);
    reset();
    ASSERT_TRUE(bus_.drain());
    EXPECT_FALSE(port_.enabled());
    EXPECT_EQ(port_.tlb().size(), 0u);
    EXPECT_EQ(edu_.config_read(at_ + 6, 2), 0u);
  }
}

TEST(AtsDisk, HasTheCapability) {
  FakeAtsBus bus;
  AtsPort port(bus);
  TemporaryDisk image(64 * 1024);
  Disk disk(image.path());
  VirtioBlk blk(port, disk, {.place = place_with(16)});
  const std::uint32_t at = ats_of(blk);
  EXPECT_EQ(blk.config_read(at + 4, 2), 0x70u);
  blk.config_write(at + 6, 2, kEnable);
  EXPECT_TRUE(port.enabled());
}

}  // namespace
}  // namespace dmar::devices
