// SPDX-License-Identifier: Apache-2.0
// Requests of both formats (VT-d 5.1.2, 5.1.4): what passes, which entry is meant, how far the
// table reaches.
#include <fmt/format.h>

#include "tests/scenario/interrupt_scenario.hpp"

namespace dmar {
namespace {

using R = FaultReason;

constexpr Message kCompatible{.address = 0xFEE0'1000, .data = 0x4041};

class InterruptRequests : public InterruptScenario {
 protected:
  Request with_subhandle(unsigned handle, unsigned subhandle) {
    return interrupt_of(remappable_message(handle, subhandle), kDevice);
  }
  // An entry that tells which index it stands at.
  static InterruptEntry marked(unsigned index) {
    return {.vector = index & 0xFF, .destination = index & 0xFF00};
  }
  void mark(unsigned index) { table().set(index, marked(index)); }
  void expect_reaches(const Request &request, unsigned index) {
    EXPECT_THAT(access(request), Delivers(delivered(marked(index)))) << index;
  }
};

TEST_P(InterruptRequests, EverythingPassesWhileOff) {
  driver().enable_queue();
  use_table(kLargest);
  for (const std::uint64_t address :
       {0xFEE0'0010ULL, 0xFEE0'1000ULL, 0xFEEF'FFFCULL, 0xFEE0'0818ULL}) {
    for (const std::uint32_t data : {0U, 0x0001'0003U, ~0U}) {
      const Message message{address, data};
      EXPECT_THAT(access(interrupt_of(message, kDevice)), Delivers(message));
    }
  }
  EXPECT_EQ(driver().fault_status(), 0U);
}

// CFI decides, and it may be set before or after IRE.
TEST_P(InterruptRequests, CompatibilityFormat) {
  start_remapping();
  expect_fault(interrupt_of(kCompatible, kDevice), R::kInterruptCompatibilityBlocked);
  driver().allow_compatibility(true);
  for (const std::uint64_t address : {0xFEE0'1000ULL, 0xFEEF'F00CULL, 0xFEE0'0FE8ULL}) {
    for (const std::uint32_t data : {0x4041U, ~0U}) {
      EXPECT_THAT(access(interrupt_of({address, data}, kOther)), Delivers(Message{address, data}));
    }
  }
  driver().allow_compatibility(false);
  expect_fault(interrupt_of(kCompatible, kDevice), R::kInterruptCompatibilityBlocked);
  driver().disable_interrupt_remapping();
  driver().allow_compatibility(true);
  driver().enable_interrupt_remapping();
  EXPECT_THAT(access(interrupt_of(kCompatible, kDevice)), Delivers(kCompatible));
}

// In x2APIC mode nothing passes unchanged.
TEST_P(InterruptRequests, CompatibilityFormatInExtendedMode) {
  if (!config().extended_interrupt_mode) {
    driver().set_interrupt_table(kTable, kLargest, true);
    EXPECT_EQ(driver().read64(reg::kIrta), kTable.raw() | kLargest);
    return;
  }
  start_remapping(kLargest, true);
  driver().allow_compatibility(true);
  expect_fault(interrupt_of(kCompatible, kDevice), R::kInterruptCompatibilityBlocked);
  driver().allow_compatibility(false);
  expect_fault(interrupt_of(kCompatible, kDevice), R::kInterruptCompatibilityBlocked);
}

TEST_P(InterruptRequests, WhatIsNoDwordWriteFaults) {
  start_remapping();
  mark(0x20);
  const Iova address(remappable_message(0x20).address);
  for (const std::uint32_t bytes : {1U, 2U, 3U, 8U, 16U}) {
    expect_fault(write_of(address, bytes), R::kInterruptRequestInvalid);
  }
  expect_fault(write_of(Iova(address.raw() + 1), 4), R::kInterruptRequestInvalid);
  expect_fault(read_of(address, 4), R::kInterruptRequestInvalid);
  expect_fault(request_of(AccessKind::kAtomic, address), R::kInterruptRequestInvalid);
  EXPECT_THAT(access(request_of(AccessKind::kZeroLengthRead, address)), IsOkay());
  expect_reaches(interrupt(0x20), 0x20);
}

// Remapping concerns the interrupt range only. A request with PASID is no interrupt, and as DMA it
// may not go there.
TEST_P(InterruptRequests, OtherRequestsAreNoInterrupts) {
  start_remapping();
  EXPECT_THAT(access(write_of(Iova(0xFEDF'FFF0), 4)), Reaches(0xFEDF'FFF0));
  Request request = write_of(Iova(0xFEE0'1010), 4);
  request.pasid = Pasid(3);
  expect_refused(request);
}

// Translation has no say: no context, a bad root table, protected memory or not.
TEST_P(InterruptRequests, TranslationIsNotAsked) {
  start_remapping();
  mark(0x30);
  start();
  expect_reaches(interrupt(0x30), 0x30);
  driver().set_root_pointer(tables().root_table(), 2);
  expect_reaches(interrupt(0x30), 0x30);
}

// Each bit of handle and sub-handle, one at a time and together.
TEST_P(InterruptRequests, EachBitOfTheIndex) {
  start_remapping();
  for (unsigned n = 0; n < 16; ++n) mark(1U << n);
  for (unsigned n = 0; n < 16; ++n) {
    expect_reaches(interrupt(1U << n), 1U << n);
    expect_reaches(with_subhandle(1U << n, 0), 1U << n);
    expect_reaches(with_subhandle(0, 1U << n), 1U << n);
    if (n > 0) expect_reaches(with_subhandle(1U << (n - 1), 1U << (n - 1)), 1U << n);
  }
  mark(0xFFFF);
  expect_reaches(interrupt(0xFFFF), 0xFFFF);
  expect_reaches(with_subhandle(0xAAAA, 0x5555), 0xFFFF);
}

TEST_P(InterruptRequests, SubhandleReservedBits) {
  start_remapping();
  mark(0x43);
  for (unsigned n = 16; n < 32; ++n) {
    Request request = with_subhandle(0x40, 3);
    expect_reaches(request, 0x43);
    request.message_data |= 1U << n;
    expect_fault(request, R::kInterruptRequestReserved);
    request.address = Iova(request.address.raw() & ~std::uint64_t{8});  // SHV=0: ignored
    request.message_data = 1U << n;
    mark(0x40);
    expect_reaches(request, 0x40);
  }
}

// 17 bits: a carry does not come round to the first entries.
TEST_P(InterruptRequests, SumBeyondSixteenBits) {
  start_remapping();
  for (const unsigned index : {0U, 1U, 0xFFFEU, 0xFFFFU}) mark(index);
  expect_fault(with_subhandle(0xFFFF, 1), R::kInterruptIndexBeyondTable);
  expect_fault(with_subhandle(0xFFFF, 2), R::kInterruptIndexBeyondTable);
  expect_fault(with_subhandle(0x8000, 0x8000), R::kInterruptIndexBeyondTable);
  expect_fault(with_subhandle(0xFFFF, 0xFFFF), R::kInterruptIndexBeyondTable);
  expect_reaches(with_subhandle(0xFFFF, 0), 0xFFFF);
}

TEST_P(InterruptRequests, EverySizeOfTheTable) {
  start_remapping();
  for (unsigned exponent = 0; exponent <= kLargest; ++exponent) {
    SCOPED_TRACE(fmt::format("S={}", exponent));
    use_table(exponent);
    const unsigned entries = 2U << exponent;
    mark(0);
    mark(entries - 1);
    expect_reaches(interrupt(0), 0);
    expect_reaches(interrupt(entries - 1), entries - 1);
    if (exponent == kLargest) break;
    mark(entries);
    expect_fault(interrupt(entries), R::kInterruptIndexBeyondTable);
    expect_fault(with_subhandle(entries - 1, 1), R::kInterruptIndexBeyondTable);
    expect_fault(interrupt(0xFFFF), R::kInterruptIndexBeyondTable);
  }
}

// A smaller table takes an entry out of reach that is cached.
TEST_P(InterruptRequests, SmallerTableUnderACachedEntry) {
  start_remapping(7);
  mark(0xC0);
  expect_reaches(interrupt(0xC0), 0xC0);
  expect_reaches(interrupt(0xC0), 0xC0);
  use_table(6);
  expect_fault(interrupt(0xC0), R::kInterruptIndexBeyondTable);
}

// The second page of this table is past the last host address, and the read is not made.
TEST_P(InterruptRequests, TableAcrossTheHostAddressWidth) {
  const HostAddr base(bit(config().host_address_width) - kPage);
  driver().enable_queue();
  use_table(8, false, base);
  driver().enable_interrupt_remapping();
  table(base).set(255, marked(255));
  expect_reaches(interrupt(255), 255);
  mark(0);
  expect_fault(interrupt(256), R::kInterruptIndexBeyondTable);
  // The carry out of 64 bits: neither is there an entry at address 0.
  InterruptTable(memory(), HostAddr(0), kLargest).set(0, marked(0));
  use_table(8, false, HostAddr(~std::uint64_t{0xFFF}));
  expect_fault(interrupt(255), R::kInterruptIndexBeyondTable);
  expect_fault(interrupt(256), R::kInterruptIndexBeyondTable);
}

TEST_P(InterruptRequests, TableBeyondTheHostAddressWidth) {
  start_remapping();
  mark(5);
  for (unsigned n = config().host_address_width; n < 64; ++n) {
    SCOPED_TRACE(fmt::format("address bit {}", n));
    use_table(kLargest, false, HostAddr(kTable.raw() | bit(n)));
    EXPECT_EQ(driver().read64(reg::kIrta), kTable.raw() | bit(n) | kLargest);
    expect_fault(interrupt(5), R::kInterruptIndexBeyondTable);
  }
  use_table(kLargest);
  expect_reaches(interrupt(5), 5);
}

DMAR_INTERRUPT_SCENARIO(InterruptRequests);

}  // namespace
}  // namespace dmar
