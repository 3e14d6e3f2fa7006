// SPDX-License-Identifier: Apache-2.0
// Bugs of other units that have to do with interrupts (docs/verification.md, "The pack"), for units
// with interrupt remapping.
#include <fmt/format.h>

#include "tables/interrupt_table.hpp"
#include "tests/scenario/scenario.hpp"

namespace dmar {
namespace {

class InterruptPack : public Scenario {
 protected:
  static constexpr unsigned kSizeExponent = 3;  // 16 entries
  static constexpr HostAddr kFirst{0x0600'0000};
  static constexpr HostAddr kSecond{0x0610'0000};
  static constexpr unsigned kIndex = 5;

  // DMA and interrupts of kDevice remapped; entry n of each table has a vector of its own.
  void start_remapping() {
    start_with_page();
    for (unsigned n = 0; n < first_.entries(); ++n) {
      first_.set(n, {.vector = 0x30 + n});
      second_.set(n, {.vector = 0x60 + n});
    }
    driver().enable_queue();
    driver().set_interrupt_table(kFirst, kSizeExponent);
    driver().invalidate(InterruptScope{});
    driver().enable_interrupt_remapping();
  }

  Completion send(const Message &message, std::uint32_t bytes = 4) {
    std::vector<std::uint8_t> data(bytes);
    for (unsigned k = 0; k < 4 && k < bytes; ++k) {
      data[k] = static_cast<std::uint8_t>(message.data >> (8 * k));
    }
    return unit().access(write_of(Iova(message.address), bytes), data);
  }
  void expect_vector(unsigned index, unsigned vector) {
    const Completion completion = send(remappable_message(index));
    ASSERT_TRUE(completion.interrupt.has_value());
    EXPECT_EQ(completion.interrupt->data & 0xFF, vector);
  }
  // One record with this reason, of this device, and nothing else happened.
  void expect_one_fault(const Completion &completion, FaultReason reason) {
    EXPECT_THAT(completion, Faults(reason));
    EXPECT_FALSE(completion.interrupt.has_value());
    EXPECT_EQ(driver().fault_status() & ~fsts::kFri, fsts::kPpf);
    const std::vector<FaultEntry> faults = driver().drain_faults();
    ASSERT_EQ(faults.size(), 1U);
    EXPECT_EQ(faults[0].reason(), reason);
    EXPECT_EQ(faults[0].source_id(), kDevice);
  }

  InterruptTable first_{memory(), kFirst, kSizeExponent};
  InterruptTable second_{memory(), kSecond, kSizeExponent};
};

// Row 14: a malformed message took the system down. Here it is a fault, and all else goes on.
TEST_P(InterruptPack, RealBug14_MalformedRemappableRequests) {
  start_remapping();
  const auto still_works = [&] {
    expect_vector(kIndex, 0x30 + kIndex);
    EXPECT_THAT(access(read_of(kIova)), Reaches(kData));
  };
  const Message good = remappable_message(kIndex);
  Message reserved = remappable_message(kIndex, 0);
  reserved.data = 0x8000'0000;
  expect_one_fault(send(reserved), FaultReason::kInterruptRequestReserved);
  still_works();
  expect_one_fault(send(remappable_message(first_.entries())),
                   FaultReason::kInterruptIndexBeyondTable);
  still_works();
  expect_one_fault(send(remappable_message(0xFFFF, 0xFFFF)),
                   FaultReason::kInterruptIndexBeyondTable);
  still_works();
  expect_one_fault(send({.address = 0xFEE0'1000, .data = 0x31}),
                   FaultReason::kInterruptCompatibilityBlocked);
  still_works();
  for (const std::uint32_t bytes : {1U, 2U, 8U, 16U}) {
    expect_one_fault(send(good, bytes), FaultReason::kInterruptRequestInvalid);
    still_works();
  }
  expect_one_fault(access(read_of(Iova(good.address), 4)), FaultReason::kInterruptRequestInvalid);
  still_works();
}

// Row 7 for interrupt entries: the reserved values of SVT and DLM, and the reserved bits.
TEST_P(InterruptPack, RealBug07_EveryEncodingOfAnInterruptEntry) {
  start_remapping();
  for (unsigned validation = 0; validation < 4; ++validation) {
    for (unsigned mode = 0; mode < 8; ++mode) {
      first_.set(kIndex, {.delivery_mode = mode,
                          .vector = 0x44,
                          .source_id = validation == 2 ? SourceId{} : kDevice,
                          .source_validation = validation});
      driver().invalidate(InterruptScope{.all = false, .index = kIndex});
      SCOPED_TRACE(fmt::format("SVT {}, DLM {}", validation, mode));
      if (validation == 3 || mode == 3 || mode == 6) {
        expect_one_fault(send(remappable_message(kIndex)), FaultReason::kInterruptEntryReserved);
      } else {
        expect_vector(kIndex, 0x44);
      }
    }
  }
}

// Row 27: a new table was enabled while entries of the old one were still cached. What software has
// to do depends on CAP.ESIRTPS; after that nothing of the old table is used, in either direction.
TEST_P(InterruptPack, RealBug27_StaleEntriesOfTheOldTable) {
  start_remapping();
  for (unsigned round = 0; round < 4; ++round) {
    const bool second = round % 2 == 0;
    for (unsigned n = 0; n < first_.entries(); ++n) expect_vector(n, (second ? 0x30 : 0x60) + n);
    driver().set_interrupt_table(second ? kSecond : kFirst, kSizeExponent);
    if (!config().interrupt_pointer_flush) driver().invalidate(InterruptScope{});
    for (unsigned n = 0; n < first_.entries(); ++n) expect_vector(n, (second ? 0x60 : 0x30) + n);
  }
  // The same with remapping off meanwhile, as a system that starts anew does it.
  driver().disable_interrupt_remapping();
  driver().set_interrupt_table(kSecond, kSizeExponent);
  if (!config().interrupt_pointer_flush) driver().invalidate(InterruptScope{});
  driver().enable_interrupt_remapping();
  for (unsigned n = 0; n < first_.entries(); ++n) expect_vector(n, 0x60 + n);
}

// Row 55: reserved bits of interrupt entries were not checked. Each of them alone, in an entry that
// is in use, keeps the interrupt from being sent, in both modes of destination ids; the entry works
// again without the bit, and the entries beside it all the time.
TEST_P(InterruptPack, RealBug55_EveryReservedBitOfAnEntry) {
  constexpr unsigned kBits = 128;
  const InterruptEntry good{.destination = 0x0300};
  const std::uint64_t always_lo =
      bits(14, 12) | bits(31, 24) | (config().posted_interrupts ? 0 : bit(15));
  const std::uint64_t always_hi = bits(63, 20);
  start_remapping();
  for (const bool extended : {false, true}) {
    if (extended && !config().extended_interrupt_mode) continue;
    driver().disable_interrupt_remapping();
    driver().set_interrupt_table(kFirst, kSizeExponent, extended);
    driver().invalidate(InterruptScope{});
    driver().enable_interrupt_remapping();
    const std::uint64_t reserved_lo = always_lo | (extended ? 0 : bits(39, 32) | bits(63, 48));
    for (unsigned n = 0; n < kBits; ++n) {
      const std::uint64_t lo = n < 64 ? bit(n) : 0;
      const std::uint64_t hi = n < 64 ? 0 : bit(n - 64);
      if ((reserved_lo & lo) == 0 && (always_hi & hi) == 0) continue;
      SCOPED_TRACE(fmt::format("bit {}{}", n, extended ? ", extended" : ""));
      first_.set_raw(kIndex, good.lo() | lo, good.hi() | hi);
      driver().invalidate(InterruptScope{.all = false, .index = kIndex});
      expect_one_fault(send(remappable_message(kIndex)), FaultReason::kInterruptEntryReserved);
      expect_vector(kIndex + 1, 0x30 + kIndex + 1);
      first_.set(kIndex, good);
      driver().invalidate(InterruptScope{.all = false, .index = kIndex});
      expect_vector(kIndex, good.vector);
    }
  }
}

DMAR_SCENARIO_WITH(InterruptPack, [](const Config &config) { return config.interrupt_remapping; });

}  // namespace
}  // namespace dmar
