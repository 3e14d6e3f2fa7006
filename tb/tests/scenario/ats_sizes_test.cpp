// SPDX-License-Identifier: Apache-2.0
// The size in a completion entry: never more than the leaf grants, and nothing that reaches into
// the interrupt range.
#include <array>

#include "tests/scenario/ats_scenario.hpp"

namespace dmar {
namespace {

class AtsSizes : public AtsScenario {
 protected:
  static constexpr std::array kSizes{PageSize::k4K, PageSize::k2M, PageSize::k1G};
};

// Every leaf size, asked for at its first, a middle and its last page.
TEST_P(AtsSizes, LeafOfEachSize) {
  Domain domain = start_ats();
  Iova iova(0x4'0000'0000);
  for (const PageSize size : kSizes) {
    if (!size_supported(size)) continue;
    SCOPED_TRACE(page_bytes(size));
    const std::uint64_t host = 0x10'0000'0000;  // within every host address width
    domain.map(iova, HostAddr(host), size);
    const std::uint64_t wanted = entry(host, size, kRW);
    for (const std::uint64_t offset :
         {std::uint64_t{0}, page_bytes(size) / 2, page_bytes(size) - kPage}) {
      expect_entry(asking(Iova(iova.raw() + (offset & ~(kPage - 1)))), wanted);
    }
    expect_entry(asking(Iova(iova.raw() + page_bytes(size))), kNoAccess);
    expect_entry(asking(Iova(iova.raw() - kPage)), kNoAccess);
    iova = Iova(iova.raw() + 0x4'0000'0000);
  }
}

// Rights, snooping and a device that does not want to write, in each size.
TEST_P(AtsSizes, RightsAndSnoopingOfEachSize) {
  Domain domain = start_ats();
  Iova iova(0x40'0000'0000);
  for (const PageSize size : kSizes) {
    if (!size_supported(size)) continue;
    for (const std::uint64_t granted : {kR, kW, kRW}) {
      for (const bool snoop : {false, true}) {
        if (snoop && !config().snoop_control) continue;
        SCOPED_TRACE(
            fmt::format("{:#x} bytes, rights {}, SNP {}", page_bytes(size), granted, snoop));
        const std::uint64_t host = 0x10'0000'0000;
        domain.map(iova, HostAddr(host), size,
                   {.read = (granted & kR) != 0, .write = (granted & kW) != 0, .snoop = snoop});
        const std::uint64_t wanted = entry(host, size, granted | (snoop ? kN : 0));
        const std::uint64_t without_write = wanted & ~(config().no_write_flag ? kW : 0);
        for (unsigned round = 0; round < 2; ++round) {
          expect_entry(asking(iova), wanted);
          expect_entry(asking_to_read(iova),
                       (without_write & kRW) != 0 ? without_write : kNoAccess);
          // Cached from here on.
          const Request request =
              request_of((granted & kR) != 0 ? AccessKind::kRead : AccessKind::kWrite, iova);
          EXPECT_THAT(access(request), Reaches(host));
        }
        iova = Iova(iova.raw() + page_bytes(PageSize::k1G));
      }
    }
  }
}

// The values of the worked example.
TEST_P(AtsSizes, WorkedExample) {
  Domain domain = start_ats();
  domain.map(Iova(0x5000), HostAddr(0x12'3456'7000));
  expect_entry(asking(Iova(0x5000)), 0x0000'0012'3456'7003);
  if (!size_supported(PageSize::k1G) || !config().snoop_control)
    GTEST_SKIP() << "no snoop control in this configuration";
  domain.map(Iova(0x1'4000'0000), HostAddr(0x1'4000'0000), PageSize::k2M, {.snoop = true});
  domain.map(Iova(0x30'0000'0000), HostAddr(0x30'0000'0000), PageSize::k1G, {.snoop = true});
  expect_entry(asking(Iova(0x1'4000'0000)), 0x0000'0001'400F'FC03);
  expect_entry(asking(Iova(0x30'0000'0000)), 0x0000'0030'1FFF'FC03);
}

// Each bit of a host page number arrives, in each size.
TEST_P(AtsSizes, EveryAddressBit) {
  Domain domain = start_ats();
  Iova iova(0x40'0000'0000);
  for (const PageSize size : kSizes) {
    if (!size_supported(size)) continue;
    for (std::uint64_t host = page_bytes(size); host < bit(config().host_address_width);
         host <<= 1) {
      domain.map(iova, HostAddr(host), size);
      expect_entry(asking(iova), entry(host, size, kRW));
      iova = Iova(iova.raw() + page_bytes(PageSize::k1G));
    }
  }
}

// The device would keep all of the page, so all of it counts.
TEST_P(AtsSizes, PageOverTheInterruptRangeIsAborted) {
  Domain domain = start_ats();
  Iova iova(0x40'0000'0000);
  for (const PageSize size : kSizes) {
    if (!size_supported(size)) continue;
    SCOPED_TRACE(page_bytes(size));
    const std::uint64_t host = 0xFEE0'0000 & ~(page_bytes(size) - 1);
    domain.map(iova, HostAddr(host), size);
    for (const std::uint64_t offset : {std::uint64_t{0}, page_bytes(size) - kPage}) {
      expect_abort(asking(Iova(iova.raw() + offset)), FaultReason::kInterruptRangeOutput);
    }
    // The same page untranslated: only the address itself counts.
    const std::uint64_t last = page_bytes(size) - kPage;
    if (size == PageSize::k4K) {
      expect_fault(read_of(iova), FaultReason::kInterruptRangeOutput);
    } else {
      EXPECT_THAT(access(read_of(Iova(iova.raw() + last))), Reaches(host + last));
    }
    iova = Iova(iova.raw() + page_bytes(PageSize::k1G));
  }
}

// The last and the first page of the range, and its neighbours.
TEST_P(AtsSizes, EdgesOfTheInterruptRange) {
  Domain domain = start_ats();
  domain.map(Iova(0x1000), HostAddr(0xFEDF'F000));
  domain.map(Iova(0x2000), HostAddr(0xFEE0'0000));
  domain.map(Iova(0x3000), HostAddr(0xFEEF'F000));
  domain.map(Iova(0x4000), HostAddr(0xFEF0'0000));
  expect_entry(asking(Iova(0x1000)), 0xFEDF'F003);
  expect_abort(asking(Iova(0x2000)), FaultReason::kInterruptRangeOutput);
  expect_abort(asking(Iova(0x3000)), FaultReason::kInterruptRangeOutput);
  expect_entry(asking(Iova(0x4000)), 0xFEF0'0003);
  if (!size_supported(PageSize::k2M)) return;
  domain.map(Iova(0x40'0000), HostAddr(0xFEC0'0000), PageSize::k2M);
  domain.map(Iova(0x80'0000), HostAddr(0xFF00'0000), PageSize::k2M);
  expect_entry(asking(Iova(0x40'0000)), entry(0xFEC0'0000, PageSize::k2M, kRW));
  expect_entry(asking(Iova(0x80'0000)), entry(0xFF00'0000, PageSize::k2M, kRW));
}

// A flag that withholds the write does not change where the page lies.
TEST_P(AtsSizes, WithheldWriteStillCountsForTheInterruptRange) {
  Domain domain = start_ats();
  domain.map(Iova(0x2000), HostAddr(0xFEE0'0000), PageSize::k4K, {.read = false, .write = true});
  expect_abort(asking_to_read(Iova(0x2000)), FaultReason::kInterruptRangeOutput);
}

// Tables of other depths give the same entries.
TEST_P(AtsSizes, EveryDepthOfTable) {
  start_ats();
  for (const unsigned levels : {3U, 4U, 5U}) {
    if (!levels_supported(levels)) continue;
    SCOPED_TRACE(levels);
    Domain domain = tables().create_domain({.id = 2, .levels = levels});
    tables().attach(kNeighbour, domain, {.device_tlb = true});
    driver().invalidate_all();
    const unsigned width = std::min(second_stage::width(levels), config().guest_address_width);
    const Iova last((std::uint64_t{1} << width) - kPage);
    domain.map(last, HostAddr(kData));
    expect_entry(asking(last, kNeighbour), kData | kRW);
    if (width < 64) expect_entry(asking(Iova(bit(width)), kNeighbour), kNoAccess);
  }
}

DMAR_ATS_SCENARIO(AtsSizes);

}  // namespace
}  // namespace dmar
