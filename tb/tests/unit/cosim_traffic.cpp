// SPDX-License-Identifier: Apache-2.0
// Who did what: by function, by domain, by stretch of time.
#include <gmock/gmock.h>

#include "cosim/traffic.hpp"
#include "dmar/registers.hpp"

namespace dmar::cosim {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr SourceId kDisk = bdf(0, 5, 0);
constexpr SourceId kEdu = bdf(0, 6, 0);

TEST(CosimTraffic, CountsRequestsOfEachSource) {
  Traffic traffic;
  traffic.answered({.source = kDisk, .kind = AccessKind::kRead, .hit = true, .bytes = 64});
  traffic.answered({.source = kDisk, .kind = AccessKind::kWrite, .bytes = 512});
  traffic.answered({.source = kDisk, .kind = AccessKind::kWrite, .blocked = true});
  traffic.answered({.source = kEdu, .kind = AccessKind::kRead, .bytes = 4});
  ASSERT_EQ(traffic.sources().size(), 2U);
  const SourceTraffic &disk = traffic.sources().at(kDisk.raw());
  EXPECT_EQ(disk.reads, 1U);
  EXPECT_EQ(disk.writes, 2U);
  EXPECT_EQ(disk.requests(), 3U);
  EXPECT_EQ(disk.bytes, 576U);
  EXPECT_EQ(disk.hits, 1U);
  EXPECT_EQ(disk.blocked, 1U);
  EXPECT_EQ(traffic.sources().at(kEdu.raw()).bytes, 4U);
  EXPECT_THAT(traffic.domains(), IsEmpty());  // nobody reached one
}

TEST(CosimTraffic, AFaultCountsForTheDomainThatTheFunctionHad) {
  Traffic traffic;
  traffic.answered({.source = kDisk, .hit = true, .domain = DomainId(0)});
  traffic.answered({.source = kEdu, .domain = DomainId(7)});
  traffic.answered({.source = kDisk, .domain = DomainId(9)});
  traffic.answered({.source = kDisk, .blocked = true});
  traffic.answered({.source = kEdu, .hit = true, .domain = DomainId(9)});
  ASSERT_EQ(traffic.domains().size(), 3U);
  const DomainTraffic &first = traffic.domains().at(0);
  EXPECT_EQ(first.requests, 1U);
  EXPECT_EQ(first.hits, 1U);
  EXPECT_EQ(first.faults, 0U);
  const DomainTraffic &shared = traffic.domains().at(9);
  EXPECT_EQ(shared.requests, 3U);
  EXPECT_EQ(shared.hits, 1U);
  EXPECT_EQ(shared.faults, 1U);
  EXPECT_THAT(shared.sources, ElementsAre(kDisk.raw(), kEdu.raw()));
  EXPECT_THAT(traffic.sources().at(kDisk.raw()).domains, ElementsAre(0, 9));
  EXPECT_THAT(traffic.sources().at(kEdu.raw()).domains, ElementsAre(7, 9));
}

TEST(CosimTraffic, InterruptsAreNoRequestsOfMemory) {
  Traffic traffic;
  traffic.answered({.source = kEdu, .domain = DomainId(7)});
  traffic.answered({.source = kEdu, .interrupt = true, .bytes = 4, .interrupt_index = 33});
  traffic.answered({.source = kEdu, .interrupt = true, .blocked = true});
  const SourceTraffic &edu = traffic.sources().at(kEdu.raw());
  EXPECT_EQ(edu.interrupts, 2U);
  EXPECT_EQ(edu.interrupts_blocked, 1U);
  EXPECT_THAT(edu.interrupt_indices, ElementsAre(33U));
  EXPECT_EQ(edu.requests(), 1U);
  EXPECT_EQ(edu.blocked, 0U);
  EXPECT_EQ(edu.bytes, 0U);
  EXPECT_EQ(traffic.domains().at(7).requests, 1U);
  EXPECT_EQ(traffic.domains().at(7).faults, 0U);
}

// While two requests overlap, their time counts once; without a request it does not count.
TEST(CosimTraffic, PhasesAreApart) {
  Traffic traffic;
  traffic.answered({.source = kDisk, .bytes = 1, .cycles = 5});  // in none
  traffic.phase("one");
  traffic.answered({.source = kDisk, .bytes = 2, .cycles = 10});
  traffic.answered({.source = kDisk, .bytes = 3, .cycles = 20});
  traffic.answered({.source = kEdu, .bytes = 64, .cycles = 8});
  traffic.phase("two");
  traffic.answered({.source = kDisk, .bytes = 4, .cycles = 7});
  traffic.phase("");
  traffic.answered({.source = kDisk, .bytes = 8, .cycles = 100});
  const auto &phases = traffic.sources().at(kDisk.raw()).phases;
  ASSERT_EQ(phases.size(), 2U);
  EXPECT_EQ(phases.at("one").requests, 2U);
  EXPECT_EQ(phases.at("one").bytes, 5U);
  EXPECT_DOUBLE_EQ(phases.at("one").latency(), 15);
  EXPECT_EQ(phases.at("two").bytes, 4U);
  EXPECT_DOUBLE_EQ(phases.at("two").latency(), 7);
  EXPECT_EQ(traffic.sources().at(kEdu.raw()).phases.at("one").cycles, 8U);
  EXPECT_DOUBLE_EQ(PhaseTraffic{}.latency(), 0);
}

TEST(CosimTraffic, InvalidationsCountForTheirDomain) {
  using namespace granularity;
  Traffic traffic;
  traffic.invalidated(
      golden::ContextInvalidation{.granularity = kDeviceOrPage, .domain = DomainId(7)});
  traffic.invalidated(golden::IotlbInvalidation{.granularity = kDomain, .domain = DomainId(7)});
  traffic.invalidated(
      golden::IotlbInvalidation{.granularity = kDeviceOrPage, .domain = DomainId(9)});
  traffic.invalidated(golden::IotlbInvalidation{.granularity = kGlobal});
  traffic.invalidated(golden::ContextInvalidation{.granularity = kGlobal});
  traffic.invalidated(golden::InterruptInvalidation{});
  ASSERT_EQ(traffic.domains().size(), 2U);
  EXPECT_EQ(traffic.domains().at(7).invalidations, 2U);
  EXPECT_EQ(traffic.domains().at(9).invalidations, 1U);
  EXPECT_EQ(traffic.global_invalidations(), 2U);
}

}  // namespace
}  // namespace dmar::cosim
