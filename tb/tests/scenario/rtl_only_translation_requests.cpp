// SPDX-License-Identifier: Apache-2.0
// Translation requests beside other requests: whose walk they join, what an invalidation does to
// one under way, and what they look like at the pins.
#include <algorithm>
#include <tuple>
#include <vector>

#include "dmar/ats.hpp"
#include "golden/little_endian.hpp"
#include "tests/scenario/rtl_scenario.hpp"

namespace dmar {
namespace {

constexpr std::uint64_t kRW = TranslationEntry::kRead | TranslationEntry::kWrite;

MATCHER_P(Completes, raw, "completes with " + ::testing::PrintToString(std::uint64_t{raw})) {
  return arg.status == Completion::Status::kOkay && !arg.address && arg.data.size() == 8 &&
         golden::from_little_endian<std::uint64_t>(arg.data) == std::uint64_t{raw};
}

class TranslationRequests : public RtlScenario {
 protected:
  Domain start_ats() {
    Domain domain = tables().create_domain({.id = 1, .levels = 4});
    domain.map(kIova, HostAddr(kData));
    tables().attach(kDevice, domain, {.device_tlb = true});
    driver().set_root_pointer(tables().root_table());
    driver().enable_translation();
    return domain;
  }
  static Request asking(Iova address = kIova) {
    Request request = read_of(address, 8);
    request.at = AddressType::kTranslationRequest;
    return request;
  }
  static Request translated(std::uint64_t address) {
    Request request = read_of(Iova(address));
    request.at = AddressType::kTranslated;
    return request;
  }
  bench::RtlIommu::Handle submit_and_reach(const Request &request, HostAddr word) {
    hold_walk_at(word);
    const unsigned before = held_reads();
    const auto handle = unit().submit(request, {}, std::uint8_t{1});
    unit().step_until([&] { return held_reads() > before; }, "the walk");
    return handle;
  }
};

// It joins a walk that has read an entry before the entry became present: it walks on its own then.
TEST_P(TranslationRequests, WalkOfAnotherMayBeTooOldForIt) {
  for (const std::uint64_t rights : {std::uint64_t{0}, std::uint64_t{TranslationEntry::kRead}}) {
    make({});
    Domain domain = start_ats();
    const HostAddr leaf = tables().entry_address(domain, kIova, 1);
    const std::uint64_t good = memory().read64(leaf);
    memory().write64(leaf, rights == 0 ? 0 : (good & ~kRW) | rights);
    Request write = read_of(kIova);
    write.kind = AccessKind::kWrite;
    const auto first = submit_and_reach(write, leaf);
    memory().write64(leaf, good);
    const auto asked = unit().submit(asking(), {}, std::uint8_t{2});
    unit().step(100);
    release();
    EXPECT_THAT(unit().wait(asked).completion, Completes(kData | kRW));
    EXPECT_THAT(unit().wait(first).completion, Faults(FaultReason::kWriteNotPermitted));
  }
}

// The other way round: DMA joins the walk of a translation request.
TEST_P(TranslationRequests, OthersMayJoinItsWalk) {
  Domain domain = start_ats();
  const auto asked = submit_and_reach(asking(), tables().entry_address(domain, kIova, 1));
  const auto walks = unit().counters().walks;
  const auto read = unit().submit(read_of(kIova), {}, std::uint8_t{2});
  unit().step(100);
  EXPECT_EQ(unit().counters().walks, walks);
  release();
  EXPECT_THAT(unit().wait(asked).completion, Completes(kData | kRW));
  EXPECT_THAT(unit().wait(read).completion, Reaches(kData));
}

// The walk of a translated request ends at its context entry, so that nobody else can use it.
TEST_P(TranslationRequests, NobodyJoinsTheWalkOfATranslatedRequest) {
  start_ats();
  const auto used =
      submit_and_reach(translated(kIova.raw()), tables().context_entry_address(kDevice));
  const auto read = unit().submit(read_of(kIova), {}, std::uint8_t{2});
  const auto asked = unit().submit(asking(), {}, std::uint8_t{3});
  unit().step(100);
  release();
  EXPECT_THAT(unit().wait(used).completion, Reaches(kIova.raw()));
  EXPECT_THAT(unit().wait(read).completion, Reaches(kData));
  EXPECT_THAT(unit().wait(asked).completion, Completes(kData | kRW));
}

// With its context entry cached a translated request is a hit.
TEST_P(TranslationRequests, TranslatedRequestsAreHits) {
  start_ats();
  unit().access(translated(kData));
  const auto before = unit().counters();
  for (unsigned n = 0; n < 8; ++n) {
    EXPECT_THAT(unit().access(translated(kData + n * kPage)), Reaches(kData + n * kPage));
  }
  const auto after = unit().counters();
  EXPECT_EQ(after.hits - before.hits, 8U);
  EXPECT_EQ(after.walks, before.walks);
}

// One that waits while the two lines that a stream begins with are fetched ahead begins where the
// caches end, too.
TEST_P(TranslationRequests, OneThatWaitsUsesTheCaches) {
  Domain domain = start_ats();
  const Iova first(0x40'0000);
  for (unsigned n = 0; n < 128; ++n) {
    domain.map(Iova(first.raw() + n * kPage), HostAddr(kData + n * kPage));
  }
  const auto page = [first](unsigned n) { return asking(Iova(first.raw() + n * kPage)); };
  unit().access(page(15));
  const auto before = unit().counters();
  const auto stream = unit().submit(page(16));  // the next line
  const auto other = unit().submit(page(100));
  EXPECT_THAT(unit().wait(stream).completion, Completes((kData + 16 * kPage) | kRW));
  EXPECT_THAT(unit().wait(other).completion, Completes((kData + 100 * kPage) | kRW));
  unit().settle();
  EXPECT_EQ(unit().counters().table_reads - before.table_reads,
            1U + std::min(parameter("PrefetchLines"), 2U) + 1U);
}

// What is cached answers it, of every page size, with the whole page and no walk.
TEST_P(TranslationRequests, CachedPagesAnswerThem) {
  struct Case {
    PageSize size;
    std::uint64_t bytes;
    std::uint64_t code;
    bool built;
  };
  const unsigned sizes = config().super_pages;
  for (const Case &c : {Case{PageSize::k4K, kPage, 0, true},
                        Case{PageSize::k2M, kPage << 9, 0x800 | 0xFF000, (sizes & 1) != 0},
                        Case{PageSize::k1G, kPage << 18, 0x800 | 0x1FFFF000, (sizes & 2) != 0}}) {
    if (!c.built) continue;
    make({});
    Domain domain = start_ats();
    const Iova iova(3 * c.bytes);
    const std::uint64_t host = 5 * c.bytes;
    domain.map(iova, HostAddr(host), c.size);
    unit().access(asking(iova));
    const auto before = unit().counters();
    for (const std::uint64_t offset : {std::uint64_t{0}, c.bytes / 2, c.bytes - kPage}) {
      Request read_only = asking(Iova(iova.raw() + offset));
      EXPECT_THAT(unit().access(read_only), Completes(host | c.code | kRW)) << offset;
      read_only.no_write = true;
      EXPECT_THAT(
          unit().access(read_only),
          Completes(host | c.code | (config().no_write_flag ? TranslationEntry::kRead + 0 : kRW)));
    }
    const auto after = unit().counters();
    EXPECT_EQ(after.hits - before.hits, 6U);
    EXPECT_EQ(after.walks, before.walks);
  }
}

// What is cached refuses it nothing: rights that software has added since need no invalidation.
TEST_P(TranslationRequests, CachedRightsTakeNothingFromThem) {
  Domain domain = start_ats();
  for (const std::uint64_t rights :
       {std::uint64_t{TranslationEntry::kRead}, std::uint64_t{TranslationEntry::kWrite}}) {
    const HostAddr leaf = tables().entry_address(domain, kIova, 1);
    const std::uint64_t good = memory().read64(leaf);
    memory().write64(leaf, (good & ~kRW) | rights);
    driver().invalidate_all();
    EXPECT_THAT(unit().access(asking()), Completes(kData | rights));
    EXPECT_THAT(unit().access(asking()), Completes(kData | rights));
    memory().write64(leaf, good);
    EXPECT_THAT(unit().access(asking()), Completes(kData | kRW)) << rights;
  }
}

// Where a read-only page is all that is asked for, it is a hit.
TEST_P(TranslationRequests, ReadOnlyPagesAnswerThoseWhoSayNoWrite) {
  if (!config().no_write_flag) GTEST_SKIP() << "ECAP.NWFS: NW says nothing";
  Domain domain = start_ats();
  const Iova iova(kIova.raw() + kPage);
  domain.map(iova, HostAddr(kMoreData), PageSize::k4K, {.read = true, .write = false});
  Request request = asking(iova);
  request.no_write = true;
  unit().access(request);
  const auto before = unit().counters();
  EXPECT_THAT(unit().access(request), Completes(kMoreData | TranslationEntry::kRead));
  EXPECT_EQ(unit().counters().hits, before.hits + 1);
  EXPECT_EQ(unit().counters().walks, before.walks);
}

// A large page that holds the interrupt range, next to it: the parts that are safe stay hits for
// DMA, but no device may keep the whole.
TEST_P(TranslationRequests, NoCachedPageAroundTheInterruptRangeIsTold) {
  for (const auto &[size, bytes, bit] :
       {std::tuple{PageSize::k2M, kPage << 9, 1U}, std::tuple{PageSize::k1G, kPage << 18, 2U}}) {
    if ((config().super_pages & bit) == 0) continue;
    make({});
    Domain domain = start_ats();
    const Iova iova(bytes);
    const std::uint64_t host = 0xFEE00000 & ~(bytes - 1);
    const std::uint64_t safe = bytes - kPage;  // offset of its last page
    domain.map(iova, HostAddr(host), size);
    EXPECT_THAT(unit().access(read_of(Iova(iova.raw() + safe))), Reaches(host + safe));
    EXPECT_EQ(unit().access(asking(Iova(iova.raw() + safe))).status, Completion::Status::kAborted);
  }
}

// An invalidation overtakes its walk: it is told what the tables say after it.
TEST_P(TranslationRequests, InvalidationUnderItsWalk) {
  for (unsigned level = 1; level <= 4; ++level) {
    make({});
    Domain domain = start_ats();
    Domain other = tables().create_domain({.id = 2, .levels = 4});
    other.map(kIova, HostAddr(kMoreData));
    const HostAddr entry = tables().entry_address(domain, kIova, level);
    const auto asked = submit_and_reach(asking(), entry);
    memory().write64(entry, memory().read64(tables().entry_address(other, kIova, level)));
    begin_invalidation(true);
    finish_invalidation();
    release();
    EXPECT_THAT(unit().wait(asked).completion, Completes(kMoreData | kRW)) << level;
  }
}

// Both halves of the bus carry the entry. What the unit answers by itself next, in the same slot,
// carries nothing of it: not even a hit in protected memory, which a lane refuses at once.
TEST_P(TranslationRequests, EntriesOnTheBus) {
  Domain domain = start_ats();
  std::vector<Request> refused{read_of(Iova(0)), asking(Iova(4))};
  if (config().protected_low) {
    const Iova shut(kIova.raw() + kPage);
    domain.map(shut, HostAddr(kMoreData));
    driver().write32(reg::kPlmbase, kMoreData);
    driver().write32(reg::kPlmlimit, kMoreData);
    driver().write32(reg::kPmen, pmen::kEpm);
    driver().poll32(reg::kPmen, pmen::kPrs, pmen::kPrs, "PMEN");
    refused.push_back(read_of(shut));
  }
  const auto expect_nothing = [this](const Request &request) {
    const auto outcome = unit().wait(unit().submit(request));
    EXPECT_EQ(outcome.completion.status, Completion::Status::kBlocked);
    for (const auto &beat : outcome.beats) {
      EXPECT_TRUE(std::ranges::all_of(beat, [](std::uint8_t byte) { return byte == 0; }));
    }
  };
  for (const Request &request : refused) {
    for (unsigned n = 0; n < 4; ++n) {
      const auto outcome = unit().wait(unit().submit(asking(Iova(kIova.raw() + 8 * n))));
      ASSERT_EQ(outcome.beats.size(), 1U);
      const auto &beat = outcome.beats[0];
      EXPECT_TRUE(std::equal(beat.begin(), beat.begin() + 8, beat.begin() + 8));
      EXPECT_THAT(outcome.completion, Completes(kData | kRW));
      expect_nothing(request);
    }
  }
}

// Many at once, of all address types, for pages of all rights: each gets its own answer.
TEST_P(TranslationRequests, AllTypesAtOnce) {
  Domain domain = start_ats();
  constexpr unsigned kPages = 16;
  std::vector<Request> requests;
  std::vector<::testing::Matcher<const Completion &>> expected;
  for (unsigned n = 0; n < kPages; ++n) {
    const Iova iova(kIova.raw() + (n + 1) * kPage);
    const std::uint64_t host = kData + n * kPage;
    const Rights rights{.read = (n & 1) == 0, .write = (n & 2) == 0};
    if (rights.read || rights.write) domain.map(iova, HostAddr(host), PageSize::k4K, rights);
    const std::uint64_t granted = (rights.read ? 1U : 0U) | (rights.write ? 2U : 0U);
    requests.push_back(asking(iova));
    expected.push_back(Completes(granted == 0 ? 0 : host | granted));
    requests.push_back(read_of(iova, 8));
    if (rights.read)
      expected.push_back(Reaches(host));
    else
      expected.push_back(Faults(FaultReason::kReadNotPermitted));
    requests.push_back(translated(host));
    expected.push_back(Reaches(host));
  }
  for (unsigned round = 0; round < 3; ++round) {
    const std::vector<Completion> answers = unit().access_all(requests);
    for (std::size_t n = 0; n < answers.size(); ++n) EXPECT_THAT(answers[n], expected[n]) << n;
    if (round == 1) driver().invalidate_all();
  }
}

DMAR_RTL_SCENARIO_WITH(
    TranslationRequests, +[](const Config &config) { return config.device_tlb; });

}  // namespace
}  // namespace dmar
