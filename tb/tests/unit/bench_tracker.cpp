// SPDX-License-Identifier: Apache-2.0
// The three views of one request must agree; each way to disagree is noticed.
#include <gmock/gmock.h>

#include <string>

#include "bench/dma_burst.hpp"
#include "bench/dma_tracker.hpp"

namespace dmar::bench {
namespace {

using ::testing::HasSubstr;

constexpr std::uint64_t kSnoopBit = std::uint64_t{1} << dma_user::kSnoop;
constexpr std::uint64_t kInterruptBit = std::uint64_t{1} << dma_user::kInterrupt;

class Tracker : public ::testing::Test {
 protected:
  BurstHandle add(std::uint64_t address, AccessKind kind = AccessKind::kRead,
                  std::uint32_t bytes = 4) {
    const Request request{
        .source_id = SourceId(0x28), .address = Iova(address), .kind = kind, .bytes = bytes};
    burst_ = make_burst(request, {}, 3);
    tracker_.add(++handle_, request, burst_.address, 100);
    return handle_;
  }

  void judge(std::uint64_t address, VerdictKind verdict, AccessKind kind = AccessKind::kRead,
             FaultReason reason = FaultReason::kNone) {
    tracker_.note_verdict({.source_id = SourceId(0x28),
                           .address = Iova(address),
                           .kind = kind,
                           .verdict = verdict,
                           .reason = reason});
  }

  // The access that the newest request causes when its page is moved to that of `address`.
  AxiAccess access_at(std::uint64_t address, std::uint64_t user = 0x28 | kSnoopBit) const {
    AxiAccess access{.write = burst_.write, .address = burst_.address};
    access.address.address = address;
    access.address.user = user;
    if (access.write) access.runs = {{.address = address, .bytes = {0x44, 0x33, 0x22, 0x11}}};
    return access;
  }

  static AxiResult answer(std::vector<std::uint8_t> responses) {
    AxiResult result{.responses = responses, .data = {}};
    result.data.resize(responses.size());
    return result;
  }

  template <class Action>
  std::string error_of(Action action) {
    try {
      action();
    } catch (const ProtocolError &error) {
      return error.what();
    }
    return "no error";
  }

  DmaTracker tracker_;
  AxiBurst burst_;
  BurstHandle handle_ = 0;
};

TEST_F(Tracker, ForwardedReadReportsAddressAndSnoop) {
  const auto handle = add(0x5004);
  judge(0x5004, VerdictKind::kForward);
  tracker_.note_access(access_at(0x9004, 0x28));
  const Outcome outcome = tracker_.finish(handle, answer({kRespOkay}));
  EXPECT_EQ(outcome.completion.status, Completion::Status::kOkay);
  EXPECT_EQ(outcome.completion.address, HostAddr(0x9004));
  EXPECT_FALSE(outcome.completion.snoop);
  EXPECT_EQ(outcome.completion.data.size(), 4U);
  EXPECT_TRUE(tracker_.empty());
}

TEST_F(Tracker, FaultReportsItsReason) {
  const auto handle = add(0x5000);
  judge(0x5000, VerdictKind::kFault, AccessKind::kRead, FaultReason::kReadNotPermitted);
  const Outcome outcome = tracker_.finish(handle, answer({kRespDecode}));
  EXPECT_EQ(outcome.completion.status, Completion::Status::kBlocked);
  EXPECT_EQ(outcome.completion.reason, FaultReason::kReadNotPermitted);
  EXPECT_TRUE(outcome.completion.data.empty());
}

TEST_F(Tracker, InterruptReportsItsMessage) {
  const auto handle = add(0xFEE01000, AccessKind::kWrite);
  judge(0xFEE01000, VerdictKind::kInterrupt, AccessKind::kWrite);
  tracker_.note_access(access_at(0xFEE01000, 0x28 | kInterruptBit));
  const Outcome outcome = tracker_.finish(handle, answer({kRespOkay}));
  ASSERT_TRUE(outcome.completion.interrupt.has_value());
  EXPECT_EQ(*outcome.completion.interrupt, (Message{0xFEE01000, 0x11223344}));
}

// The address and the data of a remapped interrupt are those of its table entry, wherever they put
// the DWORD in the beat; the oldest request that may leave as an interrupt is the one.
TEST_F(Tracker, RemappedInterruptsGoElsewhere) {
  const auto blocked = add(0xFEE01010, AccessKind::kWrite);
  const auto allowed = add(0xFEE02018, AccessKind::kWrite);
  judge(0xFEE01010, VerdictKind::kFault, AccessKind::kWrite);
  judge(0xFEE02018, VerdictKind::kInterrupt, AccessKind::kWrite);
  constexpr std::uint64_t kWideDestination = 0x12'3456ULL << 40;
  tracker_.note_access(access_at(kWideDestination | 0xFEE3400C, 0x28 | kInterruptBit));
  tracker_.finish(blocked, answer({kRespDecode}));
  EXPECT_EQ(tracker_.finish(allowed, answer({kRespOkay})).completion.interrupt,
            (Message{kWideDestination | 0xFEE3400C, 0x11223344}));
}

TEST_F(Tracker, MemoryErrorIsNotABlock) {
  const auto handle = add(0x5000);
  judge(0x5000, VerdictKind::kForward);
  tracker_.note_access(access_at(0x9000));
  EXPECT_EQ(tracker_.finish(handle, answer({kRespSlave})).completion.status,
            Completion::Status::kMemoryError);
}

class TranslationTracker : public Tracker {
 protected:
  BurstHandle ask(std::uint64_t address) {
    const Request request{.source_id = SourceId(0x28),
                          .address = Iova(address),
                          .bytes = 8,
                          .at = AddressType::kTranslationRequest,
                          .beat_bytes = 16};
    burst_ = make_burst(request, {}, 3);
    tracker_.add(++handle_, request, burst_.address, 100);
    return handle_;
  }
  void told(std::uint64_t address, VerdictKind verdict) {
    tracker_.note_verdict({.source_id = SourceId(0x28),
                           .address = Iova(address),
                           .at = AddressType::kTranslationRequest,
                           .verdict = verdict});
  }
};

TEST_F(TranslationTracker, IsOneBeatOfEightBytes) {
  ask(0x5008);
  EXPECT_EQ(burst_.address.len, 0);
  EXPECT_EQ(burst_.address.size, 3);
  EXPECT_EQ(burst_.address.user >> device_user::kAddressType, 1U);
  const Request reads{.source_id = SourceId(0x28),
                      .address = Iova(0),
                      .at = AddressType::kTranslationRequest,
                      .no_write = true};
  EXPECT_EQ(pack_user(reads) >> device_user::kAddressType,
            1U | 1U << (device_user::kNoWrite - device_user::kAddressType));
}

TEST_F(TranslationTracker, AddressTypeTellsItFromARead) {
  const auto read = add(0x5000, AccessKind::kRead, 8);
  const auto asked = ask(0x5000);
  told(0x5000, VerdictKind::kComplete);
  EXPECT_FALSE(tracker_.judged(read));
  ASSERT_TRUE(tracker_.judged(asked));
  EXPECT_EQ(tracker_.finish(asked, answer({kRespOkay})).completion.data.size(), 8U);
}

TEST_F(TranslationTracker, ErrorOfTheUnitIsAnAbort) {
  const auto aborted = ask(0x5000);
  told(0x5000, VerdictKind::kFault);
  EXPECT_EQ(tracker_.finish(aborted, answer({kRespSlave})).completion.status,
            Completion::Status::kAborted);
  const auto unsupported = ask(0x5000);
  told(0x5000, VerdictKind::kFault);
  EXPECT_EQ(tracker_.finish(unsupported, answer({kRespDecode})).completion.status,
            Completion::Status::kBlocked);
  const auto allowed = ask(0x5000);
  told(0x5000, VerdictKind::kComplete);
  EXPECT_THAT(error_of([&] { tracker_.finish(allowed, answer({kRespSlave})); }),
              HasSubstr("allowed, but answered with"));
}

TEST_F(TranslationTracker, CausesNoAccess) {
  ask(0x5000);
  EXPECT_THAT(error_of([&] { tracker_.note_access(access_at(0x9000)); }),
              HasSubstr("no outstanding request may cause it"));
}

TEST_F(Tracker, BlockedRequestThatReachedMemory) {
  const auto handle = add(0x5000);
  tracker_.note_access(access_at(0x9000));
  judge(0x5000, VerdictKind::kFault);
  EXPECT_THAT(error_of([&] { tracker_.finish(handle, answer({kRespDecode})); }),
              HasSubstr("not released, but memory was accessed"));
}

TEST_F(Tracker, AccessOfAnEqualYoungerRequestIsNotHeldAgainstTheOlder) {
  const auto blocked = add(0x5000);
  const auto allowed = add(0x5000);
  tracker_.note_access(access_at(0x9000));
  judge(0x5000, VerdictKind::kFault);
  judge(0x5000, VerdictKind::kForward);
  EXPECT_FALSE(tracker_.finish(blocked, answer({kRespDecode})).completion.address.has_value());
  EXPECT_EQ(tracker_.finish(allowed, answer({kRespOkay})).completion.address, HostAddr(0x9000));
}

TEST_F(Tracker, AccessNobodyAskedFor) {
  add(0x5000);
  const auto error = [&](const AxiAccess &access) {
    return error_of([&] { tracker_.note_access(access); });
  };
  const std::string nobody = "no outstanding request may cause it";
  EXPECT_THAT(error(access_at(0x9004)), HasSubstr(nobody));        // other page offset
  EXPECT_THAT(error(access_at(0x9000, 0x29)), HasSubstr(nobody));  // other source id
  AxiAccess other = access_at(0x9000);
  other.address.id = 4;
  EXPECT_THAT(error(other), HasSubstr(nobody));
  other = access_at(0x9000);
  other.address.len = 1;
  EXPECT_THAT(error(other), HasSubstr(nobody));
  other = access_at(0x9000);
  other.write = true;
  EXPECT_THAT(error(other), HasSubstr(nobody));
  judge(0x5000, VerdictKind::kBlock);
  EXPECT_THAT(error(access_at(0x9000)), HasSubstr(nobody));  // already blocked
}

TEST_F(Tracker, InterruptMarkingMustMatchTheAddress) {
  add(0xFEE01000, AccessKind::kWrite);
  EXPECT_THAT(error_of([&] { tracker_.note_access(access_at(0xFEE01000)); }),
              HasSubstr("interrupt range, not marked"));
  EXPECT_THAT(error_of([&] { tracker_.note_access(access_at(0x1000, 0x28 | kInterruptBit)); }),
              HasSubstr("marked as interrupt, other address"));
  AxiAccess wide = access_at(0xFEE01000, 0x28 | kInterruptBit);
  wide.runs[0].bytes.resize(8);
  EXPECT_THAT(error_of([&] { tracker_.note_access(wide); }), HasSubstr("one DWORD write"));
}

TEST_F(Tracker, PasidDoesNotOpenTheInterruptRange) {
  const Request request{.source_id = SourceId(0x28),
                        .address = Iova(0xFEE01000),
                        .kind = AccessKind::kWrite,
                        .pasid = Pasid(3)};
  burst_ = make_burst(request, {}, 3);
  tracker_.add(++handle_, request, burst_.address, 100);
  EXPECT_THAT(error_of([&] { tracker_.note_access(access_at(0xFEE01000)); }),
              HasSubstr("interrupt range, not marked"));
}

TEST_F(Tracker, InterruptMarkingMustMatchTheVerdict) {
  add(0xFEE01000, AccessKind::kWrite);
  judge(0xFEE01000, VerdictKind::kForward, AccessKind::kWrite);
  EXPECT_THAT(error_of([&] { tracker_.note_access(access_at(0xFEE01000, 0x28 | kInterruptBit)); }),
              HasSubstr("no outstanding request may cause it"));
  const auto handle = add(0xFEE01004, AccessKind::kWrite);
  judge(0xFEE01004, VerdictKind::kInterrupt, AccessKind::kWrite);
  tracker_.note_access(access_at(0x5004));
  EXPECT_THAT(error_of([&] { tracker_.finish(handle, answer({kRespOkay})); }),
              HasSubstr("verdict and interrupt marking disagree"));
}

TEST_F(Tracker, VerdictsMustBelongToARequest) {
  add(0x5000);
  const std::string nobody = "which no outstanding request asked for";
  EXPECT_THAT(error_of([&] { judge(0x5004, VerdictKind::kForward); }), HasSubstr(nobody));
  EXPECT_THAT(error_of([&] { judge(0x5000, VerdictKind::kForward, AccessKind::kAtomic); }),
              HasSubstr(nobody));
  judge(0x5000, VerdictKind::kForward);
  EXPECT_THAT(error_of([&] { judge(0x5000, VerdictKind::kForward); }), HasSubstr(nobody));
}

TEST_F(Tracker, AnswersMustMatchTheVerdict) {
  const auto open = add(0x5000);
  EXPECT_THAT(error_of([&] { tracker_.finish(open, answer({kRespOkay})); }),
              HasSubstr("answered, no verdict"));
  judge(0x5000, VerdictKind::kForward);
  EXPECT_THAT(error_of([&] { tracker_.finish(open, answer({kRespDecode})); }),
              HasSubstr("allowed, but answered with DECERR"));
  EXPECT_THAT(error_of([&] { tracker_.finish(open, answer({kRespOkay})); }),
              HasSubstr("memory was not accessed"));
  const auto blocked = add(0x6000, AccessKind::kRead, 64);
  judge(0x6000, VerdictKind::kBlock);
  EXPECT_THAT(error_of([&] {
                tracker_.finish(blocked, answer({0, 0, 0, 0}));
              }),
              HasSubstr("blocked, but answered without DECERR"));
  EXPECT_THAT(error_of([&] {
                tracker_.finish(blocked, answer({3, 3, 0, 3}));
              }),
              HasSubstr("DECERR on some beats only"));
}

}  // namespace
}  // namespace dmar::bench
