// SPDX-License-Identifier: Apache-2.0
// Context-cache invalidation (VT-d 6.5.2.1): granularities, function masks, domain switches, root
// entries.
#include <fmt/format.h>

#include <optional>

#include "tests/scenario/freshness.hpp"

namespace dmar {
namespace {

namespace g = granularity;

class FreshContexts : public Freshness {
 protected:
  // Two domains that map kIova to different places.
  void make_domains() {
    first_ = tables().create_domain({.id = 1, .levels = 4});
    second_ = tables().create_domain({.id = 2, .levels = 4});
    first_->map(kIova, HostAddr(kData));
    second_->map(kIova, HostAddr(kMoreData));
  }
  std::optional<Domain> first_, second_;
};

// RealBug18, RealBug37: the switch of a device, in both directions, with every scope that covers
// it.
TEST_P(FreshContexts, RealBug37_DomainSwitchBothWays) {
  make_domains();
  tables().attach(kDevice, *first_);
  start();
  on_both_paths([&] {
    unsigned now = 1;
    const std::size_t scopes = covering(1, kDevice).size();
    for (std::size_t n = 0; n < 2 * scopes; ++n) {
      EXPECT_THAT(access(read_of(kIova)), Reaches(now == 1 ? kData : kMoreData));
      tables().attach(kDevice, now == 1 ? *second_ : *first_);
      driver().invalidate(covering(now, kDevice)[n % scopes]);
      driver().invalidate(IotlbScope{.granularity = g::kDomain, .domain = now});
      now = 3 - now;
      EXPECT_THAT(access(read_of(kIova)), Reaches(now == 1 ? kData : kMoreData)) << n;
    }
  });
}

TEST_P(FreshContexts, DetachedDeviceIsBlocked) {
  make_domains();
  start();
  on_both_paths([&] {
    for (const ContextScope &scope : covering(1, kDevice)) {
      tables().attach(kDevice, *first_);
      EXPECT_THAT(access(write_of(kIova)), Reaches(kData));
      tables().detach(kDevice);
      driver().invalidate(scope);
      driver().invalidate(IotlbScope{.granularity = g::kDomain, .domain = 1});
      expect_fault(write_of(kIova), FaultReason::kContextNotPresent);
    }
  });
}

// Same domain id, new table: the context entry and the IOTLB have to go.
TEST_P(FreshContexts, RealBug18_NewTableUnderTheSameId) {
  make_domains();
  Domain again = tables().create_domain({.id = 1, .levels = 4});
  again.map(kIova, HostAddr(kMoreData));
  tables().attach(kDevice, *first_);
  start();
  on_both_paths([&] {
    bool swapped = false;
    for (const ContextScope &scope : covering(1, kDevice)) {
      EXPECT_THAT(access(read_of(kIova)), Reaches(swapped ? kMoreData : kData));
      swapped = !swapped;
      tables().attach(kDevice, swapped ? again : *first_);
      driver().invalidate(scope);
      driver().invalidate(IotlbScope{.granularity = g::kDomain, .domain = 1});
      EXPECT_THAT(access(read_of(kIova)), Reaches(swapped ? kMoreData : kData));
    }
  });
}

// FM: 1 ignores function bit 2, 2 bits 2:1, 3 all three.
TEST_P(FreshContexts, FunctionMasksCoverTheirFunctions) {
  make_domains();
  for (unsigned function = 0; function < 8; ++function) {
    tables().attach(bdf(0, 6, function), *first_);
  }
  start();
  constexpr unsigned kIgnored[]{0, 4, 6, 7};
  on_both_paths([&] {
    for (unsigned mask = 0; mask < 4; ++mask) {
      for (unsigned named = 0; named < 8; ++named) {
        for (unsigned function = 0; function < 8; ++function) {
          tables().attach(bdf(0, 6, function), *first_);
        }
        driver().invalidate_all();
        for (unsigned function = 0; function < 8; ++function) {
          EXPECT_THAT(access(read_of(kIova, 16, bdf(0, 6, function))), Reaches(kData));
          tables().attach(bdf(0, 6, function), *second_);
        }
        driver().invalidate(ContextScope{.granularity = g::kDeviceOrPage,
                                         .domain = 1,
                                         .source_id = bdf(0, 6, named),
                                         .function_mask = mask});
        driver().invalidate(IotlbScope{.granularity = g::kDomain, .domain = 1});
        for (unsigned function = 0; function < 8; ++function) {
          if (((function ^ named) & ~kIgnored[mask]) != 0) continue;  // not covered
          EXPECT_THAT(access(read_of(kIova, 16, bdf(0, 6, function))), Reaches(kMoreData))
              << fmt::format("FM {}, named {}, function {}", mask, named, function);
        }
      }
    }
  });
}

// A root entry moves to another context table.
TEST_P(FreshContexts, RootEntryChange) {
  make_domains();
  tables().attach(kDevice, *first_);
  start();
  const HostAddr root = tables().root_entry_address(kDevice);
  const HostAddr copy = tables().pages().allocate();
  const HostAddr context = tables().context_entry_address(kDevice);
  const std::uint64_t devfn = 16 * (kDevice.raw() & 0xFF);
  memory().write64(HostAddr(copy.raw() + devfn), second_->root().raw() | 1);
  memory().write64(HostAddr(copy.raw() + devfn + 8),
                   memory().read64(HostAddr(context.raw() + 8)) | bit(9));  // id 3, 4 levels
  on_both_paths([&] {
    EXPECT_THAT(access(read_of(kIova)), Reaches(kData));
    const Spoil moved(memory(), root, copy.raw() | 1);
    driver().invalidate_all();
    EXPECT_THAT(access(read_of(kIova)), Reaches(kMoreData));
    memory().write64(root, 0);
    driver().invalidate_all();
    expect_fault(read_of(kIova), FaultReason::kRootNotPresent);
  });
}

// From translated to pass-through and back.
TEST_P(FreshContexts, TranslationTypeChange) {
  make_domains();
  tables().attach(kDevice, *first_);
  start();
  if (!config().pass_through) {
    EXPECT_THROW(tables().attach_pass_through(kDevice, 3), std::invalid_argument);
    return;
  }
  on_both_paths([&] {
    EXPECT_THAT(access(read_of(kIova)), Reaches(kData));
    tables().attach_pass_through(kDevice, 3);
    driver().invalidate(
        ContextScope{.granularity = g::kDeviceOrPage, .domain = 1, .source_id = kDevice});
    driver().invalidate(IotlbScope{.granularity = g::kDomain, .domain = 1});
    EXPECT_THAT(access(read_of(kIova)), Reaches(kIova.raw()));
    tables().attach(kDevice, *first_);
    driver().invalidate(
        ContextScope{.granularity = g::kDeviceOrPage, .domain = 3, .source_id = kDevice});
    driver().invalidate(IotlbScope{.granularity = g::kDomain, .domain = 3});
  });
}

// FPD set later is in force once the entry is invalidated, and cached entries carry it.
TEST_P(FreshContexts, FaultProcessingDisableIsCachedWithTheEntry) {
  make_domains();
  tables().attach(kDevice, *first_, {.fault_processing_disable = true});
  start();
  EXPECT_THAT(access(read_of(kIova)), Reaches(kData));
  expect_unrecorded_fault(read_of(Iova(0x5000)), FaultReason::kReadNotPermitted);
  tables().attach(kDevice, *first_);
  driver().invalidate_all();
  expect_fault(read_of(Iova(0x5000)), FaultReason::kReadNotPermitted);
}

// RealBug17: software that does not clear P first; each intermediate state gives its own outcome.
TEST_P(FreshContexts, RealBug17_EveryIntermediateState) {
  make_domains();
  tables().attach(kDevice, *first_);
  start();
  const HostAddr lo = tables().context_entry_address(kDevice);
  const HostAddr hi(lo.raw() + 8);
  memory().write64(hi, (std::uint64_t{2} << 8) | 2);  // new id, old table
  driver().invalidate_all();
  EXPECT_THAT(access(read_of(kIova)), Reaches(kData));
  memory().write64(lo, second_->root().raw() | 1);
  driver().invalidate_all();
  EXPECT_THAT(access(read_of(kIova)), Reaches(kMoreData));
  memory().write64(lo, 0);
  driver().invalidate_all();
  expect_fault(read_of(kIova), FaultReason::kContextNotPresent);
  memory().write64(hi, 0);
  memory().write64(lo, first_->root().raw() | 1);  // AW = 0
  expect_fault(read_of(kIova), FaultReason::kContextInvalid);
}

// More devices than the context cache holds.
TEST_P(FreshContexts, MoreDevicesThanTheCacheHolds) {
  make_domains();
  for (unsigned n = 0; n < 120; ++n) tables().attach(bdf(n % 3, n / 8, n % 8), *first_);
  start();
  for (unsigned round = 0; round < 2; ++round) {
    for (unsigned n = 0; n < 120; ++n) {
      EXPECT_THAT(access(read_of(kIova, 16, bdf(n % 3, n / 8, n % 8))), Reaches(kData));
    }
  }
  for (unsigned n = 0; n < 120; ++n) tables().attach(bdf(n % 3, n / 8, n % 8), *second_);
  driver().invalidate(ContextScope{.granularity = g::kDomain, .domain = 1});
  driver().invalidate(IotlbScope{.granularity = g::kDomain, .domain = 1});
  for (unsigned n = 0; n < 120; ++n) {
    EXPECT_THAT(access(read_of(kIova, 16, bdf(n % 3, n / 8, n % 8))), Reaches(kMoreData));
  }
}

DMAR_SCENARIO(FreshContexts);

}  // namespace
}  // namespace dmar
