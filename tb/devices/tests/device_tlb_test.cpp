// SPDX-License-Identifier: Apache-2.0
// What a device TLB holds, finds and drops.
#include "devices/device_tlb.hpp"

#include <gtest/gtest.h>

#include <map>

#include "bench/random.hpp"

namespace dmar::devices {
namespace {

constexpr std::uint64_t kBoth = TranslationEntry::kRead | TranslationEntry::kWrite;
constexpr std::uint64_t k2M = 1U << 21;

TranslationEntry entry_of(std::uint64_t to, std::uint64_t bytes = 4096,
                          std::uint64_t bits = kBoth) {
  return {size_code::encode(to, bytes) | bits};
}
InvalidateRequest invalidation(std::uint64_t address, std::uint64_t bytes = 4096) {
  return {.source_id = {}, .payload = size_code::encode(address, bytes)};
}

TEST(DeviceTlb, FindsWhatItHolds) {
  DeviceTlb tlb(4);
  EXPECT_FALSE(tlb.find(Iova(0x1000)));
  tlb.insert(Iova(0x1000), entry_of(0x9000));
  tlb.insert(Iova(0x40'5000), entry_of(0x80'0000, k2M));
  ASSERT_TRUE(tlb.find(Iova(0x1FFF)));
  EXPECT_EQ(DeviceTlb::translate(Iova(0x1FFF), *tlb.find(Iova(0x1FFF))).raw(), 0x9FFFu);
  for (const std::uint64_t offset : {0x0ULL, 0x5123ULL, 0x1F'FFFFULL}) {
    const Iova address(0x40'0000 + offset);
    ASSERT_TRUE(tlb.find(address));
    EXPECT_EQ(DeviceTlb::translate(address, *tlb.find(address)).raw(), 0x80'0000 + offset);
  }
  EXPECT_FALSE(tlb.find(Iova(0x60'0000)));
  EXPECT_FALSE(tlb.find(Iova(0x2000)));
}

TEST(DeviceTlb, KeepsNothingThatIsOfNoUse) {
  DeviceTlb tlb(4);
  tlb.insert(Iova(0x1000), entry_of(0x9000, 4096, 0));
  tlb.insert(Iova(0x2000), entry_of(0x9000, 4096, kBoth | TranslationEntry::kUntranslated));
  EXPECT_EQ(tlb.size(), 0u);
}

TEST(DeviceTlb, TheOneUsedLongestAgoMakesRoom) {
  DeviceTlb tlb(2);
  tlb.insert(Iova(0x1000), entry_of(0x9000));
  tlb.insert(Iova(0x2000), entry_of(0xA000));
  ASSERT_TRUE(tlb.find(Iova(0x1000)));
  tlb.insert(Iova(0x3000), entry_of(0xB000));
  EXPECT_TRUE(tlb.find(Iova(0x1000)));
  EXPECT_FALSE(tlb.find(Iova(0x2000)));
  EXPECT_EQ(tlb.statistics().evicted, 1u);
  EXPECT_THROW(DeviceTlb(0), std::invalid_argument);
}

TEST(DeviceTlb, ANewerEntryReplacesThoseItOverlaps) {
  DeviceTlb tlb(4);
  tlb.insert(Iova(0x40'1000), entry_of(0x9000));
  tlb.insert(Iova(0x40'2000), entry_of(0xA000));
  tlb.insert(Iova(0x40'7000), entry_of(0x80'0000, k2M));
  EXPECT_EQ(tlb.size(), 1u);
  tlb.insert(Iova(0x40'1000), entry_of(0xC000));
  EXPECT_EQ(tlb.size(), 1u);
  EXPECT_FALSE(tlb.find(Iova(0x40'2000)));
  EXPECT_EQ(tlb.statistics().evicted, 0u);
}

// Every size code, against a plain comparison of the ranges.
TEST(DeviceTlb, InvalidationDropsWhatItTouches) {
  for (unsigned size = 12; size < 64; ++size) {
    const std::uint64_t bytes = std::uint64_t{1} << size;
    const std::uint64_t base = size == 63 ? 0 : bytes;
    for (const std::uint64_t entry_bytes : {4096ULL, 1ULL << 21, 1ULL << 30}) {
      for (const std::uint64_t at : {std::uint64_t{0}, base - 4096, base, base + bytes / 2,
                                     base + bytes - 4096, base + bytes}) {
        DeviceTlb tlb(1);
        tlb.insert(Iova(at), entry_of(0, entry_bytes));
        const std::uint64_t first = at & ~(entry_bytes - 1);
        const bool touches = first <= base + (bytes - 1) && base <= first + (entry_bytes - 1);
        EXPECT_EQ(tlb.invalidate(invalidation(base, bytes)), touches ? 1u : 0u)
            << std::hex << at << " of " << entry_bytes << " by " << base << " of " << bytes;
        EXPECT_EQ(tlb.find(Iova(at)).has_value(), !touches);
      }
    }
  }
}

TEST(DeviceTlb, InvalidateAll) {
  DeviceTlb tlb(8);
  for (const std::uint64_t at :
       {0x0ULL, 0x1000ULL, 0xFFFF'FFFF'F000ULL, 0xFFFF'FFFF'FFFF'F000ULL}) {
    tlb.insert(Iova(at), entry_of(0x9000));
  }
  EXPECT_EQ(tlb.invalidate({.source_id = {}, .payload = 0x7FFF'FFFF'FFFF'F800}), 4u);
  EXPECT_EQ(tlb.size(), 0u);
}

TEST(DeviceTlb, APasidReachesItOnlyWithTheGlobalBit) {
  DeviceTlb tlb(2);
  tlb.insert(Iova(0x1000), entry_of(0x9000));
  InvalidateRequest request = invalidation(0x1000);
  request.pasid = Pasid(7);
  EXPECT_EQ(tlb.invalidate(request), 0u);
  request.payload |= 1;
  EXPECT_EQ(tlb.invalidate(request), 1u);
}

TEST(DeviceTlb, CountsWhatItDoes) {
  DeviceTlb tlb(2);
  tlb.insert(Iova(0x1000), entry_of(0x9000));
  tlb.find(Iova(0x1000));
  tlb.find(Iova(0x1008));
  tlb.find(Iova(0x2000));
  tlb.invalidate(invalidation(0x1000));
  EXPECT_EQ(tlb.statistics().hits, 2u);
  EXPECT_EQ(tlb.statistics().misses, 1u);
  EXPECT_EQ(tlb.statistics().invalidated, 1u);
}

}  // namespace
}  // namespace dmar::devices
