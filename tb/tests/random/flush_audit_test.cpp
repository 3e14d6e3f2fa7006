// SPDX-License-Identifier: Apache-2.0
// The detector of omitted invalidations, on made-up drivers: each forgets another one.
#include "scoreboard/flush_audit.hpp"

#include "dmar/registers.hpp"
#include "scoreboard_fixture.hpp"

namespace dmar::bench {
namespace {

using Cache = MissingFlush::Cache;

class FlushAuditTest : public ScoreboardTest {
 protected:
  [[nodiscard]] std::vector<MissingFlush> missing(Memory::Time now) {
    at(now);
    return FlushAudit(config, memory, board.invalidations())
        .missing(builder.root_table(), kDevice, kPage, now);
  }
  // The device gets another table, in the same domain or in another one.
  void switch_table(unsigned id) {
    Domain other = builder.create_domain({.id = id});
    other.map(kPage, kNew);
    builder.attach(kDevice, other);
  }
  void flush_context(unsigned domain, Memory::Time given) {
    invalidate(golden::ContextInvalidation{.granularity = granularity::kDeviceOrPage,
                                           .domain = DomainId(static_cast<std::uint16_t>(domain)),
                                           .source_id = kDevice},
               given, given + 5);
  }
  void flush_pages(unsigned domain, Memory::Time given, bool leaf_only = false) {
    invalidate(golden::IotlbInvalidation{.granularity = granularity::kDeviceOrPage,
                                         .domain = DomainId(static_cast<std::uint16_t>(domain)),
                                         .address = kPage,
                                         .leaf_only = leaf_only},
               given, given + 5);
  }
};

TEST_F(FlushAuditTest, NothingIsOwedWithoutAChange) { EXPECT_TRUE(missing(200).empty()); }

TEST_F(FlushAuditTest, RealBug28_ForgottenAfterAContextChange) {
  switch_table(5);
  const auto found = missing(150);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].cache, Cache::kContext);
  EXPECT_EQ(found[0].domain, DomainId(5));
  EXPECT_EQ(found[0].changed, builder.context_entry_address(kDevice));
  EXPECT_NE(found[0].text.find("context-cache invalidation of domain 5"), std::string::npos);
}

// The bug of the row: the context cache is flushed, the IOTLB is not.
TEST_F(FlushAuditTest, RealBug28_IotlbFlushForgottenAfterTheContextFlush) {
  switch_table(5);
  flush_context(5, 110);
  const auto found = missing(150);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].cache, Cache::kIotlb);
  EXPECT_EQ(found[0].domain, DomainId(5));
  EXPECT_NE(found[0].text.find("IOTLB invalidation of domain 5"), std::string::npos);
  flush_pages(5, 160);
  EXPECT_TRUE(missing(200).empty());
}

TEST_F(FlushAuditTest, RealBug28_WrongOrder) {
  switch_table(5);
  flush_pages(5, 110);
  flush_context(5, 120);
  const auto found = missing(150);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].cache, Cache::kIotlb);
}

// The tags to flush are those of the old entry.
TEST_F(FlushAuditTest, RealBug28_NewDomainFlushedInsteadOfTheOldOne) {
  switch_table(6);
  flush_context(6, 110);
  flush_pages(6, 120);
  ASSERT_EQ(missing(150).size(), 1U);
  EXPECT_EQ(missing(150)[0].cache, Cache::kContext);
  flush_context(5, 160);
  ASSERT_EQ(missing(200).size(), 1U);
  EXPECT_EQ(missing(200)[0].cache, Cache::kIotlb);
  flush_pages(5, 210);
  EXPECT_TRUE(missing(250).empty());
}

TEST_F(FlushAuditTest, RealBug28_LeafChangedWithoutAFlush) {
  remap(kNew);
  const auto found = missing(150);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].changed, entry(1));
  flush_pages(5, 160, true);
  EXPECT_TRUE(missing(200).empty());
}

TEST_F(FlushAuditTest, RealBug28_TableChangedAndOnlyLeavesFlushed) {
  const HostAddr word = entry(2);
  memory.write64(word, builder.pages().allocate().raw() | 3);
  flush_pages(5, 110, true);
  const auto found = missing(150);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].changed, word);
  EXPECT_NE(found[0].text.find("IH=0"), std::string::npos);
}

// What is not yet complete does not count.
TEST_F(FlushAuditTest, FlushStillUnderWay) {
  remap(kNew);
  board.invalidations().begin(golden::IotlbInvalidation{.granularity = granularity::kGlobal}, 110);
  EXPECT_EQ(missing(150).size(), 1U);
}

// Nothing that was not present can have been cached.
TEST_F(FlushAuditTest, NewMappingOwesNothing) {
  Domain copy = domain;
  copy.map(Iova(kPage.raw() + 0x1000), kNew);
  at(150);
  EXPECT_TRUE(FlushAudit(config, memory, board.invalidations())
                  .missing(builder.root_table(), kDevice, Iova(kPage.raw() + 0x1000), 150)
                  .empty());
}

}  // namespace
}  // namespace dmar::bench
