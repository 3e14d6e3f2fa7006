// SPDX-License-Identifier: Apache-2.0
// Every bit of root, context and second-stage entries, one by one: reserved bits fault, ignored
// bits do not (VT-d 9.1, 9.3, 9.8). The masks are written out here, not taken from the headers.
#include <fmt/format.h>

#include "tests/scenario/scenario.hpp"

namespace dmar {
namespace {

using Reason = FaultReason;

class ReservedBits : public Scenario {
 protected:
  [[nodiscard]] unsigned haw() const { return config().host_address_width; }
  [[nodiscard]] std::uint64_t beyond(unsigned top) const {
    return top >= haw() ? bits(top, haw()) : 0;
  }

  // Sets each bit of `mask` in `word`, alone. A reserved bit has to give `reason`, an ignored one
  // (`reason` kNone) has to leave the translation as it was.
  void try_bits(HostAddr word, std::uint64_t mask, Reason reason, const Request &request,
                std::uint64_t host) {
    const std::uint64_t good = memory().read64(word);
    for (unsigned n = 0; n < 64; ++n) {
      if ((mask & bit(n)) == 0) continue;
      memory().write64(word, good ^ bit(n));
      driver().invalidate_all();
      SCOPED_TRACE(fmt::format("bit {} of the word at {:#x}", n, word.raw()));
      if (reason == Reason::kNone) {
        ASSERT_THAT(access(request), Reaches(host));
      } else {
        expect_fault(request, reason);
      }
      if (HasFailure()) break;
    }
    memory().write64(word, good);
    driver().invalidate_all();
    EXPECT_THAT(access(request), Reaches(host));
  }
  void try_bits(HostAddr word, std::uint64_t mask, Reason reason) {
    try_bits(word, mask, reason, read_of(kIova), kData);
  }
};

TEST_P(ReservedBits, RootEntry) {
  start_with_page();
  const HostAddr lo = tables().root_entry_address(kDevice);
  const HostAddr hi(lo.raw() + 8);
  try_bits(lo, bits(11, 1) | beyond(63), Reason::kRootReserved);
  try_bits(hi, ~std::uint64_t{0}, Reason::kRootReserved);
  // P = 0: nothing else is looked at.
  memory().write64(hi, ~std::uint64_t{0});
  memory().write64(lo, ~std::uint64_t{1});
  driver().invalidate_all();
  expect_fault(read_of(kIova), Reason::kRootNotPresent);
}

TEST_P(ReservedBits, ContextEntry) {
  start_with_page();
  const HostAddr lo = tables().context_entry_address(kDevice);
  const HostAddr hi(lo.raw() + 8);
  const unsigned did_bits = 4 + 2 * config().domain_id_code;
  try_bits(lo, bits(11, 4) | beyond(63), Reason::kContextReserved);
  const std::uint64_t upper_did = did_bits < 16 ? bits(23, 8 + did_bits) : 0;
  try_bits(hi, bit(7) | upper_did | bits(63, 24), Reason::kContextReserved);
  try_bits(hi, bits(6, 3), Reason::kNone);                 // AVAIL
  try_bits(hi, bits(8 + did_bits - 1, 8), Reason::kNone);  // another domain, same table
  try_bits(lo, context_entry::kFpd, Reason::kNone);
  // P = 0: nothing else is looked at.
  memory().write64(hi, ~std::uint64_t{0});
  memory().write64(lo, ~std::uint64_t{3});
  driver().invalidate_all();
  expect_fault(read_of(kIova), Reason::kContextNotPresent);
}

TEST_P(ReservedBits, PassThroughContextEntry) {
  if (!config().pass_through) {
    EXPECT_EQ(driver().read64(reg::kEcap) & bit(6), 0U);
    return;
  }
  tables().attach_pass_through(kDevice, 1);
  start();
  const HostAddr lo = tables().context_entry_address(kDevice);
  const HostAddr hi(lo.raw() + 8);
  const Request request = read_of(kIova);
  try_bits(lo, bits(11, 4), Reason::kContextReserved, request, kIova.raw());
  try_bits(lo, bits(63, 12), Reason::kNone, request, kIova.raw());
  try_bits(hi, bit(7) | bits(63, 24), Reason::kContextReserved, request, kIova.raw());
}

TEST_P(ReservedBits, NonLeafEntries) {
  for (unsigned levels = 3; levels <= 5; ++levels) {
    if (!levels_supported(levels)) continue;
    Domain domain = tables().create_domain({.id = levels, .levels = levels});
    tables().attach(kDevice, domain);
    domain.map(Iova(kIova.raw() % bit(38)), HostAddr(kData));
    if (!driver().read32(reg::kGsts)) start();
    driver().invalidate_all();
    const Request request = read_of(Iova(kIova.raw() % bit(38)));
    for (unsigned level = 2; level <= levels; ++level) {
      SCOPED_TRACE(fmt::format("level {} of {}", level, levels));
      const HostAddr entry = tables().entry_address(domain, request.address, level);
      // PS of the upper levels is reserved; that of PDE and PDPE makes a leaf and comes below.
      const std::uint64_t page_size = level >= 4 ? bit(7) : 0;
      try_bits(entry, bit(11) | bit(62) | page_size | beyond(51), Reason::kPagingEntryReserved,
               request, kData);
      try_bits(entry, bits(6, 2) | bits(10, 8) | bits(61, 52) | bit(63), Reason::kNone, request,
               kData);
    }
  }
}

TEST_P(ReservedBits, SmallLeaf) {
  Domain domain = start_with_page();
  const HostAddr entry = tables().entry_address(domain, kIova, 1);
  const std::uint64_t snoop = config().snoop_control ? 0 : bit(11);
  try_bits(entry, snoop | bit(62) | beyond(51), Reason::kPagingEntryReserved);
  // PS has no meaning in the lowest level.
  try_bits(entry, bits(10, 2) | (bit(11) & ~snoop) | bits(61, 52) | bit(63), Reason::kNone);
}

TEST_P(ReservedBits, LargeLeaves) {
  Domain domain = attach_domain();
  start();
  for (unsigned level = 2; level <= 3; ++level) {
    SCOPED_TRACE(level);
    const Iova iova(0x10'0000'0000 * level);
    if (!second_stage::may_be_leaf(config(), level)) {
      domain.map(iova, HostAddr(kData));
      const HostAddr entry = tables().entry_address(domain, iova, level);
      try_bits(entry, bit(7), Reason::kPagingEntryReserved, read_of(iova), kData);
      // Also where it would be a sound leaf.
      const std::uint64_t rights = second_stage::kRead | second_stage::kWrite;
      const Spoil leaf(memory(), entry, kData | second_stage::kPageSize | rights);
      driver().invalidate_all();
      expect_fault(read_of(iova), Reason::kPagingEntryReserved);
      continue;
    }
    domain.map(iova, HostAddr(kData), static_cast<PageSize>(level - 1));
    const HostAddr entry = tables().entry_address(domain, iova, level);
    const std::uint64_t below_page = bits(second_stage::index_shift(level) - 1, 12);
    const std::uint64_t snoop = config().snoop_control ? 0 : bit(11);
    try_bits(entry, snoop | bit(62) | beyond(51) | below_page, Reason::kPagingEntryReserved,
             read_of(iova), kData);
    try_bits(entry, bits(6, 2) | bits(10, 8) | (bit(11) & ~snoop) | bits(61, 52) | bit(63),
             Reason::kNone, read_of(iova), kData);
  }
}

// An entry with R = W = 0 is not present, whatever else it holds, at every level.
TEST_P(ReservedBits, NotPresentHidesReservedBits) {
  Domain domain = start_with_page();
  for (unsigned level = 1; level <= 4; ++level) {
    const HostAddr entry = tables().entry_address(domain, kIova, level);
    const Spoil spoil(memory(), entry, ~std::uint64_t{3});
    driver().invalidate_all();
    expect_fault(read_of(kIova), Reason::kReadNotPermitted);
    expect_fault(write_of(kIova), Reason::kWriteNotPermitted);
  }
}

// Reserved bits count when either R or W is set, in both kinds of request.
TEST_P(ReservedBits, OneRightIsEnoughToBePresent) {
  Domain domain = start_with_page();
  for (unsigned level = 1; level <= 4; ++level) {
    const HostAddr entry = tables().entry_address(domain, kIova, level);
    for (const std::uint64_t right : {bit(0), bit(1)}) {
      const std::uint64_t good = memory().read64(entry);
      const Spoil spoil(memory(), entry, (good & ~std::uint64_t{3}) | right | bit(62));
      driver().invalidate_all();
      expect_fault(read_of(kIova), Reason::kPagingEntryReserved);
      expect_fault(write_of(kIova), Reason::kPagingEntryReserved);
    }
  }
}

DMAR_SCENARIO(ReservedBits);

}  // namespace
}  // namespace dmar
