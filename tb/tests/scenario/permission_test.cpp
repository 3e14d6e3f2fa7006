// SPDX-License-Identifier: Apache-2.0
// Who may do what: permissions accumulated over the levels, zero-length reads, atomics
// (VT-d 3.7.1), and requests that nothing translates.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "tests/scenario/scenario.hpp"

namespace dmar {
namespace {

constexpr std::array kKinds{AccessKind::kRead, AccessKind::kWrite, AccessKind::kAtomic,
                            AccessKind::kZeroLengthRead};

class Permission : public Scenario {
 protected:
  // The fault that a request of `kind` gets when the tables grant `read` and `write`.
  [[nodiscard]] std::optional<FaultReason> denial(AccessKind kind, bool read, bool write) const {
    const bool writes = kind == AccessKind::kWrite || kind == AccessKind::kAtomic;
    if (writes && !write) return FaultReason::kWriteNotPermitted;
    if (kind == AccessKind::kWrite || read) return std::nullopt;
    const bool length_zero = kind == AccessKind::kZeroLengthRead;
    if (length_zero && write && config().zero_length_read) return std::nullopt;
    return FaultReason::kReadNotPermitted;
  }

  void check(AccessKind kind, Iova iova, bool read, bool write) {
    SCOPED_TRACE(fmt::format("kind {}, R={} W={}", static_cast<int>(kind), read, write));
    if (const auto reason = denial(kind, read, write)) {
      expect_fault(request_of(kind, iova), *reason);
      return;
    }
    const Completion completion = access(request_of(kind, iova));
    EXPECT_THAT(completion, IsOkay());
    if (kind != AccessKind::kZeroLengthRead) {
      EXPECT_EQ(completion.address, HostAddr(kData));
    }
  }
};

TEST_P(Permission, EveryKindAgainstEveryLeaf) {
  Domain domain = start_with_page();
  const HostAddr leaf = tables().entry_address(domain, kIova, 1);
  for (const AccessKind kind : kKinds) {
    for (unsigned rights = 0; rights < 4; ++rights) {
      memory().write64(leaf, kData | rights);
      driver().invalidate_all();
      check(kind, kIova, (rights & 1) != 0, (rights & 2) != 0);
      check(kind, kIova, (rights & 1) != 0, (rights & 2) != 0);  // through the caches
    }
  }
}

// Each pair of levels, each combination: a right counts only when every level grants it.
TEST_P(Permission, RightsAreTheAndOfAllLevels) {
  Domain domain = start_with_page();
  for (unsigned upper = 2; upper <= 4; ++upper) {
    for (unsigned lower = 1; lower < upper; ++lower) {
      const HostAddr high = tables().entry_address(domain, kIova, upper);
      const HostAddr low = tables().entry_address(domain, kIova, lower);
      for (unsigned rights = 0; rights < 16; ++rights) {
        const std::uint64_t at_high = (memory().read64(high) & ~std::uint64_t{3}) | (rights & 3);
        const std::uint64_t at_low = (memory().read64(low) & ~std::uint64_t{3}) | (rights >> 2);
        const Spoil spoil_high(memory(), high, at_high);
        const Spoil spoil_low(memory(), low, at_low);
        driver().invalidate_all();
        SCOPED_TRACE(fmt::format("levels {} and {}, rights {:#x}", upper, lower, rights));
        const unsigned granted = rights & (rights >> 2) & 3;
        for (const AccessKind kind : {AccessKind::kRead, AccessKind::kWrite}) {
          check(kind, kIova, (granted & 1) != 0, (granted & 2) != 0);
        }
      }
    }
  }
}

TEST_P(Permission, LargePagesCarryRightsToo) {
  Domain domain = attach_domain();
  start();
  for (const PageSize size : {PageSize::k2M, PageSize::k1G}) {
    const unsigned level = static_cast<unsigned>(size) + 1;
    const Iova iova(0x10'0000'0000 * level);
    const bool supported = second_stage::may_be_leaf(config(), level);
    if (!supported) {
      EXPECT_THROW(domain.map(iova, HostAddr(kData), size), std::invalid_argument);
      continue;
    }
    domain.map(iova, HostAddr(kData), size);
    const HostAddr leaf = tables().entry_address(domain, iova, level);
    for (unsigned rights = 0; rights < 4; ++rights) {
      memory().write64(leaf, kData | second_stage::kPageSize | rights);
      driver().invalidate_all();
      for (const AccessKind kind : kKinds) {
        check(kind, iova, (rights & 1) != 0, (rights & 2) != 0);
      }
    }
  }
}

// A paging-structure cache has to remember what the levels above granted.
TEST_P(Permission, NeighbourPageBelowARestrictedTable) {
  Domain domain = start_with_page();
  domain.map(Iova(kIova.raw() + kPage), HostAddr(kData + kPage));
  const HostAddr upper = tables().entry_address(domain, kIova, 3);
  memory().write64(upper, memory().read64(upper) & ~second_stage::kWrite);
  EXPECT_THAT(access(read_of(kIova)), Reaches(kData));
  expect_fault(write_of(Iova(kIova.raw() + kPage)), FaultReason::kWriteNotPermitted);
  EXPECT_THAT(access(read_of(Iova(kIova.raw() + kPage))), Reaches(kData + kPage));
  expect_fault(request_of(AccessKind::kAtomic, kIova), FaultReason::kWriteNotPermitted);
}

// Legacy mode knows neither privilege nor execute permission.
TEST_P(Permission, PrivilegeAndExecuteDoNotMatter) {
  start_with_page({.read = true, .write = false});
  Request request = read_of(kIova);
  request.privileged = true;
  request.execute = true;
  EXPECT_THAT(access(request), Reaches(kData));
  request.kind = AccessKind::kWrite;
  expect_fault(request, FaultReason::kWriteNotPermitted);
}

TEST_P(Permission, PassThrough) {
  if (!config().pass_through) {
    tables().attach(kDevice, tables().create_domain({.id = 1}));
    const HostAddr entry = tables().context_entry_address(kDevice);
    memory().write64(entry, memory().read64(entry) | (context_entry::kPassThrough << 2));
    start();
    expect_fault(read_of(kIova), FaultReason::kContextInvalid);
    return;
  }
  tables().attach_pass_through(kDevice, 5);
  start();
  for (const AccessKind kind : kKinds) EXPECT_THAT(access(request_of(kind, kIova)), IsOkay());
  EXPECT_THAT(access(read_of(kIova)), Reaches(kIova.raw()));
  Request no_snoop = write_of(kIova);
  no_snoop.no_snoop = true;
  EXPECT_FALSE(access(no_snoop).snoop);
  const unsigned width = config().host_address_width;
  EXPECT_THAT(access(write_of(Iova(bit(width) - 64))), Reaches(bit(width) - 64));
  for (unsigned n = width; n < 64; ++n) {
    expect_fault(write_of(Iova(bit(n))), FaultReason::kAddressBeyondWidth);
  }
}

// The width that the entry states binds pass-through as it binds tables (VT-d 9.3, AW).
TEST_P(Permission, PassThroughStaysBelowTheWidthOfItsEntry) {
  if (!config().pass_through) return;
  start();
  for (unsigned levels = 3; levels <= 5; ++levels) {
    if (((config().sagaw >> (levels - second_stage::kTopOfAw)) & 1) == 0) continue;
    SCOPED_TRACE(levels);
    tables().attach_pass_through(kDevice, 5);
    const HostAddr high(tables().context_entry_address(kDevice).raw() + 8);
    const std::uint64_t aw = levels - second_stage::kTopOfAw;
    memory().write64(high, (memory().read64(high) & ~std::uint64_t{7}) | aw);
    driver().invalidate_all();
    const unsigned width =
        std::min(config().host_address_width, second_stage::input_width(config(), levels));
    for (unsigned n = 32; n < 64; ++n) {
      SCOPED_TRACE(n);
      if (n < width) {
        EXPECT_THAT(access(write_of(Iova(bit(n)))), Reaches(bit(n)));
      } else {
        expect_fault(write_of(Iova(bit(n))), FaultReason::kAddressBeyondWidth);
      }
    }
  }
}

// SSPTPTR means nothing to pass-through, its upper bits included; AW counts all the same.
TEST_P(Permission, PassThroughIgnoresThePointer) {
  if (!config().pass_through) {
    EXPECT_THROW(tables().attach_pass_through(kDevice, 5), std::invalid_argument);
    return;
  }
  tables().attach_pass_through(kDevice, 5);
  const HostAddr entry = tables().context_entry_address(kDevice);
  start();
  for (unsigned n = 12; n < 64; ++n) {
    const Spoil spoil(memory(), entry, memory().read64(entry) | bit(n));
    driver().invalidate_all();
    EXPECT_THAT(access(read_of(kIova)), Reaches(kIova.raw())) << n;
  }
  const HostAddr hi(entry.raw() + 8);
  for (unsigned aw = 0; aw < 8; ++aw) {
    const Spoil spoil(memory(), hi, (memory().read64(hi) & ~std::uint64_t{7}) | aw);
    driver().invalidate_all();
    if (aw >= 1 && aw <= 3 && ((config().sagaw >> aw) & 1) != 0) {
      EXPECT_THAT(access(read_of(kIova)), Reaches(kIova.raw())) << aw;
    } else {
      expect_fault(read_of(kIova), FaultReason::kContextInvalid);
    }
  }
}

TEST_P(Permission, TranslationOffPassesEverything) {
  for (const AccessKind kind : kKinds) EXPECT_THAT(access(request_of(kind, kIova)), IsOkay());
  EXPECT_THAT(access(read_of(kIova)), Reaches(kIova.raw()));
  EXPECT_THAT(access(write_of(Iova(0x10), 16)), Reaches(0x10));
  Request no_snoop = write_of(kIova);
  no_snoop.no_snoop = true;
  EXPECT_FALSE(access(no_snoop).snoop);
  EXPECT_EQ(driver().fault_status(), 0U);
}

DMAR_SCENARIO(Permission);

}  // namespace
}  // namespace dmar
