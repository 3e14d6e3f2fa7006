// SPDX-License-Identifier: Apache-2.0
// Changes that need no invalidation with CAP.CM = 0 (VT-d 6.1): what was not present, faulting or
// less permissive is looked up again.
#include "tests/scenario/freshness.hpp"

namespace dmar {
namespace {

class FreshUpgrades : public Freshness {};

// RealBug41: nothing that faulted is remembered; what becomes present is seen at once.
TEST_P(FreshUpgrades, RealBug41_NotPresentToPresentNeedsNoInvalidation) {
  start();
  expect_fault(read_of(kIova), FaultReason::kRootNotPresent);
  tables().make_context_table(kDevice);
  expect_fault(read_of(kIova), FaultReason::kContextNotPresent);
  Domain domain = attach_domain();
  expect_fault(read_of(kIova), FaultReason::kReadNotPermitted);  // the top level is empty
  for (unsigned level = 4; level >= 2; --level) {
    const HostAddr entry = tables().entry_address(domain, kIova, level);
    memory().write64(entry, tables().pages().allocate().raw() | 3);
    expect_fault(read_of(kIova), FaultReason::kReadNotPermitted);
  }
  domain.map(kIova, HostAddr(kData));
  EXPECT_THAT(access(read_of(kIova)), Reaches(kData));
}

// An entry repaired after a reserved-bit fault or an error of memory: likewise.
TEST_P(FreshUpgrades, RepairedEntriesNeedNoInvalidation) {
  Domain domain = attach_domain();
  domain.map(kIova, HostAddr(kData));
  start();
  for (unsigned level = 1; level <= 4; ++level) {
    driver().invalidate_all();
    const HostAddr entry = tables().entry_address(domain, kIova, level);
    const std::uint64_t good = memory().read64(entry);
    memory().write64(entry, good | bit(62));
    expect_fault(read_of(kIova), FaultReason::kPagingEntryReserved);
    memory().write64(entry, good);
    EXPECT_THAT(access(read_of(kIova)), Reaches(kData));
  }
}

// More rights on any level are seen by the next request that lacked them.
TEST_P(FreshUpgrades, PermissionUpgradeOnEveryLevel) {
  Domain domain = start_with_page();
  for (unsigned level = 1; level <= 4; ++level) {
    const HostAddr entry = tables().entry_address(domain, kIova, level);
    const std::uint64_t good = memory().read64(entry);
    memory().write64(entry, good & ~second_stage::kWrite);
    driver().invalidate_all();
    EXPECT_THAT(access(read_of(kIova)), Reaches(kData));
    expect_fault(write_of(kIova), FaultReason::kWriteNotPermitted);
    memory().write64(entry, good);
    EXPECT_THAT(access(write_of(kIova)), Reaches(kData));
  }
}

DMAR_SCENARIO(FreshUpgrades);

}  // namespace
}  // namespace dmar
