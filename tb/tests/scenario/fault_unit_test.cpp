// SPDX-License-Identifier: Apache-2.0
// The record file (VT-d 7.2): order, overflow, collapse, FRI, index, write-1-to-clear.
#include <fmt/format.h>

#include <algorithm>

#include "tests/scenario/scenario.hpp"

namespace dmar {
namespace {

using Reason = FaultReason;

class FaultUnit : public Scenario {
 protected:
  [[nodiscard]] unsigned records() const { return config().fault_records; }
  // Requester `n`, on a bus without a context table.
  static SourceId source(unsigned n) { return bdf(0x80, n / 8, n % 8); }
  // Request `n` of requester `n`; it faults with 01h.
  static Request faulting(unsigned n) {
    return read_of(Iova(0x10'0000 + kPage * n), 64, source(n));
  }
  void fault(unsigned n) { EXPECT_THAT(access(faulting(n)), Faults(Reason::kRootNotPresent)); }
  void expect_record(unsigned index, unsigned n) {
    EXPECT_EQ(driver().record(index),
              expected_record(config(), faulting(n), Reason::kRootNotPresent))
        << "record " << index;
  }
  [[nodiscard]] std::uint32_t status() { return driver().fault_status(); }
  void fill(unsigned first = 0) {
    for (unsigned n = 0; n < records(); ++n) fault(first + n);
  }
};

TEST_P(FaultUnit, RecordsFillInOrder) {
  start();
  for (unsigned n = 0; n < records(); ++n) {
    fault(n);
    for (unsigned k = 0; k <= n; ++k) expect_record(k, k);
    for (unsigned k = n + 1; k < records(); ++k) EXPECT_FALSE(driver().record(k).valid());
    EXPECT_EQ(status(), fsts::kPpf);  // FRI = 0
  }
}

TEST_P(FaultUnit, RealBug50_OverflowLosesTheNewFaultAndRecovers) {
  start();
  fill();
  fault(100);
  EXPECT_EQ(status(), fsts::kPpf | fsts::kPfo);
  for (unsigned n = 0; n < records(); ++n) expect_record(n, n);
  // With PFO set nothing is recorded, even into a free record.
  driver().clear_record(0);
  fault(101);
  EXPECT_FALSE(driver().record(0).valid());
  driver().write32(reg::kFsts, fsts::kPfo);
  fault(102);
  expect_record(0, 102);
  EXPECT_EQ(status() & fsts::kPfo, 0U);
  // Clearing PFO while the file is full is legal; the next fault sets it again.
  fault(103);
  EXPECT_NE(status() & fsts::kPfo, 0U);
  driver().write32(reg::kFsts, fsts::kPfo);
  EXPECT_EQ(status() & fsts::kPfo, 0U);
  fault(104);
  EXPECT_NE(status() & fsts::kPfo, 0U);
}

TEST_P(FaultUnit, FaultsOfOneSourceCollapse) {
  start();
  fault(7);
  fault(7);
  expect_record(0, 7);
  if (config().collapse_faults) {
    EXPECT_EQ(status(), fsts::kPpf);
    if (records() > 1) {
      EXPECT_FALSE(driver().record(1).valid());
    }
  } else if (records() > 1) {
    expect_record(1, 7);
  }
  // A function of the same device is another source.
  fault(6);
  const unsigned used = config().collapse_faults ? 1 : 2;
  if (records() > used) expect_record(used, 6);
}

// A collapsed fault is not a lost one, also when the file is full.
TEST_P(FaultUnit, CollapsedFaultsDoNotOverflow) {
  start();
  fill();
  for (unsigned n = 0; n < records(); ++n) fault(n);
  EXPECT_EQ((status() & fsts::kPfo) != 0, !config().collapse_faults);
  driver().drain_faults();
  fault(0);
  EXPECT_EQ(driver().drain_faults().size(), 1U);
}

// RealBug25: PPF is the OR of all records; FRI names the first one only.
TEST_P(FaultUnit, RealBug25_PendingUntilTheLastRecordIsCleared) {
  start();
  fill();
  for (unsigned n = 0; n < records(); ++n) {
    EXPECT_NE(status() & fsts::kPpf, 0U);
    driver().clear_record((n + 1) % records());
  }
  EXPECT_EQ(status() & fsts::kAnyStatus, 0U);
}

TEST_P(FaultUnit, IndexGoesOnAfterClearing) {
  start();
  unsigned next = 0;
  for (unsigned n = 0; n < 3 * records() + 1; ++n) {
    fault(n);
    expect_record(next, n);
    EXPECT_EQ(status(), fsts::kPpf | (next << fsts::kFriShift));
    driver().clear_record(next);
    next = (next + 1) % records();
  }
}

TEST_P(FaultUnit, CircularWalkOfLinux) {
  start();
  fault(0);
  driver().clear_record(0);
  const unsigned count = records();
  for (unsigned n = 0; n < count; ++n) fault(10 + n);
  EXPECT_EQ(fsts::fri(status()), 1U % count);
  const auto drained = driver().drain_faults();
  ASSERT_EQ(drained.size(), count);
  for (unsigned n = 0; n < count; ++n) {
    EXPECT_EQ(drained[n], expected_record(config(), faulting(10 + n), Reason::kRootNotPresent));
  }
  EXPECT_EQ(status() & fsts::kAnyStatus, 0U);
}

TEST_P(FaultUnit, OnlyTheValidBitCanBeWritten) {
  start();
  fault(3);
  const std::uint32_t at = reg::frcd(0);
  driver().write64(at, ~std::uint64_t{0});
  driver().write32(at + 8, ~std::uint32_t{0});
  driver().write32(at + 12, 0x7FFF'FFFF);
  driver().write64(at + 8, 0x7FFF'FFFF'FFFF'FFFF);
  expect_record(0, 3);
  driver().write64(at + 8, bit(63));
  EXPECT_FALSE(driver().record(0).valid());
  EXPECT_EQ(status() & fsts::kPpf, 0U);
}

TEST_P(FaultUnit, ReadsInHalvesAgree) {
  start();
  fault(5);
  const FaultEntry whole = driver().record(0);
  for (unsigned n = 0; n < 4; ++n) {
    const std::uint64_t word = n < 2 ? whole.lo : whole.hi;
    EXPECT_EQ(driver().read32(reg::frcd(0) + 4 * n), (word >> (32 * (n % 2))) & kAll32);
  }
}

// RealBug26: a write-back of FSTS that means one bit must not clear another.
TEST_P(FaultUnit, RealBug26_StatusBitsAreIndependent) {
  start();
  fill();
  fault(100);
  driver().enable_queue();
  driver().submit({{.lo = 0xE, .hi = 0}});
  driver().poll32(reg::kFsts, fsts::kIqe, fsts::kIqe, "IQE");
  EXPECT_EQ(status() & fsts::kAnyStatus, fsts::kPpf | fsts::kPfo | fsts::kIqe);
  driver().write32(reg::kFsts, 0);
  driver().write32(reg::kFsts,
                   ~(fsts::kPfo | fsts::kIqe));  // PPF is read-only, the rest is not there
  EXPECT_EQ(status() & fsts::kAnyStatus, fsts::kPpf | fsts::kPfo | fsts::kIqe);
  driver().write32(reg::kFsts, fsts::kPfo);
  EXPECT_EQ(status() & fsts::kAnyStatus, fsts::kPpf | fsts::kIqe);
  memory().write64(driver().slot(0), wait_descriptor({}).lo);
  driver().write32(reg::kFsts, fsts::kIqe);
  EXPECT_EQ(status() & fsts::kAnyStatus, fsts::kPpf);
}

TEST_P(FaultUnit, IndexRestartsWhenTranslationGoesOff) {
  start();
  fault(1);
  driver().clear_record(0);
  driver().disable_translation();
  driver().enable_translation();
  fault(2);
  expect_record(0, 2);
}

// Records outlive the switch; the index stands at 0 and finds record 0 occupied.
TEST_P(FaultUnit, RecordsStayWhenTranslationGoesOff) {
  start();
  fault(1);
  driver().disable_translation();
  expect_record(0, 1);
  EXPECT_EQ(status(), fsts::kPpf);
  driver().enable_translation();
  fault(2);
  EXPECT_EQ(status(), fsts::kPpf | fsts::kPfo);
  expect_record(0, 1);
}

// Faults of the interrupt range exist without translation; the index is held at 0 then.
TEST_P(FaultUnit, IndexIsHeldWhileTranslationIsOff) {
  const auto bad = [](unsigned n) { return read_of(Iova(0xFEE0'0000), 4, source(n)); };
  EXPECT_THAT(access(bad(1)), Faults(Reason::kInterruptRequestInvalid));
  EXPECT_EQ(status(), fsts::kPpf);
  EXPECT_THAT(access(bad(2)), Faults(Reason::kInterruptRequestInvalid));
  EXPECT_EQ(status(), fsts::kPpf | fsts::kPfo);
  EXPECT_EQ(driver().record(0),
            expected_record(config(), bad(1), Reason::kInterruptRequestInvalid));
}

// A denial of service by faults: the file stays as it is, good traffic is served all along.
TEST_P(FaultUnit, RealBug15_FloodOfFaultsFromOneDevice) {
  start_with_page();
  std::vector<Request> requests;
  for (unsigned n = 0; n < 60; ++n) {
    requests.push_back(read_of(Iova(0x7000'0000 + kPage * n), 16, kNeighbour));
    requests.push_back(read_of(Iova(kIova.raw() + 64 * (n % 60)), 16));
  }
  const auto completions = unit().access_all(requests);
  for (unsigned n = 0; n < completions.size(); ++n) {
    if (n % 2 == 0) {
      EXPECT_THAT(completions[n], Faults(Reason::kContextNotPresent));
    } else {
      EXPECT_THAT(completions[n], Reaches(kData + 64 * (n / 2 % 60)));
    }
  }
  EXPECT_EQ((status() & fsts::kPfo) != 0, !config().collapse_faults);
  const auto drained = driver().drain_faults();
  EXPECT_EQ(drained.size(), config().collapse_faults ? 1U : records());
  for (const FaultEntry &entry : drained) EXPECT_EQ(entry.source_id(), kNeighbour);
}

TEST_P(FaultUnit, FaultsWithFpdLeaveNoTrace) {
  start_with_page();
  const Domain domain = tables().create_domain({.id = 4});
  tables().attach(kNeighbour, domain, {.fault_processing_disable = true});
  for (unsigned n = 0; n < 40; ++n) {
    EXPECT_THAT(access(write_of(Iova(kPage * n), 64, kNeighbour)),
                Faults(Reason::kWriteNotPermitted));
  }
  EXPECT_EQ(status(), 0U);
  EXPECT_THAT(access(read_of(kIova)), Reaches(kData));
}

DMAR_SCENARIO(FaultUnit);

}  // namespace
}  // namespace dmar
