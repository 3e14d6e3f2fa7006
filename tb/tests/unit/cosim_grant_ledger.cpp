// SPDX-License-Identifier: Apache-2.0
// Which translated requests a device may make.
#include <gtest/gtest.h>

#include "cosim/grant_ledger.hpp"

namespace dmar::cosim {
namespace {

constexpr SourceId kDevice = bdf(1, 0, 0);
constexpr SourceId kOther = bdf(0, 2, 0);
constexpr std::uint64_t kRead = TranslationEntry::kRead;
constexpr std::uint64_t kBoth = kRead | TranslationEntry::kWrite;

TranslationEntry entry(std::uint64_t to, std::uint64_t bits = kBoth, std::uint64_t bytes = 4096) {
  return {size_code::encode(to, bytes) | bits};
}
Request access(std::uint64_t address, AccessKind kind = AccessKind::kRead,
               SourceId source = kDevice) {
  return {.source_id = source,
          .address = Iova(address),
          .kind = kind,
          .bytes = 64,
          .at = AddressType::kTranslated};
}
InvalidateRequest invalidation(std::uint64_t address, std::uint64_t bytes = 4096,
                               SourceId source = kDevice) {
  return {.source_id = source, .payload = size_code::encode(address, bytes)};
}

class GrantLedgerTest : public testing::Test {
 protected:
  GrantLedger ledger_;
};

TEST_F(GrantLedgerTest, CoversWhatWasGranted) {
  EXPECT_FALSE(ledger_.covers(access(0x9000)));
  ledger_.granted(kDevice, Iova(0x1234), entry(0x9000));
  EXPECT_TRUE(ledger_.covers(access(0x9000)));
  EXPECT_TRUE(ledger_.covers(access(0x9FC0, AccessKind::kWrite)));
  EXPECT_FALSE(ledger_.covers(access(0x1234))) << "that is where it was asked for";
  EXPECT_FALSE(ledger_.covers(access(0xA000)));
  EXPECT_FALSE(ledger_.covers(access(0x9000, AccessKind::kRead, kOther)));
}

TEST_F(GrantLedgerTest, CoversNoMoreThanThePermission) {
  ledger_.granted(kDevice, Iova(0x1000), entry(0x9000, kRead));
  EXPECT_TRUE(ledger_.covers(access(0x9000)));
  EXPECT_FALSE(ledger_.covers(access(0x9000, AccessKind::kWrite)));
  EXPECT_FALSE(ledger_.covers(access(0x9000, AccessKind::kAtomic)));
  ledger_.granted(kDevice, Iova(0x1000), entry(0x9000));
  EXPECT_TRUE(ledger_.covers(access(0x9000, AccessKind::kAtomic)));
}

TEST_F(GrantLedgerTest, WhatIsNotGrantedIsNotKept) {
  ledger_.granted(kDevice, Iova(0x1000), entry(0, 0));
  ledger_.granted(kDevice, Iova(0x1000), entry(0x9000, kBoth | TranslationEntry::kUntranslated));
  EXPECT_EQ(ledger_.size(), 0U);
  ledger_.granted(kDevice, Iova(0x1000), entry(0x9000));
  ledger_.granted(kDevice, Iova(0x1800), entry(0x9000));
  EXPECT_EQ(ledger_.size(), 1U);
}

TEST_F(GrantLedgerTest, AnAcknowledgedInvalidationEndsIt) {
  ledger_.granted(kDevice, Iova(0x40'0000), entry(0x80'0000, kBoth, 1U << 21));
  ledger_.granted(kDevice, Iova(0x1000), entry(0x9000));
  ledger_.granted(kOther, Iova(0x1000), entry(0x9000));
  ledger_.invalidated(invalidation(0x41'0000), ledger_.moment());
  EXPECT_FALSE(ledger_.covers(access(0x80'0000))) << "whole entries go";
  EXPECT_TRUE(ledger_.covers(access(0x9000)));
  ledger_.invalidated(invalidation(0x0, 1U << 20), ledger_.moment());
  EXPECT_FALSE(ledger_.covers(access(0x9000)));
  EXPECT_TRUE(ledger_.covers(access(0x9000, AccessKind::kRead, kOther)));
}

// The same place by two addresses: one of them is left.
TEST_F(GrantLedgerTest, AnotherGrantOfThePlaceStays) {
  ledger_.granted(kDevice, Iova(0x1000), entry(0x9000));
  ledger_.granted(kDevice, Iova(0x2000), entry(0x9000));
  ledger_.invalidated(invalidation(0x1000), ledger_.moment());
  EXPECT_TRUE(ledger_.covers(access(0x9000)));
  ledger_.invalidated(invalidation(0x2000), ledger_.moment());
  EXPECT_FALSE(ledger_.covers(access(0x9000)));
}

// A device may ask anew before it acknowledges; the same answer is a newer one then.
TEST_F(GrantLedgerTest, WhatWasGrantedAfterTheMessageStays) {
  ledger_.granted(kDevice, Iova(0x1000), entry(0x9000));
  ledger_.granted(kDevice, Iova(0x2000), entry(0xA000));
  const std::uint64_t sent = ledger_.moment();
  ledger_.granted(kDevice, Iova(0x1000), entry(0x9000));
  ledger_.granted(kDevice, Iova(0x2000), entry(0xB000));
  ledger_.invalidated(invalidation(0x0, 1U << 20), sent);
  EXPECT_TRUE(ledger_.covers(access(0x9000)));
  EXPECT_FALSE(ledger_.covers(access(0xA000)));
  EXPECT_TRUE(ledger_.covers(access(0xB000)));
}

}  // namespace
}  // namespace dmar::cosim
