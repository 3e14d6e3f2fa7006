// SPDX-License-Identifier: Apache-2.0
// Entries of the IOTLB that hold a line of eight pages behind one key: each page comes and goes
// alone, and the place of an entry follows from the guess of a domain, which may be wrong. What of
// it cannot be seen in an answer is seen in who has to walk.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "tests/scenario/rtl_scenario.hpp"

namespace dmar {
namespace {

namespace g = granularity;

constexpr unsigned kLine = 8;

class IotlbLines : public RtlScenario {
 protected:
  static constexpr std::uint64_t kBase = 0x20'0000'0000;

  static Iova page(std::uint64_t number, PageSize size = PageSize::k4K) {
    return Iova(kBase + number * page_bytes(size));
  }
  static HostAddr frame(std::uint64_t number, PageSize size = PageSize::k4K) {
    return HostAddr(kData + number * page_bytes(size));
  }
  static unsigned pages_of(PageSize size) {
    return parameter(size == PageSize::k4K ? "Iotlb4kPages" : "Iotlb2mPages");
  }
  [[nodiscard]] bool supported(PageSize size) const {
    return size == PageSize::k4K || ((config().super_pages & 1) != 0);
  }

  bool hits(Iova address, SourceId source_id = kDevice) {
    const bench::Outcome outcome = unit().wait(unit().submit(read_of(address, 16, source_id)));
    EXPECT_THAT(outcome.completion, IsOkay());
    return outcome.verdict.hit;
  }
};

// Of a line that is cached whole an invalidation takes what it names.
TEST_P(IotlbLines, AnInvalidationTakesThePagesThatItNames) {
  if (!config().page_selective) GTEST_SKIP() << "no page-selective invalidation";
  for (const PageSize size : {PageSize::k4K, PageSize::k2M}) {
    if (!supported(size) || pages_of(size) == 1) continue;
    const unsigned shift = size == PageSize::k4K ? 0 : 9;
    make({});
    Domain domain = start_with_page();
    for (unsigned n = 0; n < 2 * kLine; ++n) domain.map(page(n, size), frame(n, size), size);
    driver().enable_queue();
    for (unsigned mask = 0; mask <= 4; ++mask) {
      if (mask + shift > config().max_address_mask) break;
      for (unsigned first = 0; first < 2 * kLine; first += 1U << mask) {
        SCOPED_TRACE(fmt::format("{} bytes, AM {}, page {}", page_bytes(size), mask, first));
        for (unsigned n = 0; n < 2 * kLine; ++n) hits(page(n, size));
        driver().invalidate(IotlbScope{.granularity = g::kDeviceOrPage,
                                       .domain = 1,
                                       .address = page(first, size),
                                       .address_mask = mask == 0 ? shift : mask + shift});
        // The others first: a miss may bring its whole line.
        for (unsigned n = 0; n < 2 * kLine; ++n) {
          if (n >> mask != first >> mask) {
            EXPECT_TRUE(hits(page(n, size))) << n;
          }
        }
        EXPECT_FALSE(hits(page(first, size)));
      }
    }
  }
}

// One page of a line is mapped anew and invalidated at every clock around the fills of that line:
// no entry mixes two versions of it, and a line is never whole again by what came before.
TEST_P(IotlbLines, APageMappedAnewAtEveryClockOfItsLine) {
  if (!config().page_selective) GTEST_SKIP() << "no page-selective invalidation";
  constexpr unsigned kClocks = 70;
  for (const unsigned changed : {0U, 3U, 7U}) {
    for (unsigned clock = 0; clock < kClocks; ++clock) {
      SCOPED_TRACE(fmt::format("page {}, clock {}", changed, clock));
      make({});
      Domain domain = start_with_page();
      for (unsigned n = 0; n < 2 * kLine; ++n) domain.map(page(n), frame(n));
      driver().enable_queue();
      hits(page(2 * kLine - 2));  // the tables are known, and a stream begins
      std::vector<bench::RtlIommu::Handle> handles;
      for (const unsigned n : {2 * kLine - 3, 2U, 5U, 1U}) {
        handles.push_back(unit().submit(read_of(page(n))));
      }
      unit().step(clock);
      domain.unmap(page(changed));
      domain.map(page(changed), HostAddr(kMoreData));
      driver().invalidate(
          IotlbScope{.granularity = g::kDeviceOrPage, .domain = 1, .address = page(changed)});
      for (unsigned round = 0; round < 2; ++round) {
        for (unsigned n = 0; n < 2 * kLine; ++n) {
          const std::uint64_t data = n == changed ? kMoreData : frame(n).raw();
          EXPECT_THAT(unit().access(read_of(page(n))), Reaches(data)) << n;
        }
      }
      for (const auto &handle : handles) unit().wait(handle);
    }
  }
}

// An invalidation of one page below a larger one takes the larger one, and not its neighbours.
TEST_P(IotlbLines, AnInvalidationOfAPartTakesTheLargePage) {
  if (!config().page_selective || !supported(PageSize::k2M)) GTEST_SKIP() << "4 KiB pages alone";
  Domain domain = start_with_page();
  const PageSize size = PageSize::k2M;
  for (unsigned n = 0; n < kLine; ++n) domain.map(page(n, size), frame(n, size), size);
  driver().enable_queue();
  for (unsigned n = 0; n < kLine; ++n) {
    for (unsigned i = 0; i < kLine; ++i) hits(page(i, size));
    driver().invalidate(IotlbScope{.granularity = g::kDeviceOrPage,
                                   .domain = 1,
                                   .address = Iova(page(n, size).raw() + 5 * kPage)});
    EXPECT_FALSE(hits(page(n, size))) << n;
    if (pages_of(size) > 1) {
      for (unsigned i = 0; i < kLine; ++i) EXPECT_TRUE(hits(page(i, size))) << n << ", " << i;
    }
  }
}

// Lines that share a set: what takes the place of another one has none of its pages.
TEST_P(IotlbLines, ALineHasNothingOfTheOneBefore) {
  const unsigned distance = std::max(parameter("Iotlb4kSets") * parameter("Iotlb4kPages"), kLine);
  const unsigned lines = 3 * parameter("Iotlb4kWays");
  Domain domain = start_with_page();
  // So that a walk for one page brings no other: each line has another page alone.
  for (unsigned round = 0; round < 2; ++round) {
    for (unsigned n = 0; n < lines; ++n) {
      const std::uint64_t first = static_cast<std::uint64_t>(n) * distance;
      for (unsigned i = 0; i < kLine; ++i) {
        if (i != n % kLine) continue;
        if (round == 0) domain.map(page(first + i), frame(n));
        EXPECT_THAT(unit().access(read_of(page(first + i))), IsOkay());
      }
    }
  }
  // All others are faults, though the line of some is there.
  for (unsigned n = 0; n < lines; ++n) {
    const std::uint64_t first = static_cast<std::uint64_t>(n) * distance;
    for (unsigned i = 0; i < kLine; ++i) {
      if (i == n % kLine) continue;
      EXPECT_THAT(unit().access(read_of(page(first + i))), Faults(FaultReason::kReadNotPermitted))
          << n << ", " << i;
    }
  }
}

// Pages of one line that were cached one after the other, with other rights each, and one of which
// the tables have changed since.
TEST_P(IotlbLines, EachPageHasRightsOfItsOwn) {
  if (!config().page_selective) GTEST_SKIP() << "no page-selective invalidation";
  Domain domain = start_with_page();
  for (unsigned n = 0; n < kLine; ++n) {
    domain.map(page(n), frame(3 * n), PageSize::k4K, {.write = n % 2 == 0});
  }
  driver().enable_queue();
  for (unsigned changed = 0; changed < kLine; ++changed) {
    SCOPED_TRACE(changed);
    for (unsigned n = 0; n < kLine; ++n) EXPECT_THAT(unit().access(read_of(page(n))), IsOkay());
    domain.unmap(page(changed));
    domain.map(page(changed), HostAddr(kMoreData + changed * kPage));
    driver().invalidate(
        IotlbScope{.granularity = g::kDeviceOrPage, .domain = 1, .address = page(changed)});
    for (unsigned n = 0; n < kLine; ++n) {
      const std::uint64_t now =
          n <= changed ? kMoreData + n * kPage : kData + 3 * static_cast<std::uint64_t>(n) * kPage;
      EXPECT_THAT(unit().access(read_of(page(n))), Reaches(now)) << n;
      if (n <= changed || n % 2 == 0) {
        EXPECT_THAT(unit().access(write_of(page(n))), Reaches(now)) << n;
      } else {
        EXPECT_THAT(unit().access(write_of(page(n))), Faults(FaultReason::kWriteNotPermitted)) << n;
      }
    }
  }
}

// Devices at the same addresses, each in a domain of its own: all are cached at once.
TEST_P(IotlbLines, DevicesAtTheSameAddresses) {
  if (parameter("DomainGuesses") == 0) GTEST_SKIP() << "sets follow from addresses alone";
  // A line each, and as many as there are contexts, too; of two buses, so that places of guesses
  // follow from the bus, too.
  const auto device = [](unsigned n) { return bdf(1 + n / 32, n % 32, 0); };
  const unsigned devices = std::min({places("Iotlb4k") / 2, places("Context"), 64U});
  std::vector<Domain> domains;
  start_with_page();
  for (unsigned n = 0; n < devices; ++n) {
    Domain domain = tables().create_domain({.id = n + 2, .levels = 4});
    tables().attach(device(n), domain);
    for (unsigned i = 0; i < kLine; ++i) domain.map(page(i), frame(n * kLine + i));
    domains.push_back(domain);
  }
  for (unsigned round = 0; round < 2; ++round) {
    for (unsigned n = 0; n < devices; ++n) {
      for (unsigned i = 0; i < kLine; ++i) hits(page(i), device(n));
    }
  }
  for (unsigned n = 0; n < devices; ++n) {
    for (unsigned i = 0; i < kLine; ++i) {
      EXPECT_TRUE(hits(page(i), device(n))) << n << ", " << i;
    }
  }
}

// Two devices whose domains are guessed in one place, at addresses that would be in the set of each
// other if the guess were believed: each gets its own pages, and learns.
TEST_P(IotlbLines, AWrongGuessIsNoHit) {
  start_with_page();
  // One place: the bus counts in its own bits and in turned ones.
  const std::array devices{bdf(0, 16, 1), bdf(1, 0, 0)};
  std::array domains{tables().create_domain({.id = 2, .levels = 4}),
                     tables().create_domain({.id = 7, .levels = 4})};
  for (unsigned d = 0; d < 2; ++d) {
    tables().attach(devices[d], domains[d]);
    for (unsigned n = 0; n < 64; ++n) {
      domains[d].map(page(n * kLine), HostAddr((d == 0 ? kData : kMoreData) + n * kPage));
    }
  }
  for (unsigned round = 0; round < 4; ++round) {
    for (unsigned n = 0; n < 64; ++n) {
      for (unsigned d = 0; d < 2; ++d) {
        const std::uint64_t data = d == 0 ? kData : kMoreData;
        EXPECT_THAT(unit().access(read_of(page(n * kLine), 16, devices[d])),
                    Reaches(data + n * kPage))
            << n << ", device " << d;
      }
    }
  }
  // Whoever is alone again is learnt at once.
  for (unsigned d = 0; d < 2; ++d) {
    for (unsigned n = 0; n < 3; ++n) hits(page(0), devices[d]);
    EXPECT_TRUE(hits(page(0), devices[d]));
  }
}

// A device that changes its domain keeps nothing of the old one, whatever is guessed.
TEST_P(IotlbLines, AnotherDomainIsLearnt) {
  start_with_page();
  driver().enable_queue();
  for (unsigned n = 0; n < 12; ++n) {
    SCOPED_TRACE(n);
    Domain domain = tables().create_domain({.id = n % 2 == 0 ? 3U : 12U, .levels = 4});
    for (unsigned i = 0; i < kLine; ++i) domain.map(page(i), frame(n * kLine + i));
    tables().attach(kDevice, domain);
    driver().invalidate(ContextScope{.granularity = g::kGlobal});
    driver().invalidate(IotlbScope{.granularity = g::kGlobal});
    for (unsigned i = 0; i < kLine; ++i) {
      EXPECT_THAT(unit().access(read_of(page(i))), Reaches(frame(n * kLine + i).raw())) << i;
    }
    if (reach("Iotlb4k") > 1) {
      EXPECT_TRUE(hits(page(kLine - 1)));
    }
  }
}

DMAR_RTL_SCENARIO(IotlbLines);

}  // namespace
}  // namespace dmar
