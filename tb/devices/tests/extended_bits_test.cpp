// SPDX-License-Identifier: Apache-2.0
// The 4,096 bytes of configuration space of functions that have them: lists that are well formed,
// no bit that software can change and should not, and those that it needs.
#include <gtest/gtest.h>

#include <map>
#include <ostream>
#include <string>
#include <vector>

#include "bench/random.hpp"
#include "devices/tests/permitted_bits.hpp"
#include "devices/tests/permitted_extended_bits.hpp"
#include "devices/tests/sriov_sample.hpp"

namespace dmar::devices {
namespace {

struct Subject {
  std::string name;
  SriovKind kind;
  bool behind_port;
  bool is_virtual;
};
void PrintTo(const Subject &subject, std::ostream *out) { *out << subject.name; }

using ExtendedSpace = std::vector<std::uint8_t>;

class ExtendedBits : public ::testing::TestWithParam<Subject> {
 protected:
  ExtendedBits() : sample_(GetParam().kind, GetParam().behind_port) {
    if (GetParam().is_virtual) sample_.enable(4, 0xFEA0'0000);
    initial_ = image();
  }
  PciDevice &device() {
    return GetParam().is_virtual ? sample_.virtual_function(2) : sample_.physical();
  }
  ExtendedSpace image() {
    ExtendedSpace image(4096);
    for (unsigned i = 0; i < image.size(); ++i) {
      image.at(i) = static_cast<std::uint8_t>(device().config_read(i, 1));
    }
    return image;
  }
  PermittedBits permitted() {
    return GetParam().is_virtual ? PermittedBits(device())
                                 : PermittedBits(device(), 0x10, sample_.bar_bytes());
  }
  PermittedExtendedBits permitted_extended() {
    return {device(), GetParam().is_virtual, sample_.bar_bytes()};
  }
  void function_reset() {
    const PermittedBits low = permitted();
    for (const ListedCapability &listed : low.capabilities()) {
      if (listed.id == 0x10) device().config_write(listed.offset + 8, 2, 0x8000);
    }
    ASSERT_TRUE(sample_.drain());
  }

  SriovSample sample_;
  ExtendedSpace initial_;
};

TEST_P(ExtendedBits, ListIsWellFormed) {
  const PermittedExtendedBits permitted = permitted_extended();
  std::vector<unsigned> owner(4096);
  std::map<unsigned, unsigned> count;
  ASSERT_FALSE(permitted.capabilities().empty());
  EXPECT_EQ(permitted.capabilities().front().offset, 0x100u);
  for (const ExtendedCapability &listed : permitted.capabilities()) {
    ++count[listed.id];
    EXPECT_EQ(listed.offset % 4, 0u) << listed.id;
    ASSERT_NE(listed.bytes, 0u) << "unknown id " << listed.id;
    EXPECT_EQ(listed.version, listed.id == 1 ? 2 : 1) << listed.id;
    for (unsigned i = 0; i < listed.bytes; ++i) ++owner.at(listed.offset + i);
  }
  for (unsigned i = 0x100; i < 4096; ++i) {
    EXPECT_LE(owner.at(i), 1u) << "two in one place: " << i;
    EXPECT_TRUE(owner.at(i) != 0 || initial_.at(i) == 0) << "no register at " << i;
  }
  const bool physical = !GetParam().is_virtual;
  EXPECT_EQ(count[0x0001], 1u) << "errors";
  EXPECT_EQ(count[0x0003], physical ? 1u : 0u) << "serial number";
  EXPECT_EQ(count[0x000D], 1u) << "access control";
  EXPECT_EQ(count[0x000E], GetParam().behind_port ? 1u : 0u) << "ARI";
  EXPECT_EQ(count[0x0010], physical ? 1u : 0u) << "SR-IOV";
}

TEST_P(ExtendedBits, OnlyPermittedBitsChange) {
  const PermittedBits low = permitted();
  const PermittedExtendedBits high = permitted_extended();
  bench::Random random(7);
  const auto check = [&](const std::string &what) {
    const ExtendedSpace now = image();
    for (unsigned i = 0; i < now.size(); ++i) {
      const unsigned allowed = i < 256 ? low.bits().at(i) : high.bits().at(i);
      const unsigned changed = now.at(i) ^ initial_.at(i);
      ASSERT_EQ(changed & ~allowed, 0u)
          << what << ": byte " << std::hex << i << " reads " << unsigned{now.at(i)};
    }
  };
  for (unsigned round = 0; round < 12; ++round) {
    for (const unsigned bytes : {1U, 2U, 4U}) {
      for (std::uint32_t offset = 0; offset < 4096; offset += bytes) {
        const bool empty = offset >= 0x200 && offset < 0xF00;  // no register, to be quick
        if (empty) continue;
        const std::uint32_t ones = round % 3 == 0 ? ~0U : 0;
        device().config_write(offset, bytes, round % 3 == 2 ? random.below(1ULL << 32) : ones);
        ASSERT_TRUE(sample_.drain());
      }
      ASSERT_NO_FATAL_FAILURE(check("round " + std::to_string(round)));
    }
  }
  EXPECT_GT(device().function_resets(), 3u);
}

// One bit after the other, so that no write of a neighbour hides one.
TEST_P(ExtendedBits, EachBitKeepsWhatItMay) {
  const PermittedExtendedBits permitted = permitted_extended();
  unsigned writable = 0;
  for (unsigned bit = 0x100 * 8; bit < 0x200 * 8; ++bit) {
    const unsigned offset = bit / 8;
    const unsigned mask = 1U << bit % 8;
    const bool at_reset = (initial_.at(offset) & mask) != 0;
    const unsigned other = initial_.at(offset) ^ mask;
    device().config_write(offset, 1, other);
    ASSERT_TRUE(sample_.drain());
    const bool now = (device().config_read(offset, 1) & mask) != 0;
    if (now != at_reset) {
      ++writable;
      EXPECT_NE(permitted.bits().at(offset) & mask, 0u) << std::hex << "byte " << offset;
    }
    device().config_write(offset, 1, initial_.at(offset));
    ASSERT_TRUE(sample_.drain());
    ASSERT_EQ(image(), initial_) << std::hex << "byte " << offset << " mask " << mask;
  }
  EXPECT_GE(writable, 2u);
}

TEST_P(ExtendedBits, FunctionLevelResetLeavesStickyBits) {
  const PermittedExtendedBits permitted = permitted_extended();
  for (std::uint32_t offset = 0x100; offset < 0x200; offset += 4) {
    device().config_write(offset, 4, 0xFFFF'FFFF);
  }
  const ExtendedSpace written = image();
  function_reset();
  const ExtendedSpace now = image();
  unsigned kept = 0;
  for (unsigned i = 0x100; i < 4096; ++i) {
    const unsigned sticky = permitted.sticky().at(i);
    EXPECT_EQ(now.at(i) & ~sticky, initial_.at(i) & ~sticky) << std::hex << i;
    EXPECT_EQ(now.at(i) & sticky, written.at(i) & sticky) << std::hex << i;
    kept += now.at(i) != initial_.at(i) ? 1 : 0;
  }
  EXPECT_EQ(kept != 0, !GetParam().is_virtual);
  if (GetParam().is_virtual) return;
  device().reset();
  ASSERT_TRUE(sample_.drain());
  EXPECT_EQ(image(), initial_);
}

TEST_P(ExtendedBits, BitsThatAreNeededChange) {
  const auto expect_takes = [&](std::uint32_t offset, unsigned bytes, std::uint32_t bits) {
    device().config_write(offset, bytes, bits);
    EXPECT_EQ(device().config_read(offset, bytes) & bits, bits) << offset;
  };
  const std::uint32_t control = SriovSample::extended(device(), 0x000D);
  expect_takes(control + 6, 2, 0x000C);
  if (GetParam().is_virtual) return;
  const std::uint32_t errors = SriovSample::extended(device(), 0x0001);
  expect_takes(errors + 0x08, 4, 0x0015'5010);
  expect_takes(errors + 0x14, 4, 0x0000'31C1);
  EXPECT_EQ(device().config_read(errors + 0x04, 4), 0u) << "no error";
  EXPECT_EQ(device().config_read(errors + 0x10, 4), 0u);
  const std::uint32_t serial = SriovSample::extended(device(), 0x0003);
  EXPECT_EQ(device().config_read(serial + 4, 4), 0x0506'0708u);
  EXPECT_EQ(device().config_read(serial + 8, 4), 0x0102'0304u);
}

std::vector<Subject> subjects() {
  return {{"EduPhysical", SriovKind::kEdu, false, false},
          {"EduVirtual", SriovKind::kEdu, false, true},
          {"EduPhysicalBehindPort", SriovKind::kEdu, true, false},
          {"NetPhysical", SriovKind::kNet, false, false},
          {"NetPhysicalBehindPort", SriovKind::kNet, true, false},
          {"NetVirtualBehindPort", SriovKind::kNet, true, true}};
}
INSTANTIATE_TEST_SUITE_P(All, ExtendedBits, ::testing::ValuesIn(subjects()),
                         [](const auto &info) { return info.param.name; });

}  // namespace
}  // namespace dmar::devices
