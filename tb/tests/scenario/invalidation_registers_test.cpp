// SPDX-License-Identifier: Apache-2.0
// Register-based invalidation (VT-d 6.5.1, 11.4): handshakes, granularities, errors.
#include <fmt/format.h>

#include "tests/scenario/scenario.hpp"

namespace dmar {
namespace {

namespace g = granularity;

class InvalidationRegisters : public Scenario {
 protected:
  void poll_iotlb() {
    driver().poll32(reg::kIotlb + 4, static_cast<std::uint32_t>(iotlb::kIvt >> 32), 0, "IVT");
  }
  void poll_context() {
    driver().poll32(reg::kCcmd + 4, static_cast<std::uint32_t>(ccmd::kIcc >> 32), 0, "ICC");
  }
};

TEST_P(InvalidationRegisters, ContextGranularities) {
  EXPECT_EQ(driver().context_command({.granularity = g::kGlobal}), g::kGlobal);
  EXPECT_EQ(driver().context_command({.granularity = g::kDomain, .domain = 3}), g::kDomain);
  for (unsigned mask = 0; mask < 4; ++mask) {
    EXPECT_EQ(driver().context_command({.granularity = g::kDeviceOrPage,
                                        .domain = 3,
                                        .source_id = kDevice,
                                        .function_mask = mask}),
              g::kDeviceOrPage);
  }
  EXPECT_EQ(driver().context_command({.granularity = g::kReserved}), g::kReserved);
  EXPECT_EQ(driver().context_command({.granularity = g::kGlobal}), g::kGlobal);
}

TEST_P(InvalidationRegisters, IotlbGranularities) {
  EXPECT_EQ(driver().iotlb_command({.granularity = g::kGlobal}), g::kGlobal);
  EXPECT_EQ(driver().iotlb_command({.granularity = g::kDomain, .domain = 3}), g::kDomain);
  EXPECT_EQ(driver().iotlb_command({.granularity = g::kReserved}), g::kReserved);
}

// Bits of a domain id above those that CAP.ND gives are ignored.
TEST_P(InvalidationRegisters, DomainBitsThatDoNotExist) {
  const unsigned beyond = (1U << domain_id_bits(config())) & 0xFFFF;
  start_with_page();
  EXPECT_THAT(access(read_of(kIova)), Reaches(kData));
  Domain after = tables().create_domain({.id = 2, .levels = 4});
  after.map(kIova, HostAddr(kMoreData));
  tables().attach(kDevice, after);
  driver().context_command({.granularity = g::kDomain, .domain = 1 | beyond});
  driver().iotlb_command({.granularity = g::kDomain, .domain = 1 | beyond});
  EXPECT_THAT(access(read_of(kIova)), Reaches(kMoreData));
  after.unmap(kIova);
  after.map(kIova, HostAddr(kMoreData + kPage));
  driver().iotlb_command({.granularity = g::kDomain, .domain = 2 | beyond});
  EXPECT_THAT(access(read_of(kIova)), Reaches(kMoreData + kPage));
}

// RealBug36: large masks must not overflow; beyond CAP.MAMV the command fails.
TEST_P(InvalidationRegisters, RealBug36_PageSelectiveWithEveryMask) {
  for (unsigned mask = 0; mask < 64; ++mask) {
    for (const bool leaf_only : {false, true}) {
      const unsigned done = driver().iotlb_command({.granularity = g::kDeviceOrPage,
                                                    .domain = 1,
                                                    .address = kIova,
                                                    .address_mask = mask,
                                                    .leaf_only = leaf_only});
      unsigned want = mask <= config().max_address_mask ? g::kDeviceOrPage : g::kReserved;
      if (!config().page_selective) want = g::kDomain;  // the next coarser one
      EXPECT_EQ(done, want) << "AM " << mask;
    }
  }
}

// The values of the command registers before and after.
TEST_P(InvalidationRegisters, RegisterContentsAfterACommand) {
  driver().write64(reg::kCcmd, 0xA000'0000'0000'0000);
  poll_context();
  EXPECT_EQ(driver().read64(reg::kCcmd), 0x2800'0000'0000'0000U);
  driver().write64(reg::kIotlb, 0x9001'0000'0000'0000);
  poll_iotlb();
  EXPECT_EQ(driver().read64(reg::kIotlb), 0x1201'0000'0000'0000U);
  driver().write64(reg::kIotlb, 0xA003'0055'0000'0000);
  poll_iotlb();
  EXPECT_EQ(driver().read64(reg::kIotlb), 0x2403'0055'0000'0000U);
}

TEST_P(InvalidationRegisters, TriggeredByTheUpperHalfAlone) {
  driver().write32(reg::kIotlb + 4, 0x9000'0000);
  poll_iotlb();
  EXPECT_EQ(driver().read32(reg::kIotlb + 4) >> 25 & 3, g::kGlobal);
  driver().write32(reg::kCcmd + 4, 0xC000'0000);
  poll_context();
  EXPECT_EQ(driver().read32(reg::kCcmd + 4) >> 27 & 3, g::kDomain);
}

// RealBug29 and QEMU: software that polls must not hang when the registers may not be used.
TEST_P(InvalidationRegisters, RealBug29_RefusedBesideTheQueue) {
  driver().enable_queue();
  EXPECT_EQ(driver().context_command({}), g::kReserved);
  EXPECT_EQ(driver().iotlb_command({}), g::kReserved);
  driver().disable_queue();
  EXPECT_EQ(driver().context_command({}), g::kGlobal);
  EXPECT_EQ(driver().iotlb_command({}), g::kGlobal);
}

TEST_P(InvalidationRegisters, RefusedOutsideLegacyMode) {
  for (const unsigned mode : {1U, 2U, 3U}) {
    driver().set_root_pointer(tables().root_table(), mode);
    EXPECT_EQ(driver().context_command({}), g::kReserved);
    EXPECT_EQ(driver().iotlb_command({}), g::kReserved);
  }
  driver().set_root_pointer(tables().root_table(), 0);
  EXPECT_EQ(driver().context_command({}), g::kGlobal);
  EXPECT_EQ(driver().iotlb_command({}), g::kGlobal);
}

TEST_P(InvalidationRegisters, WorkInEveryStateOfTranslation) {
  EXPECT_EQ(driver().iotlb_command({}), g::kGlobal);
  start_with_page();
  EXPECT_EQ(driver().iotlb_command({}), g::kGlobal);
  driver().disable_translation();
  EXPECT_EQ(driver().iotlb_command({}), g::kGlobal);
}

// Software must not do this; the unit has to finish both all the same.
TEST_P(InvalidationRegisters, RealBug03_BothCommandsAtOnce) {
  start_with_page();
  EXPECT_THAT(access(read_of(kIova)), Reaches(kData));
  driver().write32(reg::kCcmd + 4, 0xA000'0000);
  driver().write32(reg::kIotlb + 4, 0x9000'0000);
  poll_context();
  poll_iotlb();
  EXPECT_EQ(driver().read32(reg::kCcmd + 4) >> 27 & 3, g::kGlobal);
  EXPECT_EQ(driver().read32(reg::kIotlb + 4) >> 25 & 3, g::kGlobal);
  EXPECT_THAT(access(read_of(kIova)), Reaches(kData));
}

TEST_P(InvalidationRegisters, ManyInARow) {
  start_with_page();
  for (unsigned n = 0; n < 50; ++n) {
    driver().context_command({.granularity = 1 + n % 3, .domain = n % 5, .source_id = kDevice});
    driver().iotlb_command({.granularity = 1 + n % 2, .domain = n % 3});
    EXPECT_THAT(access(read_of(kIova)), Reaches(kData));
  }
}

DMAR_SCENARIO_WITH(
    InvalidationRegisters, +[](const Config &config) { return config.version_major < 6; });

// From version 6 on the registers are there and invalidate nothing.
class NoInvalidationRegisters : public InvalidationRegisters {};

TEST_P(NoInvalidationRegisters, EveryCommandIsRefused) {
  start_with_page();
  for (const bool queue : {false, true}) {
    if (queue) driver().enable_queue();
    for (unsigned granularity = 0; granularity <= 3; ++granularity) {
      EXPECT_EQ(driver().context_command({.granularity = granularity, .source_id = kDevice}),
                g::kReserved);
      EXPECT_EQ(driver().iotlb_command({.granularity = granularity, .address = kIova}),
                g::kReserved);
      EXPECT_THAT(access(read_of(kIova)), Reaches(kData));
    }
  }
  driver().invalidate_all();
  EXPECT_EQ(driver().fault_status(), 0U);
}

// The values of the command registers after: the request stays, what was performed is nothing.
TEST_P(NoInvalidationRegisters, RegisterContentsAfterACommand) {
  driver().write64(reg::kCcmd, 0xA000'0000'0000'0000);
  poll_context();
  EXPECT_EQ(driver().read64(reg::kCcmd), 0x2000'0000'0000'0000U);
  driver().write64(reg::kIotlb, 0x9001'0000'0000'0000);
  poll_iotlb();
  EXPECT_EQ(driver().read64(reg::kIotlb), 0x1001'0000'0000'0000U);
}

DMAR_SCENARIO_WITH(
    NoInvalidationRegisters, +[](const Config &config) { return config.version_major >= 6; });

}  // namespace
}  // namespace dmar
