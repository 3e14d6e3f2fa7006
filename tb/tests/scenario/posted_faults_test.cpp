// SPDX-License-Identifier: Apache-2.0
// Entries in posted format and descriptors that fault (VT-d 5.1.4.1, 9.10, 9.11): every bit, each
// code with its record and FPD, and that nothing is written.
#include <fmt/format.h>

#include "tests/scenario/posted_scenario.hpp"

namespace dmar {
namespace {

using R = FaultReason;
using ::testing::IsEmpty;

class PostedFaults : public PostedScenario {
 protected:
  // The interrupt faults, is recorded unless FPD says otherwise, and leaves the descriptor alone.
  void expect_no_posting(const PostedEntry &entry, R reason, std::uint64_t more_lo = 0,
                         std::uint64_t more_hi = 0) {
    for (const bool fpd : {false, true}) {
      PostedEntry spoilt = entry;
      spoilt.fpd = fpd;
      const unsigned index = fresh_index();
      table().set_raw(index, spoilt.lo() ^ more_lo, spoilt.hi() ^ more_hi);
      const auto before = descriptor().words();
      if (fpd) {
        expect_unrecorded_fault(interrupt(index), reason);
      } else {
        expect_fault(interrupt(index), reason);
      }
      EXPECT_EQ(descriptor().words(), before);
      EXPECT_THAT(notifications(), IsEmpty());
    }
  }
  static constexpr PostedEntry kGood{.descriptor = kDescriptor};
};

TEST_P(PostedFaults, Code22NotPresent) {
  start_remapping(10);
  descriptor().clear(kControl);
  expect_no_posting({.present = false, .descriptor = kDescriptor}, R::kInterruptEntryNotPresent);
}

// Every bit of an entry turned over alone.
TEST_P(PostedFaults, Code24EachReservedBitOfTheEntry) {
  start_remapping(10);
  const std::uint64_t reserved_lo = bits(7, 2) | bits(13, 12) | bits(37, 24);
  const std::uint64_t reserved_hi = bits(31, 20) | bits(63, config().host_address_width);
  descriptor().clear(kControl);
  for (unsigned n = 0; n < 64 && !HasFailure(); ++n) {
    SCOPED_TRACE(n);
    if ((reserved_lo & bit(n)) != 0) expect_no_posting(kGood, R::kInterruptEntryReserved, bit(n));
    if ((reserved_hi & bit(n)) != 0) {
      expect_no_posting(kGood, R::kInterruptEntryReserved, 0, bit(n));
    }
  }
}

// Software may use bits 11:8; URG and the vector are no reserved bits.
TEST_P(PostedFaults, AvailableBitsAreIgnored) {
  start_remapping(8);
  for (unsigned n = 8; n < 12; ++n) {
    descriptor().clear(kControl);
    const unsigned index = fresh_index();
    table().set_raw(index, kGood.lo() | bit(n), kGood.hi());
    EXPECT_THAT(access(interrupt(index)), IsPosted());
  }
}

// Each bit of the address that the unit has, in both parts of the entry.
TEST_P(PostedFaults, EveryAddressBit) {
  start_remapping(8);
  for (unsigned n = 6; n < config().host_address_width; ++n) {
    SCOPED_TRACE(n);
    const HostAddr address(bit(n));
    descriptor(address).clear(kControl);
    EXPECT_THAT(access(interrupt(post_to({.vector = 0x41, .descriptor = address}))), IsPosted());
    EXPECT_EQ(descriptor(address).word(1), 2U);
    EXPECT_EQ(descriptor(address).control(), kControl | kOn);
  }
}

TEST_P(PostedFaults, Code24UnknownValidation) {
  start_remapping(10);
  descriptor().clear(kControl);
  expect_no_posting({.descriptor = kDescriptor, .source_validation = 3},
                    R::kInterruptEntryReserved);
}

// SVT and SQ mean what they mean in the other format.
TEST_P(PostedFaults, Code26Source) {
  start_remapping(10);
  descriptor().clear(kControl);
  expect_no_posting({.descriptor = kDescriptor, .source_id = kOther, .source_validation = 1},
                    R::kInterruptSourceInvalid);
  expect_no_posting(
      {.descriptor = kDescriptor, .source_id = SourceId(0x0109), .source_validation = 2},
      R::kInterruptSourceInvalid);
  const SourceId other_function(static_cast<std::uint16_t>(kDevice.raw() ^ 4));
  expect_no_posting(
      {.descriptor = kDescriptor, .source_id = other_function, .source_validation = 1},
      R::kInterruptSourceInvalid);
  EXPECT_THAT(access(interrupt(post_to(
                  {.source_id = other_function, .source_qualifier = 1, .source_validation = 1}))),
              IsPosted());
  EXPECT_THAT(access(interrupt(post_to({.source_id = kDevice, .source_validation = 1}))),
              IsPosted());
  EXPECT_THAT(access(interrupt(post_to({.source_id = SourceId(0x0009), .source_validation = 2}))),
              IsPosted());
}

// The source counts before what is reserved, whichever bit that is.
TEST_P(PostedFaults, SourceCountsBeforeReservedBits) {
  start_remapping(10);
  descriptor().clear(kControl);
  const PostedEntry foreign{.descriptor = kDescriptor, .source_id = kOther, .source_validation = 1};
  for (const unsigned n : {2U, 7U, 12U, 24U, 37U}) {
    SCOPED_TRACE(n);
    expect_no_posting(foreign, R::kInterruptSourceInvalid, bit(n));
  }
  for (const unsigned n : {20U, 31U, 63U}) {
    SCOPED_TRACE(64 + n);
    expect_no_posting(foreign, R::kInterruptSourceInvalid, 0, bit(n));
  }
}

// Urgent entries fault as others do.
TEST_P(PostedFaults, UrgentEntries) {
  start_remapping(10);
  descriptor().clear(kControl);
  const PostedEntry urgent{.urgent = true, .descriptor = kDescriptor};
  expect_no_posting(urgent, R::kInterruptEntryReserved, bit(12));
  PostedEntry foreign = urgent;
  foreign.source_id = kOther;
  foreign.source_validation = 1;
  expect_no_posting(foreign, R::kInterruptSourceInvalid);
}

// Each part of the descriptor that cannot be read.
TEST_P(PostedFaults, Code27Access) {
  start_remapping(10);
  for (unsigned n = 0; n < 8; ++n) {
    descriptor().clear(kControl);
    const auto expect_error = [&](bool fpd) {
      const Request request = interrupt(post_to({.fpd = fpd}));
      const HostAddr word = descriptor().word_address(n);
      memory().inject_error(word, HostAddr(word.raw() + 7));
      if (fpd) {
        expect_unrecorded_fault(request, R::kPostedDescriptorAccess);
      } else {
        expect_fault(request, R::kPostedDescriptorAccess);
      }
      memory().clear_errors();
    };
    expect_error(false);
    expect_error(true);
    EXPECT_EQ(descriptor().control(), kControl);
    EXPECT_EQ(descriptor().word(0), 0U);
    EXPECT_THAT(notifications(), IsEmpty());
  }
  EXPECT_THAT(access(interrupt(post_to({}))), IsPosted());
}

// Every bit of the descriptor that has to be 0, alone.
TEST_P(PostedFaults, Code28EachReservedBitOfTheDescriptor) {
  start_remapping(kLargest);
  const std::uint64_t reserved =
      bits(15, 2) | bits(31, 24) | bits(39, 32) | bits(63, 48);  // ids of 8 bits
  for (unsigned word = 4; word < 8; ++word) {
    for (unsigned n = 0; n < 64 && !HasFailure(); ++n) {
      if (word == 4 && (reserved & bit(n)) == 0) continue;
      SCOPED_TRACE(fmt::format("q{} bit {}", word, n));
      descriptor().clear(kControl);
      descriptor().set_word(word, descriptor().word(word) | bit(n));
      expect_no_posting(kGood, R::kPostedDescriptorReserved);
    }
  }
}

TEST_P(PostedFaults, Code28WithLongIds) {
  if (!config().extended_interrupt_mode) GTEST_SKIP() << "no 32-bit APIC ids in this configuration";
  start_remapping(kLargest, true);
  for (unsigned n = 0; n < 64 && !HasFailure(); ++n) {
    if (((bits(15, 2) | bits(31, 24)) & bit(n)) == 0) continue;
    descriptor().clear(0x00F2'0000 | bit(n));
    expect_no_posting(kGood, R::kPostedDescriptorReserved);
  }
}

// A descriptor is looked at afresh for each interrupt: nothing of it is kept.
TEST_P(PostedFaults, RepairedDescriptorNeedsNoInvalidation) {
  start_remapping(8);
  const unsigned index = post_to({.vector = 0x41});
  descriptor().clear(kControl | bit(5));
  expect_fault(interrupt(index), R::kPostedDescriptorReserved);
  descriptor().clear(kControl);
  EXPECT_THAT(access(interrupt(index)), IsPosted());
  EXPECT_EQ(descriptor().word(1), 2U);
}

DMAR_POSTED_SCENARIO(PostedFaults);

class NoPosting : public PostedScenario {};

// Without CAP.PI the format bit is a reserved one, whatever else the entry says.
TEST_P(NoPosting, Code24ForThePostedFormat) {
  start_remapping(8);
  descriptor().clear(kControl);
  expect_fault(interrupt(post_to({})), R::kInterruptEntryReserved);
  expect_unrecorded_fault(interrupt(post_to({.fpd = true})), R::kInterruptEntryReserved);
  EXPECT_EQ(descriptor().control(), kControl);
}

DMAR_SCENARIO_WITH(
    NoPosting,
    +[](const Config &config) { return config.interrupt_remapping && !config.posted_interrupts; });

}  // namespace
}  // namespace dmar
