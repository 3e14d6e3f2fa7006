// SPDX-License-Identifier: Apache-2.0
// A function with a device TLB: which requests leave it, and when it acknowledges an invalidation.
#include "devices/ats_port.hpp"

#include <gmock/gmock.h>

#include <array>
#include <list>
#include <optional>

#include "devices/tests/fake_ats_bus.hpp"

namespace dmar::devices {
namespace {

using Kind = FakeAtsBus::Kind;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

constexpr std::uint64_t kRead = TranslationEntry::kRead;
constexpr std::uint64_t kWrite = TranslationEntry::kWrite;
constexpr std::uint64_t kBoth = kRead | kWrite;
constexpr std::uint64_t k2M = 1U << 21;

class AtsPortTest : public ::testing::Test {
 protected:
  AtsPortTest() { port_.enable_translations(true); }

  // A transfer, with how it ended.
  struct Transfer {
    std::vector<std::uint8_t> bytes;
    std::optional<DmaStatus> status;
    unsigned ends = 0;
  };
  DmaPort::Done end_of(Transfer &transfer) {
    return [&transfer](DmaStatus status) {
      transfer.status = status;
      ++transfer.ends;
    };
  }
  Transfer &start_write(std::uint64_t address, std::size_t bytes = 8, std::uint8_t value = 0x5A) {
    Transfer &transfer = transfers_.emplace_back();
    transfer.bytes.assign(bytes, value);
    port_.write(Iova(address), transfer.bytes, end_of(transfer));
    return transfer;
  }
  Transfer &start_read(std::uint64_t address, std::size_t bytes = 8) {
    Transfer &transfer = transfers_.emplace_back();
    transfer.bytes.assign(bytes, 0);
    port_.read(Iova(address), transfer.bytes, end_of(transfer));
    return transfer;
  }
  DmaStatus write(std::uint64_t address, std::size_t bytes = 8, std::uint8_t value = 0x5A) {
    Transfer &transfer = start_write(address, bytes, value);
    EXPECT_TRUE(bus_.drain());
    EXPECT_EQ(transfer.ends, 1u);
    return transfer.status.value_or(DmaStatus::kMemoryError);
  }
  DmaStatus read(std::uint64_t address, std::size_t bytes = 8) {
    Transfer &transfer = start_read(address, bytes);
    EXPECT_TRUE(bus_.drain());
    EXPECT_EQ(transfer.ends, 1u);
    return transfer.status.value_or(DmaStatus::kMemoryError);
  }
  std::uint8_t byte_at(std::uint64_t address) {
    std::array<std::uint8_t, 1> byte{};
    EXPECT_TRUE(bus_.memory.read(HostAddr(address), byte));
    return byte[0];
  }
  void invalidate(std::uint64_t address, std::uint8_t itag, std::uint64_t bytes = 4096) {
    bus_.invalidate({.source_id = {}, .itag = itag, .payload = size_code::encode(address, bytes)});
  }
  // So that the device has an entry.
  void fill(std::uint64_t address) {
    ASSERT_EQ(write(address), DmaStatus::kOkay);
    bus_.asked.clear();
    bus_.translated_to.clear();
  }

  FakeAtsBus bus_;
  AtsPort port_{bus_};
  std::list<Transfer> transfers_;
};

TEST_F(AtsPortTest, AsksOnceAndGoesTranslated) {
  bus_.map(0x1000, 4096, 0x9000, kBoth);
  EXPECT_EQ(write(0x1010), DmaStatus::kOkay);
  EXPECT_EQ(byte_at(0x9010), 0x5A);
  EXPECT_EQ(read(0x1020), DmaStatus::kOkay);
  EXPECT_THAT(bus_.asked, ElementsAre(Pair(0x1000, false)));
  EXPECT_THAT(bus_.translated_to, ElementsAre(0x9010, 0x9020));
  EXPECT_EQ(port_.statistics().untranslated, 0u);
  EXPECT_EQ(port_.tlb().statistics().hits, 1u);
}

TEST_F(AtsPortTest, ReadsAskWithoutAWrite) {
  bus_.map(0x1000, 4096, 0x9000, kBoth);
  EXPECT_EQ(read(0x1000), DmaStatus::kOkay);
  EXPECT_EQ(write(0x1000), DmaStatus::kOkay);
  EXPECT_THAT(bus_.asked, ElementsAre(Pair(0x1000, true), Pair(0x1000, false)));
  EXPECT_EQ(read(0x1000), DmaStatus::kOkay);
  EXPECT_EQ(write(0x1000), DmaStatus::kOkay);
  EXPECT_EQ(bus_.asked.size(), 2u) << "the entry permits both now";
}

TEST_F(AtsPortTest, CutsAtPagesAndAsksForEach) {
  bus_.map(0x1000, 4096, 0x9000, kBoth);
  bus_.map(0x2000, 4096, 0x5000, kBoth);
  bus_.map(0x3000, 4096, 0x7000, kBoth);
  EXPECT_EQ(write(0x1FF0, 4096 + 32), DmaStatus::kOkay);
  EXPECT_EQ(byte_at(0x9FEF), 0x00);
  EXPECT_EQ(byte_at(0x9FF0), 0x5A);
  EXPECT_EQ(byte_at(0x5000), 0x5A);
  EXPECT_EQ(byte_at(0x5FFF), 0x5A);
  EXPECT_EQ(byte_at(0x700F), 0x5A);
  EXPECT_EQ(byte_at(0x7010), 0x00);
  EXPECT_EQ(bus_.asked.size(), 3u);
}

TEST_F(AtsPortTest, OneLargeEntryServesItsPages) {
  bus_.map(0x40'0000, k2M, 0x80'0000, kBoth);
  EXPECT_EQ(write(0x40'3000), DmaStatus::kOkay);
  EXPECT_EQ(write(0x5F'F000, 4096), DmaStatus::kOkay);
  EXPECT_EQ(bus_.asked.size(), 1u);
  EXPECT_EQ(byte_at(0x9F'FFFF), 0x5A);
}

TEST_F(AtsPortTest, RequestsForOnePageShareItsTranslation) {
  bus_.map(0x1000, 4096, 0x9000, kBoth);
  for (unsigned i = 0; i < 4; ++i) start_write(0x1000 + 8 * i);
  EXPECT_EQ(bus_.asked.size(), 1u);
  ASSERT_TRUE(bus_.drain());
  for (const Transfer &transfer : transfers_) EXPECT_EQ(transfer.status, DmaStatus::kOkay);
}

TEST_F(AtsPortTest, WithoutAtsNothingIsAskedFor) {
  bus_.map(0x1000, 4096, 0x9000, kBoth);
  fill(0x1000);
  port_.enable_translations(false);
  EXPECT_EQ(write(0x1000), DmaStatus::kOkay);
  EXPECT_THAT(bus_.asked, IsEmpty());
  EXPECT_THAT(bus_.translated_to, IsEmpty());
  EXPECT_EQ(port_.statistics().untranslated, 1u);
  port_.enable_translations(true);
  EXPECT_EQ(write(0x1000), DmaStatus::kOkay);
  EXPECT_EQ(bus_.asked.size(), 1u) << "entries do not survive";
}

TEST_F(AtsPortTest, WithoutPermissionTheUnitIsToSayWhy) {
  bus_.map(0x1000, 4096, 0x9000, kRead);
  EXPECT_EQ(write(0x1000), DmaStatus::kBlocked);
  EXPECT_THAT(bus_.faults, ElementsAre(0x1000));
  EXPECT_EQ(read(0x2000), DmaStatus::kBlocked);
  EXPECT_THAT(bus_.faults, ElementsAre(0x1000, 0x2000));
  EXPECT_EQ(read(0x1000), DmaStatus::kOkay);
  EXPECT_EQ(bus_.translated_to.size(), 1u);
  EXPECT_EQ(port_.statistics().refused, 2u);
}

TEST_F(AtsPortTest, AGrantThatCameLaterIsFound) {
  bus_.map(0x1000, 4096, 0x9000, kRead);
  EXPECT_EQ(read(0x1000), DmaStatus::kOkay);
  bus_.map(0x1000, 4096, 0x9000, kBoth);  // more permission needs no invalidation
  EXPECT_EQ(write(0x1000), DmaStatus::kOkay);
  EXPECT_THAT(bus_.faults, IsEmpty());
}

TEST_F(AtsPortTest, UntranslatedOnlyIsObeyed) {
  bus_.map(0x1000, 4096, 0x9000, kBoth | TranslationEntry::kUntranslated);
  EXPECT_EQ(write(0x1000), DmaStatus::kOkay);
  EXPECT_EQ(write(0x1000), DmaStatus::kOkay);
  EXPECT_THAT(bus_.translated_to, IsEmpty());
  EXPECT_EQ(bus_.asked.size(), 2u) << "not kept";
}

TEST_F(AtsPortTest, AnAbortEndsThatRequestOnly) {
  bus_.map(0x1000, 4096, 0x9000, kBoth);
  bus_.map(0x2000, 4096, 0xA000, kBoth);
  bus_.status = [](std::uint64_t page) {
    return page == 0x1000 ? TranslationAnswer::Status::kAborted
                          : TranslationAnswer::Status::kSuccess;
  };
  EXPECT_EQ(write(0x1000), DmaStatus::kBlocked);
  EXPECT_EQ(byte_at(0x9000), 0);
  EXPECT_EQ(write(0x2000), DmaStatus::kOkay);
  EXPECT_THAT(bus_.translated_to, ElementsAre(0xA000));
}

TEST_F(AtsPortTest, UnsupportedEndsTheUseOfAts) {
  bus_.map(0x1000, 4096, 0x9000, kBoth);
  bus_.status = [](std::uint64_t) { return TranslationAnswer::Status::kUnsupported; };
  EXPECT_EQ(write(0x1000), DmaStatus::kOkay) << "untranslated";
  EXPECT_EQ(write(0x1000), DmaStatus::kOkay);
  EXPECT_EQ(bus_.asked.size(), 1u);
  bus_.status = nullptr;
  port_.enable_translations(true);
  EXPECT_EQ(write(0x1000), DmaStatus::kOkay);
  EXPECT_EQ(bus_.asked.size(), 1u) << "it was enabled all the time";
  port_.enable_translations(false);
  port_.enable_translations(true);
  EXPECT_EQ(write(0x1000), DmaStatus::kOkay);
  EXPECT_EQ(bus_.asked.size(), 2u);
  EXPECT_THAT(bus_.translated_to, ElementsAre(0x9000));
}

TEST_F(AtsPortTest, AnswersOfBeforeADisableAreForgotten) {
  bus_.map(0x1000, 4096, 0x9000, kBoth);
  Transfer &transfer = start_write(0x1000);
  ASSERT_TRUE(bus_.perform());
  port_.enable_translations(false);
  ASSERT_TRUE(bus_.drain());
  EXPECT_EQ(transfer.status, DmaStatus::kOkay);
  EXPECT_THAT(bus_.translated_to, IsEmpty());
  EXPECT_EQ(port_.tlb().size(), 0u);
}

TEST_F(AtsPortTest, MessagesAreNeverTranslated) {
  std::optional<DmaStatus> status;
  port_.message({.address = 0xFEE0'1000, .data = 0x42}, [&status](DmaStatus how) { status = how; });
  ASSERT_TRUE(bus_.drain());
  EXPECT_EQ(status, DmaStatus::kOkay);
  EXPECT_EQ(bus_.messages.size(), 1u);
  EXPECT_THAT(bus_.asked, IsEmpty());
}

TEST_F(AtsPortTest, CeaseEndsWhatWaitsForATranslation) {
  bus_.map(0x1000, 4096, 0x9000, kBoth);
  Transfer &transfer = start_write(0x1000);
  port_.cease();
  EXPECT_EQ(bus_.ceased, 1u);
  EXPECT_FALSE(transfer.status) << "when its answer has come";
  ASSERT_TRUE(bus_.drain());
  EXPECT_EQ(transfer.status, DmaStatus::kBlocked);
  EXPECT_THAT(bus_.translated_to, IsEmpty());
  EXPECT_EQ(write(0x1000), DmaStatus::kOkay) << "the next one is not ceased";
}

// --- invalidation ---

TEST_F(AtsPortTest, InvalidationDropsTheEntryAndIsAcknowledged) {
  bus_.map(0x1000, 4096, 0x9000, kBoth);
  fill(0x1000);
  invalidate(0x1000, 5);
  EXPECT_THAT(bus_.completed, ElementsAre(FakeAtsBus::Completed{1U << 5, 1, 0}));
  bus_.map(0x1000, 4096, 0xC000, kBoth);
  EXPECT_EQ(write(0x1000), DmaStatus::kOkay);
  EXPECT_THAT(bus_.translated_to, ElementsAre(0xC000));
}

TEST_F(AtsPortTest, IsAcknowledgedWithoutAtsToo) {
  port_.enable_translations(false);
  invalidate(0x1000, 0);
  EXPECT_EQ(bus_.completed.size(), 1u);
}

TEST_F(AtsPortTest, WaitsForRequestsThatUseTheEntry) {
  bus_.map(0x1000, 4096, 0x9000, kBoth);
  fill(0x1000);
  start_write(0x1000);
  start_read(0x1008);
  invalidate(0x1000, 3);
  EXPECT_THAT(bus_.completed, IsEmpty());
  ASSERT_TRUE(bus_.perform(Kind::kTranslated));
  EXPECT_THAT(bus_.completed, IsEmpty());
  ASSERT_TRUE(bus_.deliver());
  EXPECT_THAT(bus_.completed, IsEmpty());
  ASSERT_TRUE(bus_.drain());
  EXPECT_THAT(bus_.completed, ElementsAre(FakeAtsBus::Completed{1U << 3, 1, 0}));
}

TEST_F(AtsPortTest, WaitsForNoOthers) {
  bus_.map(0x1000, 4096, 0x9000, kBoth);
  bus_.map(0x2000, 4096, 0xA000, kBoth);
  fill(0x1000);
  fill(0x2000);
  start_write(0x1000);
  invalidate(0x2000, 3);
  EXPECT_THAT(bus_.completed, ElementsAre(FakeAtsBus::Completed{1U << 3, 1, 1}));
}

TEST_F(AtsPortTest, SeveralInvalidationsEndInAnyOrder) {
  bus_.map(0x1000, 4096, 0x9000, kBoth);
  bus_.map(0x2000, 4096, 0xA000, kBoth);
  fill(0x1000);
  fill(0x2000);
  start_write(0x1000);
  invalidate(0x1000, 1);
  invalidate(0x2000, 2);
  invalidate(0x0000, 3, 1U << 20);
  EXPECT_THAT(bus_.completed, ElementsAre(FakeAtsBus::Completed{1U << 2, 1, 1}));
  ASSERT_TRUE(bus_.drain());
  EXPECT_THAT(bus_.completed, ElementsAre(FakeAtsBus::Completed{1U << 2, 1, 1},
                                          FakeAtsBus::Completed{1U << 1 | 1U << 3, 1, 0}))
      << "one message for both";
}

TEST_F(AtsPortTest, AnAnswerThatAnInvalidationOvertookIsNotUsed) {
  bus_.map(0x1000, 4096, 0x9000, kBoth);
  Transfer &transfer = start_write(0x1000);
  ASSERT_TRUE(bus_.perform(Kind::kTranslationRequest));  // the old page
  bus_.map(0x1000, 4096, 0xC000, kBoth);
  invalidate(0x1000, 7);
  EXPECT_EQ(bus_.completed.size(), 1u) << "nobody uses the old one";
  ASSERT_TRUE(bus_.drain());
  EXPECT_EQ(transfer.status, DmaStatus::kOkay);
  EXPECT_THAT(bus_.translated_to, ElementsAre(0xC000));
  EXPECT_EQ(byte_at(0x9000), 0);
  EXPECT_EQ(port_.statistics().discarded, 1u);
}

// The page that was asked for is not the one that was invalidated, but the answer holds both.
TEST_F(AtsPortTest, ALargeAnswerIsOvertakenByAnInvalidationOfAnyOfItsPages) {
  bus_.map(0x40'0000, k2M, 0x80'0000, kBoth);
  start_write(0x40'0000);
  ASSERT_TRUE(bus_.perform(Kind::kTranslationRequest));
  bus_.unmap(0x40'0000);
  bus_.map(0x40'0000, 4096, 0x80'0000, kBoth);
  invalidate(0x41'0000, 7);
  ASSERT_TRUE(bus_.drain());
  bus_.translated_to.clear();
  EXPECT_EQ(write(0x41'0000), DmaStatus::kBlocked);
  EXPECT_THAT(bus_.translated_to, IsEmpty());
}

TEST_F(AtsPortTest, AnAnswerOfAnotherRegionIsKept) {
  bus_.map(0x1000, 4096, 0x9000, kBoth);
  start_write(0x1000);
  ASSERT_TRUE(bus_.perform(Kind::kTranslationRequest));
  invalidate(0x5000, 7);
  ASSERT_TRUE(bus_.drain());
  EXPECT_EQ(bus_.asked.size(), 1u);
  EXPECT_EQ(port_.statistics().discarded, 0u);
}

TEST(AtsPortOptions, SeveralMessagesAnswerOneInvalidation) {
  FakeAtsBus bus;
  AtsPort port(bus, {.completions = 3});
  bus.invalidate({.source_id = {}, .itag = 31, .payload = 0x1000});
  ASSERT_EQ(bus.completed.size(), 3u);
  for (const auto &message : bus.completed) {
    EXPECT_EQ(message, (FakeAtsBus::Completed{1U << 31, 3, 0}));
  }
  EXPECT_EQ(port.statistics().acknowledged, 1u);
  EXPECT_THROW(AtsPort(bus, {.completions = 0}), std::invalid_argument);
  EXPECT_THROW(AtsPort(bus, {.completions = 9}), std::invalid_argument);
}

// --- misbehaviour ---

TEST_F(AtsPortTest, AcknowledgesEarly) {
  bus_.map(0x1000, 4096, 0x9000, kBoth);
  fill(0x1000);
  port_.misbehave(AtsMisbehaviour::kAcknowledgesEarly, 1);
  start_write(0x1000);
  invalidate(0x1000, 3);
  EXPECT_THAT(bus_.completed, ElementsAre(FakeAtsBus::Completed{1U << 3, 1, 1}));
  ASSERT_TRUE(bus_.drain());
  EXPECT_EQ(bus_.completed.size(), 1u) << "and not again";
}

TEST_F(AtsPortTest, NeverAnswers) {
  port_.misbehave(AtsMisbehaviour::kNeverAnswers, 2);
  for (std::uint8_t itag = 0; itag < 3; ++itag) invalidate(0x1000, itag);
  ASSERT_TRUE(bus_.drain());
  EXPECT_THAT(bus_.completed, ElementsAre(FakeAtsBus::Completed{1U << 2, 1, 0}));
  EXPECT_EQ(port_.statistics().invalidations, 3u);
  EXPECT_EQ(port_.statistics().acknowledged, 1u);
}

TEST_F(AtsPortTest, AnswersTwice) {
  port_.misbehave(AtsMisbehaviour::kAnswersTwice, 1);
  invalidate(0x1000, 4);
  EXPECT_EQ(bus_.completed.size(), 2u);
  invalidate(0x1000, 4);
  EXPECT_EQ(bus_.completed.size(), 3u);
}

TEST_F(AtsPortTest, WrongTag) {
  port_.misbehave(AtsMisbehaviour::kWrongTag, 2);
  invalidate(0x1000, 4);
  invalidate(0x1000, 31);
  EXPECT_EQ(bus_.completed.at(0).itags, 1U << 5);
  EXPECT_EQ(bus_.completed.at(1).itags, 1U << 0);
}

TEST_F(AtsPortTest, UsesAfterInvalidation) {
  bus_.map(0x1000, 4096, 0x9000, kBoth);
  fill(0x1000);
  port_.misbehave(AtsMisbehaviour::kUsesAfter, 1);
  bus_.unmap_all();
  invalidate(0x1000, 4);
  EXPECT_EQ(bus_.completed.size(), 1u);
  EXPECT_EQ(write(0x1000), DmaStatus::kOkay);
  EXPECT_THAT(bus_.translated_to, ElementsAre(0x9000));
  invalidate(0x1000, 4);
  EXPECT_EQ(write(0x1000), DmaStatus::kBlocked);
}

TEST_F(AtsPortTest, ForgesTranslatedRequests) {
  port_.enable_translations(false);
  port_.misbehave(AtsMisbehaviour::kForgesTranslated, 1);
  EXPECT_EQ(write(0xDEAD'0000), DmaStatus::kOkay);
  EXPECT_THAT(bus_.translated_to, ElementsAre(0xDEAD'0000));
  EXPECT_EQ(write(0xDEAD'0000), DmaStatus::kBlocked);
}

TEST(AtsMisbehaviours, HaveNames) {
  for (const std::string_view name : kAtsMisbehaviours) {
    ASSERT_TRUE(ats_misbehaviour_named(name));
    EXPECT_EQ(name_of(*ats_misbehaviour_named(name)), name);
  }
  EXPECT_FALSE(ats_misbehaviour_named("answers"));
}

}  // namespace
}  // namespace dmar::devices
