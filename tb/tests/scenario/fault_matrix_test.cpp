// SPDX-License-Identifier: Apache-2.0
// Every end that a walk can take, for every kind of request: the level that is broken and how, the
// size of the page and what it grants.
#include <array>

#include "tests/scenario/scenario.hpp"

namespace dmar {
namespace {

constexpr std::array kKinds{AccessKind::kRead, AccessKind::kWrite, AccessKind::kAtomic,
                            AccessKind::kZeroLengthRead};
constexpr std::array kSizes{PageSize::k4K, PageSize::k2M, PageSize::k1G};

// What a page that grants nothing gives.
FaultReason refusal(AccessKind kind) {
  const bool writes = kind == AccessKind::kWrite || kind == AccessKind::kAtomic;
  return writes ? FaultReason::kWriteNotPermitted : FaultReason::kReadNotPermitted;
}

unsigned leaf_level(PageSize size) { return static_cast<unsigned>(size) + 1; }

class FaultMatrix : public Scenario {
 protected:
  // kDevice in a domain of its own, with nothing of the last one left in the unit.
  Domain fresh_domain(unsigned id, unsigned levels) {
    const Domain domain = tables().create_domain({.id = id, .levels = levels});
    tables().attach(kDevice, domain);
    if (!started_) start();
    started_ = true;
    driver().invalidate_all();
    return domain;
  }
  void expect_fault_of_every_kind(FaultReason reason) {
    for (const AccessKind kind : kKinds) expect_fault(request_of(kind, kIova), reason);
    driver().invalidate_all();
  }
  [[nodiscard]] bool supported(PageSize size) const {
    return second_stage::may_be_leaf(config(), leaf_level(size));
  }
  static Iova aligned(PageSize size) { return Iova(kIova.raw() & ~(page_bytes(size) - 1)); }

 private:
  bool started_ = false;
};

TEST_P(FaultMatrix, EachLevelBrokenInEachWay) {
  for (unsigned levels = 3; levels <= 5; ++levels) {
    if (!levels_supported(levels)) continue;
    Domain domain = fresh_domain(levels, levels);
    domain.map(kIova, HostAddr(kData));
    for (unsigned level = levels; level >= 1; --level) {
      SCOPED_TRACE(::testing::Message() << "level " << level << " of " << levels);
      const HostAddr entry = tables().entry_address(domain, kIova, level);
      memory().inject_error(entry, HostAddr(entry.raw() + 7));
      expect_fault_of_every_kind(level == levels ? FaultReason::kContextInvalid
                                                 : FaultReason::kPagingEntryAccess);
      memory().clear_errors();
      {
        const Spoil reserved(memory(), entry, memory().read64(entry) | bit(62));
        expect_fault_of_every_kind(FaultReason::kPagingEntryReserved);
      }
      const Spoil absent(memory(), entry, 0);
      for (const AccessKind kind : kKinds) expect_fault(request_of(kind, kIova), refusal(kind));
      driver().invalidate_all();
    }
    for (const AccessKind kind : kKinds) EXPECT_THAT(access(request_of(kind, kIova)), IsOkay());
  }
}

TEST_P(FaultMatrix, EachPageSizeWithEachPermission) {
  for (const PageSize size : kSizes) {
    if (!supported(size)) continue;
    SCOPED_TRACE(::testing::Message() << "page of level " << leaf_level(size));
    Domain readable = fresh_domain(1, 4);
    readable.map(aligned(size), HostAddr(kData), size, {.write = false});
    EXPECT_THAT(access(request_of(AccessKind::kRead, kIova)), IsOkay());
    EXPECT_THAT(access(request_of(AccessKind::kZeroLengthRead, kIova)), IsOkay());
    expect_fault(request_of(AccessKind::kWrite, kIova), FaultReason::kWriteNotPermitted);
    expect_fault(request_of(AccessKind::kAtomic, kIova), FaultReason::kWriteNotPermitted);

    Domain writable = fresh_domain(2, 4);
    writable.map(aligned(size), HostAddr(kData), size, {.read = false});
    EXPECT_THAT(access(request_of(AccessKind::kWrite, kIova)), IsOkay());
    expect_fault(request_of(AccessKind::kRead, kIova), FaultReason::kReadNotPermitted);
    expect_fault(request_of(AccessKind::kAtomic, kIova), FaultReason::kReadNotPermitted);
    if (!config().zero_length_read) {
      expect_fault(request_of(AccessKind::kZeroLengthRead, kIova), FaultReason::kReadNotPermitted);
    }

    // The levels agree on nothing: a page for writes below an entry for reads.
    const HostAddr above = tables().entry_address(writable, kIova, leaf_level(size) + 1);
    const Spoil reads(memory(), above,
                      (memory().read64(above) | second_stage::kRead) & ~second_stage::kWrite);
    driver().invalidate_all();
    for (const AccessKind kind : kKinds) expect_fault(request_of(kind, kIova), refusal(kind));
  }
}

TEST_P(FaultMatrix, EachPageSizeOverTheInterruptRange) {
  constexpr std::uint64_t kRange = 0xFEE0'0000;
  for (const PageSize size : kSizes) {
    if (!supported(size)) continue;
    SCOPED_TRACE(::testing::Message() << "page of level " << leaf_level(size));
    Domain domain = fresh_domain(1 + leaf_level(size), 4);
    const std::uint64_t inside = kRange & (page_bytes(size) - 1);
    domain.map(aligned(size), HostAddr(kRange - inside), size);
    for (const AccessKind kind : kKinds) {
      expect_fault(request_of(kind, Iova(aligned(size).raw() + inside)),
                   FaultReason::kInterruptRangeOutput);
    }
  }
}

DMAR_SCENARIO(FaultMatrix);

}  // namespace
}  // namespace dmar
