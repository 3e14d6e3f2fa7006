// SPDX-License-Identifier: Apache-2.0
// The caches hold as much as they are built for, keep what is in use, and lose what an invalidation
// names and no more. None of that can be seen in an answer, only in who has to walk.
#include <fmt/format.h>

#include <algorithm>

#include "tests/scenario/rtl_scenario.hpp"

namespace dmar {
namespace {

namespace g = granularity;

class Capacity : public RtlScenario {
 protected:
  static constexpr std::uint64_t kBase = 0x20'0000'0000;

  bool hits(Iova address, SourceId source_id = kDevice) {
    const bench::Outcome outcome = unit().wait(unit().submit(read_of(address, 16, source_id)));
    EXPECT_THAT(outcome.completion, IsOkay());
    return outcome.verdict.hit;
  }

  // Pages from one of a set to the next one of it.
  [[nodiscard]] static unsigned set_distance() {
    return parameter("Iotlb4kSets") * parameter("Iotlb4kPages");
  }
  [[nodiscard]] static unsigned ways() { return parameter("Iotlb4kWays"); }
  [[nodiscard]] static unsigned pages(PageSize size) {
    return reach(size == PageSize::k4K ? "Iotlb4k" : size == PageSize::k2M ? "Iotlb2m" : "Iotlb1g");
  }
  // Nothing but one entry in each cache.
  [[nodiscard]] static bool smallest() { return reach("Iotlb4k") == 1; }
  [[nodiscard]] bool supported(PageSize size) const {
    return size == PageSize::k4K || ((config().super_pages >> (static_cast<int>(size) - 1)) & 1);
  }

  static Iova page(std::uint64_t number, PageSize size = PageSize::k4K) {
    return Iova(kBase + number * page_bytes(size));
  }
  // 64 frames in turn: none is at the addresses of interrupts.
  static HostAddr frame(std::uint64_t number, PageSize size = PageSize::k4K) {
    return HostAddr(kData + number % 64 * page_bytes(size));
  }
  static SourceId device(unsigned number) { return bdf(1, number % 32, number / 32); }
};

TEST_P(Capacity, EveryPlaceOfTheIotlb) {
  for (const PageSize size : {PageSize::k4K, PageSize::k2M, PageSize::k1G}) {
    SCOPED_TRACE(page_bytes(size));
    make({});
    if (!supported(size)) continue;
    Domain domain = start_with_page();
    for (unsigned n = 0; n < pages(size); ++n) domain.map(page(n, size), frame(n, size), size);
    for (unsigned n = 0; n < pages(size); ++n) hits(page(n, size));
    for (unsigned n = 0; n < pages(size); ++n) EXPECT_TRUE(hits(page(n, size))) << n;
  }
}

TEST_P(Capacity, EveryPlaceOfTheContextCache) {
  const unsigned devices = std::min(places("Context"), 64U);
  const Domain domain = start_with_page();
  for (unsigned n = 0; n < devices; ++n) tables().attach(device(n), domain);
  for (unsigned n = 0; n < devices; ++n) EXPECT_FALSE(hits(kIova, device(n))) << n;
  for (unsigned n = 0; n < devices; ++n) EXPECT_TRUE(hits(kIova, device(n))) << n;
}

// Pages that share a set: one that is used between the others stays, whichever way it is in, and so
// does the newest.
TEST_P(Capacity, KeepsWhatIsInUse) {
  Domain domain = start_with_page();
  const unsigned rounds = 3 * ways();
  for (unsigned n = 0; n < rounds; ++n) domain.map(page(n * set_distance()), frame(n));
  for (unsigned n = 0; n < rounds; ++n) {
    EXPECT_FALSE(hits(page(n * set_distance()))) << n;
    EXPECT_TRUE(hits(page(n * set_distance()))) << n;
    if (ways() > 1) {
      EXPECT_TRUE(hits(page(0))) << n;
    }
  }
}

// Of pages that share a set the one goes that was not used for longest, whoever used the others.
TEST_P(Capacity, WhatIsUsedByReadsOrWritesStays) {
  if (ways() == 1) return;
  Domain domain = start_with_page();
  for (unsigned n = 0; n < 2 * ways(); ++n) domain.map(page(n * set_distance()), frame(n));
  // Another set: not in the same line nor in the next one, which may come along.
  const unsigned elsewhere = ways() * set_distance() + set_distance() / 2;
  domain.map(page(elsewhere), HostAddr(kMoreData));
  const auto hits_by = [this](AccessKind kind, unsigned n) {
    Request request = read_of(page(n * set_distance()));
    request.kind = kind;
    return unit().wait(unit().submit(request)).verdict.hit;
  };
  for (const AccessKind kind : {AccessKind::kRead, AccessKind::kWrite}) {
    for (unsigned left_out = 0; left_out < ways(); ++left_out) {
      SCOPED_TRACE(fmt::format("write {}, left out {}", kind == AccessKind::kWrite, left_out));
      driver().invalidate_all();
      for (unsigned n = 0; n < ways(); ++n) hits_by(kind, n);
      for (unsigned n = 0; n < 2 * ways(); ++n) {
        if (n % ways() != left_out) {
          EXPECT_TRUE(hits_by(kind, n % ways()));
        }
      }
      // A fill elsewhere comes before, and must not choose for the next one.
      if (parameter("Iotlb4kSets") > 1) hits(page(elsewhere));
      EXPECT_FALSE(hits_by(kind, ways()));
      for (unsigned n = 0; n < ways(); ++n) {
        if (n != left_out) {
          EXPECT_TRUE(hits_by(kind, n)) << n;
        }
      }
    }
  }
}

// A page that may not be accessed is not remembered, and drives nothing out. A fault takes two
// walks.
TEST_P(Capacity, FaultsTakeNoPlace) {
  Domain domain = start_with_page();
  for (unsigned n = 0; n < 2; ++n) domain.map(page(n), frame(n));
  hits(page(0));
  for (unsigned n = 2; n < 4 * ways(); ++n) {
    EXPECT_THAT(unit().access(read_of(page(n * set_distance()))),
                Faults(FaultReason::kReadNotPermitted));
  }
  EXPECT_TRUE(hits(page(0)));
}

TEST_P(Capacity, AnIotlbInvalidationTakesNoMoreThanItNames) {
  if (smallest()) return;  // one entry
  Domain domain = start_with_page();
  Domain other = tables().create_domain({.id = 2, .levels = 4});
  tables().attach(kNeighbour, other);
  // So far apart that none is fetched along with another, where lines are read, and none drives
  // another out.
  const unsigned shift = parameter("LeafLines") == 0 ? 3 : 4;
  ASSERT_GE(set_distance() >> shift, 8U);
  const unsigned apart = 1U << shift;
  for (unsigned n = 0; n < 8; ++n) domain.map(page(n * apart), frame(n));
  other.map(page(1), frame(0));
  driver().enable_queue();
  const auto warm = [&] {
    for (unsigned n = 0; n < 8; ++n) hits(page(n * apart));
    hits(page(1), kNeighbour);
  };
  if (config().page_selective) {
    for (const unsigned mask : {0U, 1U, 2U}) {
      SCOPED_TRACE(fmt::format("AM {}", mask));
      warm();
      driver().invalidate(IotlbScope{.granularity = g::kDeviceOrPage,
                                     .domain = 1,
                                     .address = page(4 * apart),
                                     .address_mask = mask == 0 ? 0 : mask + shift});
      for (unsigned n = 0; n < 8; ++n) {
        EXPECT_EQ(hits(page(n * apart)), n >> mask != 4U >> mask) << n;
      }
      EXPECT_TRUE(hits(page(1), kNeighbour));
    }
  }
  warm();
  driver().invalidate(IotlbScope{.granularity = g::kDomain, .domain = 1});
  EXPECT_TRUE(hits(page(1), kNeighbour));
  for (unsigned n = 0; n < 8; ++n) EXPECT_FALSE(hits(page(n * apart))) << n;
}

TEST_P(Capacity, AContextInvalidationTakesNoMoreThanItNames) {
  if (smallest()) return;  // one entry
  const Domain domain = start_with_page();
  Domain other = tables().create_domain({.id = 2, .levels = 4});
  other.map(Iova(kIova.raw() + kPage), HostAddr(kMoreData));
  const auto address = [](unsigned n) { return n % 2 == 0 ? kIova : Iova(kIova.raw() + kPage); };
  for (unsigned n = 0; n < 8; ++n) tables().attach(device(n), n % 2 == 0 ? domain : other);
  driver().enable_queue();
  const auto warm = [&] {
    for (unsigned n = 0; n < 8; ++n) hits(address(n), device(n));
  };
  warm();
  driver().invalidate(ContextScope{
      .granularity = g::kDeviceOrPage, .domain = 1, .source_id = device(4), .function_mask = 0});
  for (unsigned n = 0; n < 8; ++n) EXPECT_EQ(hits(address(n), device(n)), n != 4) << n;
  warm();
  driver().invalidate(ContextScope{.granularity = g::kDomain, .domain = 2});
  for (unsigned n = 0; n < 8; ++n) EXPECT_EQ(hits(address(n), device(n)), n % 2 == 0) << n;
}

DMAR_RTL_SCENARIO(Capacity);

}  // namespace
}  // namespace dmar
