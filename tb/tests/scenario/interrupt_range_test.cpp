// SPDX-License-Identifier: Apache-2.0
// The interrupt address range without interrupt remapping (VT-d 3.15, 5.1.4), and the address
// types and PASIDs that legacy mode has no use for (VT-d 3.2, 7.1.3).
#include <fmt/format.h>

#include <array>

#include "tests/scenario/scenario.hpp"

namespace dmar {
namespace {

constexpr FaultReason kInvalid = FaultReason::kInterruptRequestInvalid;

class InterruptRange : public Scenario {
 protected:
  static Request message_at(std::uint64_t address) { return write_of(Iova(address), 4); }
};

// With translation off and on alike: GSTS.TES has no say here.
TEST_P(InterruptRange, DwordWriteLeavesAsMessage) {
  for (const bool translating : {false, true}) {
    SCOPED_TRACE(translating);
    if (translating) start();
    for (const std::uint64_t address : {0xFEE0'0000ULL, 0xFEE0'1230ULL, 0xFEEF'FFFCULL}) {
      const std::array<std::uint8_t, 4> data{0x41, 0x40, 0x03, 0x80};
      const Completion completion = unit().access(message_at(address), data);
      EXPECT_THAT(completion, IsOkay());
      EXPECT_EQ(completion.interrupt, (Message{address, 0x8003'4041}));
      EXPECT_EQ(memory().read32(HostAddr(address)), 0U);
    }
    EXPECT_EQ(driver().fault_status(), 0U);
  }
}

// The source needs no tables for it.
TEST_P(InterruptRange, DwordWriteNeedsNoContext) {
  start();
  const Completion completion = access(message_at(0xFEE0'2000));
  EXPECT_THAT(completion, IsOkay());
  EXPECT_TRUE(completion.interrupt.has_value());
}

TEST_P(InterruptRange, RealBug14_WhatIsNoMessageFaults) {
  for (const bool translating : {false, true}) {
    SCOPED_TRACE(translating);
    if (translating) start();
    for (const std::uint32_t bytes : {1U, 2U, 3U, 5U, 8U, 16U, 64U}) {
      expect_fault(write_of(Iova(0xFEE0'0000), bytes), kInvalid);
    }
    for (const std::uint64_t address :
         {0xFEE0'0001ULL, 0xFEE0'0002ULL, 0xFEE0'0003ULL, 0xFEE0'000DULL, 0xFEEF'FFF6ULL}) {
      expect_fault(message_at(address), kInvalid);
    }
    for (const std::uint32_t bytes : {1U, 4U, 8U, 64U}) {
      expect_fault(read_of(Iova(0xFEE0'1000), bytes), kInvalid);
    }
    expect_fault(request_of(AccessKind::kAtomic, Iova(0xFEE0'1000)), kInvalid);
  }
}

TEST_P(InterruptRange, ZeroLengthReadCompletes) {
  for (const bool translating : {false, true}) {
    if (translating) start();
    EXPECT_THAT(access(request_of(AccessKind::kZeroLengthRead, Iova(0xFEE1'0000))), IsOkay());
    EXPECT_EQ(driver().fault_status(), 0U);
  }
}

// One page below, one above, and the same low bits with a higher bit set: ordinary DMA.
TEST_P(InterruptRange, NeighboursAreOrdinaryMemory) {
  for (const std::uint64_t address :
       {0xFEDF'FFFCULL, 0xFEF0'0000ULL, 0x1'FEE0'0000ULL, 0x10'FEE0'1000ULL}) {
    const Completion completion = access(message_at(address));
    EXPECT_THAT(completion, Reaches(address));
    EXPECT_FALSE(completion.interrupt.has_value());
  }
  start_with_page();
  for (const std::uint64_t address : {0xFEDF'FFFCULL, 0xFEF0'0000ULL, 0x1'FEE0'0000ULL}) {
    expect_fault(message_at(address), FaultReason::kWriteNotPermitted);
  }
}

// RealBug in emulators: the whole large page was tested instead of the address itself.
TEST_P(InterruptRange, OutputInRangeFaults) {
  Domain domain = attach_domain();
  start();
  const bool large = (config().super_pages & 1) != 0;
  const Iova iova(0x7F'C000'0000);
  const std::uint64_t offset = large ? 0xFEE0'0000 % page_bytes(PageSize::k2M) : 0;
  const std::uint64_t host = 0xFEE0'0000 - offset;
  domain.map(iova, HostAddr(host), large ? PageSize::k2M : PageSize::k4K);
  for (const AccessKind kind : {AccessKind::kRead, AccessKind::kWrite, AccessKind::kAtomic}) {
    expect_fault(request_of(kind, Iova(iova.raw() + offset)), FaultReason::kInterruptRangeOutput);
  }
  domain.map(Iova(0x1000), HostAddr(0xFEEF'F000));
  domain.map(Iova(0x2000), HostAddr(0xFEF0'0000));
  domain.map(Iova(0x3000), HostAddr(0xFEDF'F000));
  expect_fault(write_of(Iova(0x1FF0), 16), FaultReason::kInterruptRangeOutput);
  EXPECT_THAT(access(write_of(Iova(0x2000), 4)), Reaches(0xFEF0'0000));
  EXPECT_THAT(access(write_of(Iova(0x3FFC), 4)), Reaches(0xFEDF'FFFC));
}

// 2 MiB around FEE0_0000h: the part outside the range stays reachable.
TEST_P(InterruptRange, LargePageAroundTheRange) {
  if ((config().super_pages & 2) == 0) {
    Domain domain = attach_domain();
    EXPECT_THROW(domain.map(Iova(0), HostAddr(0xC000'0000), PageSize::k1G), std::invalid_argument);
    return;
  }
  Domain domain = attach_domain();
  start();
  const Iova iova(0x7F'C000'0000);
  domain.map(iova, HostAddr(0xC000'0000), PageSize::k1G);
  const auto at = [&](std::uint64_t host) { return Iova(iova.raw() + host - 0xC000'0000); };
  EXPECT_THAT(access(write_of(at(0xFEDF'FFF0), 16)), Reaches(0xFEDF'FFF0));
  expect_fault(write_of(at(0xFEE0'0000), 16), FaultReason::kInterruptRangeOutput);
  expect_fault(read_of(at(0xFEEF'FFF0), 16), FaultReason::kInterruptRangeOutput);
  EXPECT_THAT(access(write_of(at(0xFEF0'0000), 16)), Reaches(0xFEF0'0000));
}

// What a device may not reach it may not learn either: permission counts before the output.
TEST_P(InterruptRange, PermissionBeforeOutput) {
  Domain domain = attach_domain();
  domain.map(kIova, HostAddr(0xFEE0'0000), PageSize::k4K, {.read = true, .write = false});
  start();
  expect_fault(write_of(kIova), FaultReason::kWriteNotPermitted);
  expect_fault(read_of(kIova), FaultReason::kInterruptRangeOutput);
}

DMAR_SCENARIO(InterruptRange);

class AddressTypes : public Scenario {
 protected:
  static Request typed(AddressType at, AccessKind kind = AccessKind::kRead) {
    Request request = request_of(kind, kIova);
    request.at = at;
    if (at == AddressType::kTranslationRequest) request.bytes = 8;  // one translation
    return request;
  }
};

TEST_P(AddressTypes, WithTranslationOffOnlyUntranslatedPasses) {
  expect_refused(typed(AddressType::kTranslationRequest));
  for (const AccessKind kind : {AccessKind::kRead, AccessKind::kWrite}) {
    expect_refused(typed(AddressType::kTranslated, kind));
    expect_refused(typed(AddressType::kReserved, kind));
  }
}

// Without a device-TLB no context entry allows them.
TEST_P(AddressTypes, TranslatedAndTranslationRequestsAreForbidden) {
  start_with_page();
  expect_fault(typed(AddressType::kTranslationRequest), FaultReason::kTranslationTypeBlocked);
  for (const AccessKind kind : {AccessKind::kRead, AccessKind::kWrite, AccessKind::kAtomic}) {
    expect_fault(typed(AddressType::kTranslated, kind), FaultReason::kTranslationTypeBlocked);
  }
  if (config().pass_through) {
    tables().attach_pass_through(kDevice, 7);
    driver().invalidate_all();
    expect_fault(typed(AddressType::kTranslated), FaultReason::kTranslationTypeBlocked);
  }
}

// Also when the translation is cached, and into the interrupt range.
TEST_P(AddressTypes, CachedTranslationsDoNotServeThem) {
  start_with_page();
  EXPECT_THAT(access(read_of(kIova)), Reaches(kData));
  expect_fault(typed(AddressType::kTranslated), FaultReason::kTranslationTypeBlocked);
  Request request = typed(AddressType::kTranslated, AccessKind::kWrite);
  request.address = Iova(0xFEE0'1000);
  expect_fault(request, FaultReason::kTranslationTypeBlocked);
  EXPECT_THAT(access(read_of(kIova)), Reaches(kData));
}

TEST_P(AddressTypes, MalformedRequestsAreRefusedWithoutRecord) {
  start_with_page();
  for (const AccessKind kind : {AccessKind::kRead, AccessKind::kWrite, AccessKind::kAtomic}) {
    expect_refused(typed(AddressType::kReserved, kind));
  }
  expect_refused(typed(AddressType::kTranslationRequest, AccessKind::kWrite));
  expect_refused(typed(AddressType::kTranslationRequest, AccessKind::kAtomic));
}

TEST_P(AddressTypes, PasidFaultsInLegacyMode) {
  start_with_page();
  for (const std::uint32_t pasid : {0U, 1U, 0xF'FFFFU}) {
    for (const AccessKind kind : {AccessKind::kRead, AccessKind::kWrite, AccessKind::kAtomic}) {
      Request request = request_of(kind, kIova);
      request.pasid = Pasid(pasid);
      expect_fault(request, FaultReason::kPasidInLegacyMode);
    }
  }
  Request request = typed(AddressType::kTranslationRequest);
  request.pasid = Pasid(3);
  expect_fault(request, FaultReason::kPasidInLegacyMode);
}

// With translation off a PASID says nothing, unless the address is of the interrupt range: there
// DMA would be taken for a message.
TEST_P(AddressTypes, PasidWithTranslationOff) {
  Request request = write_of(Iova(0xFEE0'1000), 4);
  request.pasid = Pasid(3);
  expect_refused(request);
  request.address = Iova(0xFEF0'0000);
  EXPECT_THAT(access(request), Reaches(0xFEF0'0000));
  start();
  expect_fault(request, FaultReason::kPasidInLegacyMode);
}

// ECAP.PTRS = 0: refused as malformed, whatever the mode.
TEST_P(AddressTypes, TranslatedWithPasidIsRefused) {
  start_with_page();
  Request request = typed(AddressType::kTranslated);
  request.pasid = Pasid(1);
  expect_refused(request);
}

DMAR_SCENARIO(AddressTypes);

}  // namespace
}  // namespace dmar
