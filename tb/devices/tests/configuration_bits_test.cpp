// SPDX-License-Identifier: Apache-2.0
// The configuration space of every function: a list that is well formed, and no bit that software
// can change and should not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <vector>

#include "devices/tests/function_sample.hpp"
#include "devices/tests/permitted_bits.hpp"

namespace dmar::devices {
namespace {

using Image = std::array<std::uint8_t, 256>;

class ConfigurationBits : public EveryFunction {
 protected:
  void SetUp() override {
    EveryFunction::SetUp();
    initial_ = sample_->config_image();
  }
  void expect_only_permitted_changes(const std::string &what) {
    const Image now = sample_->config_image();
    for (unsigned i = 0; i < now.size(); ++i) {
      const unsigned changed = now.at(i) ^ initial_.at(i);
      ASSERT_EQ(changed & ~unsigned{permitted_.bits().at(i)}, 0u)
          << what << ": byte " << std::hex << i << " reads " << unsigned{now.at(i)};
    }
  }
  // To each place with each size; `value_at` gives what to write.
  template <class Value>
  void write_everywhere(const std::string &name, Value value_at) {
    for (const unsigned bytes : {1U, 2U, 4U}) {
      for (std::uint32_t offset = 0; offset < 256; offset += bytes) {
        device().config_write(offset, bytes, value_at());
        ASSERT_TRUE(port().drain());
        const std::string what =
            name + ", " + std::to_string(bytes) + " at " + std::to_string(offset);
        ASSERT_NO_FATAL_FAILURE(expect_only_permitted_changes(what));
      }
    }
  }

  Image initial_{};
  PermittedBits permitted_{device(), bar(), GetParam().bar_bytes};
};

TEST_P(ConfigurationBits, HeaderOfAFunctionWithOneMemoryBar) {
  EXPECT_EQ(device().config_read(0x08, 4) >> 8, GetParam().class_code);
  EXPECT_EQ(host_.bar_bytes(bar()), GetParam().bar_bytes);
  EXPECT_EQ(device().config_read(0x04, 4), 0x0010'0000u) << "command 0, status has a list";
  EXPECT_EQ(device().config_read(0x0C, 4), 0u) << "type 0, one function, no BIST";
  for (std::uint32_t offset = 0x10; offset < 0x2C; offset += 4) {
    EXPECT_EQ(device().config_read(offset, 4), 0u) << offset;
  }
  EXPECT_EQ(device().config_read(0x30, 4), 0u) << "no ROM";
  EXPECT_EQ(device().config_read(0x38, 4), 0u);
  EXPECT_EQ(device().config_read(0x3C, 4), 0x100u) << "INTA";
}

TEST_P(ConfigurationBits, ListIsWellFormed) {
  std::vector<unsigned> owner(256);  // of each byte: how many capabilities hold it
  std::map<unsigned, unsigned> count;
  for (const ListedCapability &listed : permitted_.capabilities()) {
    const unsigned id = listed.id;
    ++count[id];
    EXPECT_EQ(listed.offset % 4, 0u) << id;
    EXPECT_GE(listed.offset, 0x40u) << id;
    ASSERT_NE(listed.bytes, 0u) << "unknown id " << id;
    ASSERT_LE(listed.offset + listed.bytes, 256u) << id;
    for (unsigned i = 0; i < listed.bytes; ++i) ++owner.at(listed.offset + i);
  }
  EXPECT_LT(permitted_.capabilities().size(), 48u) << "a loop";
  EXPECT_LE(*std::ranges::max_element(owner), 1u) << "two in one place";
  for (unsigned i = 0x40; i < 256; ++i) {
    EXPECT_TRUE(owner.at(i) != 0 || initial_.at(i) == 0) << "no register at " << i;
  }
  for (const auto &[id, times] : count) {
    EXPECT_TRUE(times == 1 || id == 0x09) << id;
  }
  EXPECT_EQ(count[kPowerId], 1u);
  EXPECT_EQ(count[express() ? kExpressId : kAdvancedId], 1u);
  EXPECT_EQ(count[0x05] + count[0x11], 1u) << "MSI or MSI-X";
}

TEST_P(ConfigurationBits, OnlyPermittedBitsChange) {
  ASSERT_NO_FATAL_FAILURE(write_everywhere("ones", [] { return 0xFFFF'FFFFu; }));
  ASSERT_NO_FATAL_FAILURE(write_everywhere("zeros", [] { return 0u; }));
  bench::Random random(7);
  for (unsigned round = 0; round < 20; ++round) {
    ASSERT_NO_FATAL_FAILURE(write_everywhere("random", [&] {
      return static_cast<std::uint32_t>(random.below(std::uint64_t{1} << 32));
    }));
    set_power(3);
    set_power(0);
  }
  EXPECT_GT(device().function_resets(), 3u);
  EXPECT_GT(device().power_resets(), 3u);
  set_power(0);
  ask_for_reset();
  EXPECT_EQ(sample_->config_image(), initial_);
}

// What drivers rely on is there.
TEST_P(ConfigurationBits, BitsThatAreNeededChange) {
  const auto expect_takes = [&](std::uint32_t offset, unsigned bytes, std::uint32_t bits) {
    device().config_write(offset, bytes, bits);
    EXPECT_EQ(device().config_read(offset, bytes) & bits, bits) << offset;
  };
  expect_takes(0x04, 2, 0x0406);
  expect_takes(0x0C, 1, 0xFF);
  expect_takes(bar(), 4, ~(host_.bar_bytes(bar()) - 1));
  expect_takes(0x3C, 1, 0xFF);
  for (const ListedCapability &listed : permitted_.capabilities()) {
    const std::uint32_t at = listed.offset;
    if (listed.id == 0x05) {
      expect_takes(at + 2, 2, 1);
      expect_takes(at + 4, 4, 0xFFFF'FFFC);
      expect_takes(at + 8, 4, 0xFFFF'FFFF);
      expect_takes(at + 12, 2, 0xFFFF);
      expect_takes(at + 16, 4, 1);
    }
    if (listed.id == 0x11) expect_takes(at + 2, 2, 0xC000);
  }
}

INSTANTIATE_TEST_SUITE_P(All, ConfigurationBits, ::testing::ValuesIn(function_kinds()),
                         name_of_kind);

}  // namespace
}  // namespace dmar::devices
