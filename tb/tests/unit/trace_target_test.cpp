// SPDX-License-Identifier: Apache-2.0
// A unit that misbehaves behind a correct answer is caught by the replay.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "trace/replayer.hpp"
#include "trace/sequence.hpp"
#include "trace_support.hpp"

namespace dmar::trace {
namespace {

using ::testing::HasSubstr;

constexpr std::uint64_t kVictim = 0x777000;  // no table, no buffer
constexpr Iova kBlockedIova(0xdeadb000);

class MisbehavingUnit : public ::testing::Test {
 protected:
  // All requests of the trace, or the first 200 events of it.
  Report replay(bool whole = false) {
    Trace trace = lazy_trace();
    if (!whole) trace.entries.resize(200);
    return Replayer(trace, target_, {.poll_limit = 5}).run();
  }

  // Spoils the first request that is a write and was done.
  void after_first_write(std::function<void(Completion &, Memory &)> spoil) {
    target_.after_access = [this, spoil](const Request &request, Completion &completion,
                                         Memory &memory) {
      if (request.kind == AccessKind::kWrite && completion.address && !done_) {
        done_ = true;
        spoil(completion, memory);
      }
    };
  }

  TamperedTarget target_;
  bool done_ = false;
};

TEST_F(MisbehavingUnit, UnspoiledOnePasses) {
  const Report report = replay(true);
  EXPECT_EQ(report.mismatches, 0U);
  EXPECT_EQ(report.counters.cycles, 2U);
}

TEST_F(MisbehavingUnit, LostWriteDataIsSeen) {
  after_first_write([](Completion &completion, Memory &memory) {
    memory.write8(*completion.address,
                  static_cast<std::uint8_t>(memory.read8(*completion.address) ^ 1));
  });
  const Report report = replay();
  ASSERT_EQ(report.mismatches, 1U);
  EXPECT_THAT(report.first[0].unit, HasSubstr("did not arrive"));
}

TEST_F(MisbehavingUnit, StrayWriteIsSeen) {
  after_first_write([](Completion &, Memory &memory) { memory.write8(HostAddr(kVictim), 1); });
  const Report report = replay();
  ASSERT_EQ(report.mismatches, 1U);
  EXPECT_EQ(report.first[0].unit, "1 bytes written to 777000 by no request");
}

TEST_F(MisbehavingUnit, WriteElsewhereThanClaimedIsSeen) {
  after_first_write(
      [](Completion &completion, Memory &) { completion.address = HostAddr(kVictim); });
  EXPECT_GE(replay().mismatches, 3U);  // the address, the bytes missing there, the stray bytes
}

TEST_F(MisbehavingUnit, WrongReadDataIsSeen) {
  target_.after_access = [this](const Request &request, Completion &completion, Memory &) {
    if (request.bytes != 16 || done_) return;
    done_ = true;
    completion.data.back() ^= 0x80;
  };
  const Report report = replay();
  ASSERT_EQ(report.mismatches, 1U);
  EXPECT_EQ(report.first[0].unit, "read data differ from memory from byte 15 on");
}

TEST_F(MisbehavingUnit, WriteOfABlockedRequestIsSeen) {
  target_.after_access = [](const Request &request, Completion &, Memory &memory) {
    if (request.address == kBlockedIova) memory.write8(HostAddr(0xdeadb000), 1);
  };
  const Report report = replay(true);
  ASSERT_EQ(report.mismatches, 1U);
  EXPECT_EQ(report.first[0].line, 21708U);
}

TEST_F(MisbehavingUnit, ReadOfABlockedRequestIsSeenAtThePort) {
  target_.after_access = [this](const Request &request, Completion &, Memory &) {
    if (request.address == Iova(0xcafe2000)) {
      target_.accesses.push_back({.write = false, .address = HostAddr(kVictim), .bytes = 16});
    }
  };
  const Report report = replay(true);
  ASSERT_EQ(report.mismatches, 1U);
  EXPECT_EQ(report.first[0].unit, "read of 16 bytes at 777000 that nobody asked for");
}

TEST_F(MisbehavingUnit, BurstBeyondTheRequestIsSeenAtThePort) {
  after_first_write([this](Completion &completion, Memory &) {
    target_.accesses.push_back(
        {.write = true, .address = *completion.address, .bytes = 1024});  // the request has 512
  });
  EXPECT_EQ(replay().mismatches, 1U);
}

TEST_F(MisbehavingUnit, OtherFaultReasonIsSeenInAnswerAndRecord) {
  target_.after_access = [](const Request &, Completion &completion, Memory &) {
    if (completion.reason == FaultReason::kWriteNotPermitted) {
      completion.reason = FaultReason::kContextInvalid;
    }
  };
  const Report report = replay(true);
  ASSERT_EQ(report.mismatches, 1U);
  EXPECT_EQ(report.first[0].unit, "fault 3");
  EXPECT_EQ(report.first[0].golden, "fault 5");
}

TEST_F(MisbehavingUnit, OtherFaultRecordIsSeen) {
  target_.after_read = [](std::uint32_t offset, std::uint64_t &value) {
    if (offset == 0x600 && value != 0) value ^= 0x1000;
  };
  const Report report = replay(true);
  ASSERT_EQ(report.mismatches, 3U);  // at both faults, and when the driver reads it
  EXPECT_THAT(report.first[0].what, HasSubstr("fault record 0"));
}

TEST_F(MisbehavingUnit, OtherCapabilityThanItsModelIsNoNote) {
  target_.after_read = [](std::uint32_t offset, std::uint64_t &value) {
    if (offset == 0x10) value ^= 8;
  };
  EXPECT_EQ(replay(true).mismatches, 2U);
}

TEST_F(MisbehavingUnit, StatusWriteElsewhereIsSeen) {
  target_.after_status = [](std::vector<StatusEvent> &writes) {
    for (StatusEvent &write : writes) write.value += 1;
  };
  const Report report = replay(true);
  EXPECT_EQ(report.mismatches, 69U);
  EXPECT_EQ(report.first[0].unit, "1984c04 3");
  EXPECT_EQ(report.first[0].golden, "1984c04 2");
}

TEST_F(MisbehavingUnit, MissingEventMessageIsSeen) {
  target_.after_messages = [](std::vector<Message> &messages) { messages.clear(); };
  const Report report = replay(true);
  EXPECT_EQ(report.mismatches, 2U);
  EXPECT_EQ(report.first[0].unit, "nothing");
}

TEST_F(MisbehavingUnit, SlowStatusRegisterIsPolled) {
  int reads = 0;
  target_.after_read = [&reads](std::uint32_t offset, std::uint64_t &value) {
    if (offset == 0x1c && value == 0xc4000000 && ++reads < 4) value = 0x44000000;
  };
  const Report report = replay(true);
  EXPECT_EQ(report.mismatches, 0U);
  EXPECT_EQ(report.extra_polls, 3U);
}

TEST_F(MisbehavingUnit, StuckStatusRegisterIsAMismatch) {
  target_.after_read = [](std::uint32_t offset, std::uint64_t &value) {
    if (offset == 0x1c) value &= ~std::uint64_t{0x80000000};
  };
  const Report report = replay(true);
  ASSERT_EQ(report.mismatches, 1U);
  EXPECT_EQ(report.extra_polls, 5U);
  EXPECT_EQ(report.first[0].unit, "44000000");
}

TEST_F(MisbehavingUnit, ExceptionEndsTheReplay) {
  target_.after_access = [](const Request &request, Completion &, Memory &) {
    if (request.address == kBlockedIova) throw std::runtime_error("RTL assertion failed");
  };
  const Report report = replay(true);
  EXPECT_FALSE(report.complete);
  ASSERT_EQ(report.mismatches, 1U);
  EXPECT_EQ(report.first[0].line, 21708U);
  EXPECT_EQ(report.first[0].unit, "RTL assertion failed");
}

std::string aligned(const std::vector<int> &seen, const std::vector<int> &expected) {
  std::string out;
  for (const auto &difference : differences(seen, expected)) {
    out += difference.seen ? std::to_string(*difference.seen) : "-";
    out += difference.expected ? std::to_string(*difference.expected) : "-";
    out += ' ';
  }
  return out;
}

TEST(Sequence, OneDifferenceForEachElement) {
  EXPECT_EQ(aligned({1, 2, 3}, {1, 2, 3}), "");
  EXPECT_EQ(aligned({1, 2, 3}, {2, 3}), "1- ");
  EXPECT_EQ(aligned({1, 3}, {1, 2, 3}), "-2 ");
  EXPECT_EQ(aligned({1, 9, 3}, {1, 2, 3}), "92 ");
  EXPECT_EQ(aligned({}, {1, 2}), "-1 -2 ");
  EXPECT_EQ(aligned({1, 2}, {}), "1- 2- ");
  EXPECT_EQ(aligned({2, 1}, {1, 2}), "-1 1- ");
}

}  // namespace
}  // namespace dmar::trace
