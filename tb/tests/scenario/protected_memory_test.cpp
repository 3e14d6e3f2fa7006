// SPDX-License-Identifier: Apache-2.0
// Protected memory regions (VT-d 3.17, 11.4): where they lie, what they block, and that nothing is
// recorded.
#include <fmt/format.h>

#include "tests/scenario/scenario.hpp"

namespace dmar {
namespace {

bool has_regions(const Config &config) { return config.protected_low && config.protected_high; }
bool has_none(const Config &config) { return !config.protected_low && !config.protected_high; }

class ProtectedMemory : public Scenario {
 protected:
  static constexpr std::uint64_t kHigh = std::uint64_t{1} << 40;

  [[nodiscard]] std::uint64_t granule() const { return bit(config().protected_align); }
  void set_low(std::uint64_t base, std::uint64_t limit) {
    driver().write32(reg::kPlmbase, static_cast<std::uint32_t>(base));
    driver().write32(reg::kPlmlimit, static_cast<std::uint32_t>(limit));
  }
  void set_high(std::uint64_t base, std::uint64_t limit) {
    driver().write64(reg::kPhmbase, base);
    driver().write64(reg::kPhmlimit, limit);
  }
  void protect(bool on) {
    driver().write32(reg::kPmen, on ? pmen::kEpm : 0);
    driver().poll32(reg::kPmen, pmen::kPrs, on ? pmen::kPrs : 0, "PMEN");
  }
  void empty_regions() {
    set_low(granule(), 0);
    set_high(granule(), 0);
  }
  void expect_open(std::uint64_t address) {
    EXPECT_THAT(access(write_of(Iova(address))), Reaches(address)) << std::hex << address;
    EXPECT_THAT(access(read_of(Iova(address))), Reaches(address)) << std::hex << address;
  }
  void expect_shut(std::uint64_t address) {
    const std::uint64_t before = memory().read64(HostAddr(address));
    expect_refused(write_of(Iova(address)));
    EXPECT_EQ(memory().read64(HostAddr(address)), before);
    expect_refused(read_of(Iova(address)));
    expect_refused(request_of(AccessKind::kAtomic, Iova(address)));
  }
};

TEST_P(ProtectedMemory, GranularityDiscovery) {
  driver().write32(reg::kPlmbase, ~std::uint32_t{0});
  driver().write32(reg::kPlmlimit, ~std::uint32_t{0});
  EXPECT_EQ(driver().read32(reg::kPlmbase), kAll32 & ~(granule() - 1));
  EXPECT_EQ(driver().read32(reg::kPlmlimit), kAll32 & ~(granule() - 1));
  driver().write64(reg::kPhmbase, ~std::uint64_t{0});
  const std::uint64_t below_haw = bits(config().host_address_width - 1, 0);
  EXPECT_EQ(driver().read64(reg::kPhmbase) & below_haw, below_haw & ~(granule() - 1));
}

TEST_P(ProtectedMemory, StatusFollowsEnable) {
  EXPECT_EQ(driver().read32(reg::kPmen), 0U);
  protect(true);
  EXPECT_EQ(driver().read32(reg::kPmen), pmen::kEpm | pmen::kPrs);
  protect(false);
  EXPECT_EQ(driver().read32(reg::kPmen), 0U);
}

TEST_P(ProtectedMemory, LowRegionWhileTranslationIsOff) {
  empty_regions();
  set_low(kData, kData + granule());
  expect_open(kData);
  protect(true);
  expect_shut(kData);
  expect_shut(kData + 2 * granule() - 64);  // the granule of the limit belongs to the region
  expect_open(kData - 64);
  expect_open(kData + 2 * granule());
  expect_open(kHigh + kData);
  protect(false);
  expect_open(kData);
}

TEST_P(ProtectedMemory, HighRegionWhileTranslationIsOff) {
  empty_regions();
  set_high(kHigh, kHigh + 3 * granule());
  protect(true);
  expect_shut(kHigh);
  expect_shut(kHigh + 4 * granule() - 64);
  expect_open(kHigh - 64);
  expect_open(kHigh + 4 * granule());
  expect_open(0x1000);
}

TEST_P(ProtectedMemory, RegionOfOneGranuleAndEmptyRegion) {
  empty_regions();
  set_low(kData, kData);
  protect(true);
  expect_shut(kData);
  expect_shut(kData + granule() - 64);
  expect_open(kData + granule());
  protect(false);
  set_low(kData + granule(), kData);
  protect(true);
  expect_open(kData);
  expect_open(kData + granule());
}

// The reset contents make one region of the first granule each.
TEST_P(ProtectedMemory, ResetContentsProtectTheFirstGranule) {
  protect(true);
  expect_shut(0);
  expect_shut(granule() - 64);
  expect_open(granule());
}

TEST_P(ProtectedMemory, PassThroughIsBlockedToo) {
  tables().attach_pass_through(kDevice, 2);
  start();
  empty_regions();
  set_low(kData, kData);
  protect(true);
  expect_shut(kData);
  expect_open(kMoreData);
}

// From major version 2 on all DMA is blocked, before it what the second stage translates is not.
TEST_P(ProtectedMemory, SecondStageResultsByVersion) {
  Domain domain = start_with_page();
  domain.map(Iova(0x5000), HostAddr(kMoreData));
  EXPECT_THAT(access(write_of(kIova)), Reaches(kData));  // cached before the region is there
  empty_regions();
  set_low(kData, kData);
  protect(true);
  for (unsigned n = 0; n < 2; ++n) {
    if (config().version_major >= 2) {
      expect_refused(write_of(kIova));
      expect_refused(read_of(kIova));
    } else {
      EXPECT_THAT(access(write_of(kIova)), Reaches(kData));
    }
    EXPECT_THAT(access(write_of(Iova(0x5000))), Reaches(kMoreData));
  }
}

// The unit reads its own tables and queue wherever they are.
TEST_P(ProtectedMemory, OwnAccessesAreExempt) {
  start_with_page();
  empty_regions();
  set_low(0, 0x3FFF'FFFF);
  protect(true);
  driver().invalidate_all();
  EXPECT_THAT(access(write_of(kIova)), Reaches(kData));
  if (!driver().queue_enabled()) driver().enable_queue();
  driver().wait_for_queue();
}

// An interrupt message is not an access to memory.
TEST_P(ProtectedMemory, MessagesPass) {
  empty_regions();
  set_low(0xFEE0'0000, 0xFEE0'0000);
  protect(true);
  EXPECT_THAT(access(write_of(Iova(0xFEE0'1000), 4)), IsOkay());
}

DMAR_SCENARIO_WITH(ProtectedMemory, has_regions);

class NoProtectedMemory : public ProtectedMemory {};

TEST_P(NoProtectedMemory, CannotBeEnabled) {
  set_low(0, 0xFFFF'FFFF);
  set_high(0, ~std::uint64_t{0});
  driver().write32(reg::kPmen, pmen::kEpm);
  unit().settle();
  EXPECT_EQ(driver().read32(reg::kPmen), 0U);
  expect_open(0);
  expect_open(kData);
}

DMAR_SCENARIO_WITH(NoProtectedMemory, has_none);

}  // namespace
}  // namespace dmar
