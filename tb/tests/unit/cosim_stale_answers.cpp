// SPDX-License-Identifier: Apache-2.0
// What caches may still answer, and which invalidation ends it.
#include <gmock/gmock.h>

#include "cosim/stale_answers.hpp"
#include "dmar/registers.hpp"

namespace dmar::cosim {
namespace {

using golden::ContextInvalidation;
using golden::InterruptInvalidation;
using golden::IotlbInvalidation;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr DomainId kStaleDomain{7};
constexpr SourceId kSource = bdf(0, 5, 0);
const golden::Verdict kNotMapped = golden::Fault{.reason = FaultReason::kReadNotPermitted};

class StaleAnswersTest : public testing::Test {
 protected:
  static Request request(std::uint64_t address, AccessKind kind = AccessKind::kRead,
                         SourceId source = kSource) {
    return {.source_id = source, .address = Iova(address), .kind = kind, .bytes = 4};
  }
  static golden::Translation page(std::uint64_t address, PageSize size = PageSize::k4K,
                                  DomainId domain = kStaleDomain) {
    return {.address = HostAddr(address), .page_size = size, .domain = domain};
  }
  void note(std::uint64_t iova, const golden::Translation &answer, SourceId source = kSource) {
    stale.note(request(iova, AccessKind::kRead, source), answer);
  }
  // Where an access may go, in the order of the answers.
  std::vector<std::uint64_t> places(const Request &asked,
                                    const golden::Verdict &now = kNotMapped) const {
    std::vector<std::uint64_t> found;
    for (const golden::Verdict &verdict : stale.find(asked, now)) {
      found.push_back(std::get<golden::Translation>(verdict).address.raw());
    }
    return found;
  }
  std::vector<std::uint64_t> places(std::uint64_t iova) const { return places(request(iova)); }
  // Whether `invalidation` ends what is noted for this page.
  template <class Invalidation>
  bool ends(const Invalidation &invalidation, std::uint64_t iova, PageSize size = PageSize::k4K) {
    StaleAnswers other;
    other.note(request(iova), page(0x8000'0000, size));
    EXPECT_EQ(other.find(request(iova), kNotMapped).size(), 1U);
    other.invalidate(invalidation);
    return other.find(request(iova), kNotMapped).empty();
  }

  StaleAnswers stale;
};

TEST_F(StaleAnswersTest, KnowsNothingAtFirst) {
  EXPECT_THAT(places(0x1000), IsEmpty());
  EXPECT_EQ(stale.size(), 0U);
}

TEST_F(StaleAnswersTest, AnAnswerStandsForItsWholePage) {
  note(0x1234, page(0x8000'0234));
  EXPECT_THAT(places(0x1000), ElementsAre(0x8000'0000));
  EXPECT_THAT(places(0x1FFC), ElementsAre(0x8000'0FFC));
  EXPECT_THAT(places(0x0FFC), IsEmpty());
  EXPECT_THAT(places(0x2000), IsEmpty());
  EXPECT_EQ(stale.size(), 1U);
  note(0x1800, page(0x8000'0800));  // the same page
  EXPECT_EQ(stale.size(), 1U);
}

TEST_F(StaleAnswersTest, LargePagesReachFurther) {
  note(0x4012'3456, page(0x1'0012'3456, PageSize::k2M));
  EXPECT_THAT(places(0x4000'0000), ElementsAre(0x1'0000'0000));
  EXPECT_THAT(places(0x401F'FFFF), ElementsAre(0x1'001F'FFFF));
  EXPECT_THAT(places(0x4020'0000), IsEmpty());
  note(0x8012'3456, page(0x2'0012'3456, PageSize::k1G));
  EXPECT_THAT(places(0xBFFF'FFFF), ElementsAre(0x2'3FFF'FFFF));
  EXPECT_THAT(places(0xC000'0000), IsEmpty());
}

// A small page in place of a part of a large one: a cache may have either.
TEST_F(StaleAnswersTest, PagesOfSeveralSizesAreAllPossible) {
  note(0x4000'1000, page(0x1'0000'1000, PageSize::k2M));
  note(0x4000'1000, page(0x2'0000'0000));
  EXPECT_THAT(places(0x4000'1008), testing::UnorderedElementsAre(0x1'0000'1008, 0x2'0000'0008));
  EXPECT_THAT(places(0x4000'2000), ElementsAre(0x1'0000'2000));
}

TEST_F(StaleAnswersTest, KeepsEveryAnswerOfAPageTheNewestLast) {
  note(0x1000, page(0xA000));
  note(0x1000, page(0xB000));
  note(0x1000, page(0xC000));
  EXPECT_THAT(places(0x1004), ElementsAre(0xA004, 0xB004, 0xC004));
  note(0x1000, page(0xA000));
  EXPECT_THAT(places(0x1004), ElementsAre(0xB004, 0xC004, 0xA004));
  EXPECT_EQ(stale.size(), 3U);
}

TEST_F(StaleAnswersTest, GrantsOnlyWhatThePageGranted) {
  golden::Translation read_only = page(0xA000);
  read_only.write = false;
  golden::Translation write_only = page(0xB000);
  write_only.read = false;
  note(0x1000, read_only);
  note(0x1000, write_only);
  EXPECT_THAT(places(request(0x1000, AccessKind::kRead)), ElementsAre(0xA000));
  EXPECT_THAT(places(request(0x1000, AccessKind::kWrite)), ElementsAre(0xB000));
  EXPECT_THAT(places(request(0x1000, AccessKind::kAtomic)), IsEmpty());
}

TEST_F(StaleAnswersTest, KeepsWhatACacheMayHoldAndNothingElse) {
  stale.note(request(0x1000), kNotMapped);
  stale.note(request(0x1000), golden::Blocked{});
  stale.note(request(0x1000), golden::NoAccess{});
  stale.note(request(0x1000), golden::Interrupt{.message = {.address = 0xFEE0'0000, .data = 1}});
  stale.note(request(0x1000), golden::Translation{.address = HostAddr(0x1000), .identity = true});
  EXPECT_EQ(stale.size(), 0U);
}

// Pages belong to domains: each device of a domain meets them, no other one does.
TEST_F(StaleAnswersTest, DevicesOfADomainShareItsPages) {
  constexpr SourceId kNeighbour = bdf(0, 6, 0);
  note(0x1000, page(0xA000));
  const Request other = request(0x1000, AccessKind::kRead, kNeighbour);
  EXPECT_THAT(places(other), IsEmpty());
  EXPECT_THAT(places(other, page(0xB000)), ElementsAre(0xA000));  // the domain that tables name
  EXPECT_THAT(places(other, page(0xB000, PageSize::k4K, DomainId(8))), IsEmpty());
  EXPECT_THAT(places(request(0x1000, AccessKind::kRead, bdf(0, 4, 0))), IsEmpty());
  note(0x5000, page(0xF000), kNeighbour);
  EXPECT_THAT(places(other), ElementsAre(0xA000));  // the domain of its own earlier answer
}

TEST_F(StaleAnswersTest, GlobalInvalidations) {
  note(0x1000, page(0xA000));
  stale.invalidate(IotlbInvalidation{.granularity = granularity::kGlobal});
  EXPECT_THAT(places(0x1000), IsEmpty());
  EXPECT_EQ(stale.size(), 0U);
  note(0x1000, page(0xA000));
  stale.invalidate(ContextInvalidation{.granularity = granularity::kGlobal});
  EXPECT_THAT(places(0x1000), IsEmpty());
  // The page is still known, for whoever is in its domain.
  EXPECT_THAT(places(request(0x1000), page(0xB000)), ElementsAre(0xA000));
}

TEST_F(StaleAnswersTest, InvalidationsOfADomain) {
  const auto iotlb = [](unsigned domain) {
    return IotlbInvalidation{.granularity = granularity::kDomain,
                             .domain = DomainId(static_cast<std::uint16_t>(domain))};
  };
  EXPECT_TRUE(ends(iotlb(7), 0x1000));
  EXPECT_FALSE(ends(iotlb(6), 0x1000));
  const auto context = [](unsigned domain) {
    return ContextInvalidation{.granularity = granularity::kDomain,
                               .domain = DomainId(static_cast<std::uint16_t>(domain))};
  };
  EXPECT_TRUE(ends(context(7), 0x1000));
  EXPECT_FALSE(ends(context(6), 0x1000));
}

TEST_F(StaleAnswersTest, InvalidationsOfPages) {
  const auto pages = [](std::uint64_t address, unsigned mask, unsigned domain = 7) {
    return IotlbInvalidation{.granularity = granularity::kDeviceOrPage,
                             .domain = DomainId(static_cast<std::uint16_t>(domain)),
                             .address = Iova(address),
                             .address_mask = mask};
  };
  EXPECT_TRUE(ends(pages(0x5000, 0), 0x5000));
  EXPECT_FALSE(ends(pages(0x5000, 0, 8), 0x5000));
  EXPECT_FALSE(ends(pages(0x4000, 0), 0x5000));
  EXPECT_FALSE(ends(pages(0x6000, 0), 0x5000));
  EXPECT_TRUE(ends(pages(0x4000, 1), 0x5000));
  EXPECT_FALSE(ends(pages(0x6000, 1), 0x5000));
  EXPECT_TRUE(ends(pages(0x7000, 2), 0x5000));  // low page bits do not count
  EXPECT_FALSE(ends(pages(0x8000, 2), 0x5000));
  EXPECT_TRUE(ends(pages(0, 18), 0x3FFF'F000));
  EXPECT_FALSE(ends(pages(0, 18), 0x4000'0000));
  EXPECT_FALSE(ends(pages(0x1'0000'5000, 3), 0x5000));
  // Any part of a large page ends it.
  EXPECT_TRUE(ends(pages(0x401F'F000, 0), 0x4000'0000, PageSize::k2M));
  EXPECT_FALSE(ends(pages(0x4020'0000, 0), 0x4000'0000, PageSize::k2M));
  EXPECT_TRUE(ends(pages(0x7FFF'F000, 4), 0x4000'0000, PageSize::k1G));
  EXPECT_FALSE(ends(pages(0x8000'0000, 4), 0x4000'0000, PageSize::k1G));
}

TEST_F(StaleAnswersTest, InvalidationsOfDevices) {
  const auto device = [](SourceId source, unsigned mask, unsigned domain = 7) {
    return ContextInvalidation{.granularity = granularity::kDeviceOrPage,
                               .domain = DomainId(static_cast<std::uint16_t>(domain)),
                               .source_id = source,
                               .function_mask = mask};
  };
  EXPECT_TRUE(ends(device(kSource, 0), 0x1000));
  EXPECT_FALSE(ends(device(kSource, 0, 8), 0x1000));
  EXPECT_FALSE(ends(device(bdf(0, 6, 0), 3), 0x1000));
  EXPECT_FALSE(ends(device(bdf(1, 5, 0), 3), 0x1000));
  // Which functions are the same one, for each mask.
  const bool same[4][8] = {{true, false, false, false, false, false, false, false},
                           {true, false, false, false, true, false, false, false},
                           {true, false, true, false, true, false, true, false},
                           {true, true, true, true, true, true, true, true}};
  for (unsigned mask = 0; mask < 4; ++mask) {
    for (unsigned function = 0; function < 8; ++function) {
      EXPECT_EQ(ends(device(bdf(0, 5, function), mask), 0x1000), same[mask][function])
          << "mask " << mask << " function " << function;
    }
  }
}

TEST_F(StaleAnswersTest, InvalidatesOnlyWhatItCovers) {
  note(0x1000, page(0xA000));
  note(0x2000, page(0xB000));
  note(0x1000, page(0xC000, PageSize::k4K, DomainId(8)));  // the device was moved
  stale.invalidate(IotlbInvalidation{
      .granularity = granularity::kDeviceOrPage, .domain = kStaleDomain, .address = Iova(0x1000)});
  EXPECT_THAT(places(0x1000), ElementsAre(0xC000));
  EXPECT_THAT(places(0x2000), ElementsAre(0xB000));
  stale.invalidate(ContextInvalidation{.granularity = granularity::kDomain, .domain = DomainId(8)});
  EXPECT_THAT(places(0x1000), IsEmpty());
  EXPECT_THAT(places(0x2000), ElementsAre(0xB000));
  stale.invalidate(InterruptInvalidation{});
  EXPECT_THAT(places(0x2000), ElementsAre(0xB000));
  stale.clear();
  EXPECT_THAT(places(0x2000), IsEmpty());
  EXPECT_EQ(stale.size(), 0U);
}

class StaleInterrupts : public testing::Test {
 protected:
  // A remappable request by handle alone, or with a sub-handle.
  static Request request(unsigned handle, SourceId source = kSource) {
    return {.source_id = source,
            .address = Iova(0xFEE0'0010 | std::uint64_t{handle} << 5),
            .kind = AccessKind::kWrite,
            .bytes = 4,
            .message_data = 0};
  }
  static Request request_with_subhandle(unsigned handle, unsigned subhandle) {
    Request asked = request(handle);
    asked.address = Iova(asked.address.raw() | 8);
    asked.message_data = subhandle;
    return asked;
  }
  static golden::Verdict message(std::uint32_t data) {
    return golden::Interrupt{.message = {.address = 0xFEE0'0000, .data = data}, .remapped = true};
  }
  std::vector<std::uint32_t> found(const Request &asked) const {
    std::vector<std::uint32_t> data;
    for (const golden::Verdict &verdict : stale.find(asked, kNotMapped)) {
      data.push_back(std::get<golden::Interrupt>(verdict).message.data);
    }
    return data;
  }

  StaleAnswers stale;
};

TEST_F(StaleInterrupts, AreKnownByRequestAndSource) {
  stale.note(request(5), message(0x41));
  stale.note(request(5), message(0x42));
  EXPECT_THAT(found(request(5)), ElementsAre(0x41U, 0x42U));
  EXPECT_THAT(found(request(6)), IsEmpty());
  EXPECT_THAT(found(request(5, bdf(0, 6, 0))), IsEmpty());
  EXPECT_EQ(stale.size(), 2U);
}

TEST_F(StaleInterrupts, EndByIndex) {
  const auto ends = [this](const Request &asked, unsigned index, unsigned mask) {
    stale.clear();
    stale.note(asked, message(0x41));
    stale.invalidate(InterruptInvalidation{
        .all = false, .index = static_cast<std::uint16_t>(index), .index_mask = mask});
    return found(asked).empty();
  };
  EXPECT_TRUE(ends(request(5), 5, 0));
  EXPECT_FALSE(ends(request(5), 4, 0));
  EXPECT_TRUE(ends(request(5), 4, 1));
  EXPECT_FALSE(ends(request(5), 6, 1));
  EXPECT_TRUE(ends(request(5), 6, 2));
  EXPECT_TRUE(ends(request(0x7FF0), 0x4000, 14));
  EXPECT_FALSE(ends(request(0x7FF0), 0x3000, 14));
  EXPECT_TRUE(ends(request(0x7FF0), 0, 16));
  EXPECT_TRUE(ends(request(0x7FF0), 0, 31));
  EXPECT_TRUE(ends(request_with_subhandle(4, 3), 7, 0));
  EXPECT_FALSE(ends(request_with_subhandle(4, 3), 4, 0));
}

TEST_F(StaleInterrupts, EndWithTheWholeCache) {
  stale.note(request(5), message(0x41));
  stale.invalidate(IotlbInvalidation{.granularity = granularity::kGlobal});
  stale.invalidate(ContextInvalidation{.granularity = granularity::kGlobal});
  EXPECT_THAT(found(request(5)), ElementsAre(0x41U));
  stale.invalidate(InterruptInvalidation{.all = true});
  EXPECT_THAT(found(request(5)), IsEmpty());
}

}  // namespace
}  // namespace dmar::cosim
