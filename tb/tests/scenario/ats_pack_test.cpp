// SPDX-License-Identifier: Apache-2.0
// Bugs of other units in their translation requests (docs/verification.md, "The pack").
#include <fmt/format.h>

#include "tests/scenario/ats_scenario.hpp"

namespace dmar {
namespace {

// Row 6: the right to write that a device is told. Whatever it may learn is what the tables grant
// at that moment, and what the unit grants to a request that it translates itself.
class AtsPack : public AtsScenario {
 protected:
  static constexpr std::uint64_t kRights = second_stage::kRead | second_stage::kWrite;

  void set_rights(HostAddr entry, std::uint64_t rights) {
    memory().write64(entry, (memory().read64(entry) & ~kRights) | rights);
  }

  // Asked twice, so that what was cached has its say, in every way that a device can ask.
  void expect_rights(std::uint64_t page, std::uint64_t rights) {
    const auto told = [page](std::uint64_t granted) {
      return granted == 0 ? kNoAccess : page | granted;
    };
    for (unsigned time = 0; time < 2; ++time) {
      expect_entry(asking(kIova), told(rights));
      expect_entry(asking_to_read(kIova), told(config().no_write_flag ? rights & kR : rights));
    }
  }
  void expect_access(std::uint64_t page, std::uint64_t rights) {
    if ((rights & kR) != 0) {
      EXPECT_THAT(access(read_of(kIova)), Reaches(page));
    } else {
      expect_fault(read_of(kIova), FaultReason::kReadNotPermitted);
    }
    if ((rights & kW) != 0) {
      EXPECT_THAT(access(write_of(kIova)), Reaches(page));
    } else {
      expect_fault(write_of(kIova), FaultReason::kWriteNotPermitted);
    }
  }
};

// Each right of the leaf under each right of each level above it.
TEST_P(AtsPack, RealBug06_EveryRightOfEveryLevel) {
  Domain domain = start_ats_with_page();
  const HostAddr leaf = tables().entry_address(domain, kIova, 1);
  for (unsigned level = 2; level <= 4; ++level) {
    const HostAddr above = tables().entry_address(domain, kIova, level);
    for (std::uint64_t granted = 0; granted <= kRW; ++granted) {
      for (std::uint64_t rights = 0; rights <= kRW && !HasFailure(); ++rights) {
        SCOPED_TRACE(fmt::format("level {} grants {}, the leaf {}", level, granted, rights));
        set_rights(above, granted);
        set_rights(leaf, rights);
        driver().invalidate_all();
        expect_rights(kData, granted & rights);
        expect_access(kData, granted & rights);
      }
    }
    set_rights(above, kRights);
  }
}

TEST_P(AtsPack, RealBug06_EveryRightOfEverySize) {
  start_ats();
  for (const PageSize size : {PageSize::k2M, PageSize::k1G}) {
    if (!size_supported(size)) continue;
    Domain domain = tables().create_domain({.id = 2, .levels = 4});
    tables().attach(kDevice, domain, {.device_tlb = true});
    const Iova base(kIova.raw() & ~(page_bytes(size) - 1));
    domain.map(base, HostAddr(kData), size);
    const HostAddr leaf = tables().entry_address(domain, base, static_cast<unsigned>(size) + 1);
    for (std::uint64_t rights = 0; rights <= kRW && !HasFailure(); ++rights) {
      SCOPED_TRACE(fmt::format("size {}, rights {}", page_bytes(size), rights));
      set_rights(leaf, rights);
      driver().invalidate_all();
      expect_rights(entry(kData, size, 0), rights);
      expect_access(kData + kIova.raw() - base.raw(), rights);
    }
  }
}

// From each right to each other one. More of them shows at once, less of them after a flush.
TEST_P(AtsPack, RealBug06_EveryChangeOfRights) {
  Domain domain = start_ats_with_page();
  const HostAddr leaf = tables().entry_address(domain, kIova, 1);
  for (std::uint64_t before = 0; before <= kRW; ++before) {
    for (std::uint64_t after = 0; after <= kRW && !HasFailure(); ++after) {
      SCOPED_TRACE(fmt::format("from {} to {}", before, after));
      set_rights(leaf, before);
      driver().invalidate_all();
      expect_rights(kData, before);
      set_rights(leaf, after);
      if ((before & ~after) != 0) driver().invalidate_all();
      expect_rights(kData, after);
      expect_access(kData, after);
    }
  }
}

DMAR_ATS_SCENARIO(AtsPack);

}  // namespace
}  // namespace dmar
