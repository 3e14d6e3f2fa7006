// SPDX-License-Identifier: Apache-2.0
// Checks of a translation and their order: entries bit by bit, access errors, widths.
#include "dmar/structures.hpp"
#include "golden_fixture.hpp"

namespace dmar::golden {
namespace {

constexpr SourceId kFunction = bdf(3, 4, 5);
constexpr Iova kAddress{0x7F45'2075'3ABC};
constexpr HostAddr kPage{0x12'3456'7000};

// One device with one 4 KiB page mapped read-write.
class GoldenTranslate : public ::testing::Test {
 protected:
  explicit GoldenTranslate(const Config &config = {}) : machine_(config) {
    const Config &used = machine_.unit.config();
    domain_ = machine_.tables.create_domain({.id = 9, .levels = used.sagaw == 0b10 ? 3u : 4u});
    machine_.tables.attach(kFunction, *domain_);
    machine_.enable_translation();
  }
  void map_page() { domain_->map(Iova(kAddress.raw() & ~std::uint64_t{0xFFF}), kPage); }

  Verdict access(AccessKind kind = AccessKind::kRead, Iova address = kAddress) {
    return machine_.unit.judge({.source_id = kFunction, .address = address, .kind = kind});
  }
  [[nodiscard]] HostAddr entry(unsigned level) const {
    return machine_.tables.entry_address(*domain_, kAddress, level);
  }
  // The verdict with `mask` flipped in the word at `address`, which is restored afterwards.
  Verdict with_flipped(HostAddr address, std::uint64_t mask) {
    const std::uint64_t before = machine_.memory.read64(address);
    machine_.memory.write64(address, before ^ mask);
    const Verdict verdict = access();
    machine_.memory.write64(address, before);
    return verdict;
  }
  [[nodiscard]] HostAddr root() const { return machine_.tables.root_entry_address(kFunction); }
  [[nodiscard]] HostAddr context() const {
    return machine_.tables.context_entry_address(kFunction);
  }

  Machine machine_;
  std::optional<Domain> domain_;
};

HostAddr upper(HostAddr address) { return HostAddr(address.raw() + 8); }

TEST_F(GoldenTranslate, EveryRootEntryBit) {
  map_page();
  for (unsigned n = 1; n < 12; ++n) {
    EXPECT_THAT(with_flipped(root(), bit(n)), FaultsWith(FaultReason::kRootReserved)) << n;
  }
  for (unsigned n = 46; n < 64; ++n) {
    EXPECT_THAT(with_flipped(root(), bit(n)), FaultsWith(FaultReason::kRootReserved)) << n;
  }
  for (unsigned n = 0; n < 64; ++n) {
    EXPECT_THAT(with_flipped(upper(root()), bit(n)), FaultsWith(FaultReason::kRootReserved)) << n;
  }
  EXPECT_THAT(with_flipped(root(), bit(0) | bit(5)), FaultsWith(FaultReason::kRootNotPresent));
}

TEST_F(GoldenTranslate, EveryContextEntryBit) {
  map_page();
  for (unsigned n = 4; n < 64; ++n) {
    if (n >= 12 && n < 46) continue;  // SSPTPTR
    EXPECT_THAT(with_flipped(context(), bit(n)), FaultsWith(FaultReason::kContextReserved)) << n;
  }
  for (unsigned n = 0; n < 64; ++n) {
    const Verdict verdict = with_flipped(upper(context()), bit(n));
    if (n < 3) {
      const bool three_levels = n == 0;  // AW 010 becomes 011: not in SAGAW either
      EXPECT_THAT(verdict, FaultsWith(FaultReason::kContextInvalid)) << three_levels << n;
    } else if ((n >= 3 && n < 7) || (n >= 8 && n < 24)) {
      EXPECT_THAT(verdict, GoesTo(0x12'3456'7ABC)) << n;
    } else {
      EXPECT_THAT(verdict, FaultsWith(FaultReason::kContextReserved)) << n;
    }
  }
  EXPECT_THAT(with_flipped(context(), bit(0) | bit(5)),
              FaultsWith(FaultReason::kContextNotPresent));
}

class GoldenTranslateNarrowDomains : public GoldenTranslate {
 protected:
  GoldenTranslateNarrowDomains() : GoldenTranslate({.domain_id_code = 2}) {}
};

TEST_F(GoldenTranslateNarrowDomains, DomainBitsBeyondTheWidthAreReserved) {
  map_page();
  for (unsigned n = 16; n < 24; ++n) {
    EXPECT_THAT(with_flipped(upper(context()), bit(n)), FaultsWith(FaultReason::kContextReserved));
  }
  EXPECT_THAT(with_flipped(upper(context()), bit(15)), GoesTo(0x12'3456'7ABC));
}

TEST_F(GoldenTranslate, EveryPagingEntryBit) {
  map_page();
  const std::uint64_t everywhere = bits(51, 46) | bit(62);
  const std::array<std::uint64_t, 5> reserved{0, everywhere, everywhere | bit(11),
                                              everywhere | bit(11), everywhere | bit(11) | bit(7)};
  for (unsigned level = 1; level <= 4; ++level) {
    for (unsigned n = 0; n < 64; ++n) {
      SCOPED_TRACE(::testing::Message() << "level " << level << " bit " << n);
      const bool address = n >= 12 && n < 46;
      const bool page_size = n == 7 && (level == 2 || level == 3);
      if (n < 2 || address || page_size) continue;
      const Verdict verdict = with_flipped(entry(level), bit(n));
      if ((reserved.at(level) & bit(n)) != 0) {
        EXPECT_THAT(verdict, FaultsWith(FaultReason::kPagingEntryReserved));
      } else {
        EXPECT_THAT(verdict, GoesTo(0x12'3456'7ABC));
      }
    }
  }
}

TEST_F(GoldenTranslate, EveryLowAddressBitOfLargePages) {
  domain_->map(Iova(0x7F45'2060'0000), HostAddr(0x1'4000'0000), PageSize::k2M);
  for (unsigned n = 12; n < 21; ++n) {
    EXPECT_THAT(with_flipped(entry(2), bit(n)), FaultsWith(FaultReason::kPagingEntryReserved)) << n;
  }
  EXPECT_THAT(with_flipped(entry(2), bit(11)), GoesTo(0x1'4015'3ABC));
  domain_->unmap(kAddress);
  machine_.memory.write64(entry(3), 0x30'0000'0083);
  for (unsigned n = 12; n < 30; ++n) {
    EXPECT_THAT(with_flipped(entry(3), bit(n)), FaultsWith(FaultReason::kPagingEntryReserved)) << n;
  }
  EXPECT_THAT(access(), GoesTo(0x30'2075'3ABC));
}

class GoldenTranslatePlain : public GoldenTranslate {
 protected:
  GoldenTranslatePlain()
      : GoldenTranslate({.super_pages = 0, .pass_through = false, .snoop_control = false}) {}
};

TEST_F(GoldenTranslatePlain, WithoutTheFeatureItsBitsAreReserved) {
  map_page();
  EXPECT_THAT(with_flipped(entry(1), bit(11)), FaultsWith(FaultReason::kPagingEntryReserved));
  EXPECT_THAT(with_flipped(entry(2), bit(7)), FaultsWith(FaultReason::kPagingEntryReserved));
  EXPECT_THAT(with_flipped(entry(3), bit(7)), FaultsWith(FaultReason::kPagingEntryReserved));
  EXPECT_THAT(with_flipped(entry(1), bit(7)), GoesTo(0x12'3456'7ABC));
  // TT = 01 needs ATS, TT = 10 pass-through.
  EXPECT_THAT(with_flipped(context(), bit(2)), FaultsWith(FaultReason::kContextInvalid));
  EXPECT_THAT(with_flipped(context(), bit(3)), FaultsWith(FaultReason::kContextInvalid));
}

TEST_F(GoldenTranslate, NotPresentEntryAtEachLevel) {
  map_page();
  for (unsigned level = 1; level <= 4; ++level) {
    const std::uint64_t before = machine_.memory.read64(entry(level));
    const HostAddr address = entry(level);
    // R = W = 0 hides reserved bits.
    machine_.memory.write64(address, (before & ~std::uint64_t{3}) | bit(62));
    EXPECT_THAT(access(AccessKind::kRead), FaultsWith(FaultReason::kReadNotPermitted));
    EXPECT_THAT(access(AccessKind::kWrite), FaultsWith(FaultReason::kWriteNotPermitted));
    EXPECT_THAT(access(AccessKind::kAtomic), FaultsWith(FaultReason::kWriteNotPermitted));
    EXPECT_THAT(access(AccessKind::kZeroLengthRead), FaultsWith(FaultReason::kReadNotPermitted));
    machine_.memory.write64(address, before);
  }
}

TEST_F(GoldenTranslate, AccessErrorAtEachTable) {
  map_page();
  const auto failing = [this](HostAddr address) {
    machine_.memory.clear_errors();
    machine_.memory.inject_error(address, HostAddr(address.raw() + 7));
    return access();
  };
  EXPECT_THAT(failing(root()), FaultsWith(FaultReason::kRootAccess));
  EXPECT_THAT(failing(context()), FaultsWith(FaultReason::kContextAccess));
  EXPECT_THAT(failing(entry(4)), FaultsWith(FaultReason::kContextInvalid));
  for (unsigned level = 1; level <= 3; ++level) {
    EXPECT_THAT(failing(entry(level)), FaultsWith(FaultReason::kPagingEntryAccess));
  }
}

TEST_F(GoldenTranslate, RootTableBeyondTheHostWidthIsNeverRead) {
  machine_.write64(reg::kRtaddr, 0x4000'0000'0000);
  machine_.command(gcmd::kSrtp);
  machine_.bus.reads.clear();
  EXPECT_THAT(access(), FaultsWith(FaultReason::kRootAccess));
  EXPECT_TRUE(machine_.bus.reads.empty());
}

struct PermissionRow {
  unsigned rights;  // bit 0 R, bit 1 W
  AccessKind kind;
  FaultReason expected;  // with CAP.ZLR = 1
  FaultReason without_zlr;
};

constexpr auto kOk = FaultReason::kNone;
constexpr auto kNoRead = FaultReason::kReadNotPermitted;
constexpr auto kNoWrite = FaultReason::kWriteNotPermitted;
constexpr std::array<PermissionRow, 12> kPermissions{{
    {1, AccessKind::kRead, kOk, kOk},
    {1, AccessKind::kWrite, kNoWrite, kNoWrite},
    {1, AccessKind::kAtomic, kNoWrite, kNoWrite},
    {1, AccessKind::kZeroLengthRead, kOk, kOk},
    {2, AccessKind::kRead, kNoRead, kNoRead},
    {2, AccessKind::kWrite, kOk, kOk},
    {2, AccessKind::kAtomic, kNoRead, kNoRead},
    {2, AccessKind::kZeroLengthRead, kOk, kNoRead},
    {3, AccessKind::kRead, kOk, kOk},
    {3, AccessKind::kWrite, kOk, kOk},
    {3, AccessKind::kAtomic, kOk, kOk},
    {3, AccessKind::kZeroLengthRead, kOk, kOk},
}};

class GoldenTranslatePermissions : public ::testing::TestWithParam<bool> {};

TEST_P(GoldenTranslatePermissions, EveryKindAgainstEveryPermissionAtEveryLevel) {
  Machine machine({.zero_length_read = GetParam()});
  Domain domain = machine.tables.create_domain();
  machine.tables.attach(kFunction, domain);
  machine.enable_translation();
  domain.map(Iova(kAddress.raw() & ~std::uint64_t{0xFFF}), kPage);
  for (unsigned level = 1; level <= 4; ++level) {
    const HostAddr entry = machine.tables.entry_address(domain, kAddress, level);
    const std::uint64_t address = machine.memory.read64(entry) & ~std::uint64_t{3};
    for (const PermissionRow &row : kPermissions) {
      machine.memory.write64(entry, address | row.rights);
      const FaultReason expected = GetParam() ? row.expected : row.without_zlr;
      const Verdict verdict =
          machine.unit.judge({.source_id = kFunction, .address = kAddress, .kind = row.kind});
      if (expected == kOk) {
        EXPECT_THAT(verdict, GoesTo(0x12'3456'7ABC));
      } else {
        EXPECT_THAT(verdict, FaultsWith(expected));
      }
    }
    machine.memory.write64(entry, address | 3);
  }
}

INSTANTIATE_TEST_SUITE_P(ZeroLengthRead, GoldenTranslatePermissions, ::testing::Bool());

TEST_F(GoldenTranslate, ReadOnlyTableAboveWriteOnlyPageGrantsNothing) {
  map_page();
  machine_.memory.write64(entry(2), machine_.memory.read64(entry(2)) ^ 2);  // R only
  machine_.memory.write64(entry(1), machine_.memory.read64(entry(1)) ^ 1);  // W only
  EXPECT_THAT(access(AccessKind::kRead), FaultsWith(kNoRead));
  EXPECT_THAT(access(AccessKind::kWrite), FaultsWith(kNoWrite));
  EXPECT_THAT(access(AccessKind::kZeroLengthRead), FaultsWith(kNoRead));
  // The leaf is still looked at: its reserved bits count.
  EXPECT_THAT(with_flipped(entry(1), bit(62)), FaultsWith(FaultReason::kPagingEntryReserved));
}

TEST_F(GoldenTranslate, AddressJustInsideAndJustOutsideTheWidth) {
  EXPECT_THAT(access(AccessKind::kRead, Iova(0xFFFF'FFFF'FFFF)), FaultsWith(kNoRead));
  for (unsigned n = 48; n < 64; ++n) {
    EXPECT_THAT(access(AccessKind::kRead, Iova(bit(n))),
                FaultsWith(FaultReason::kAddressBeyondWidth));
  }
}

TEST(GoldenTranslateWidths, ThreeFourAndFiveLevels) {
  Machine machine({.host_address_width = 52, .guest_address_width = 57, .sagaw = 0b1110});
  machine.enable_translation();
  for (unsigned levels = 3; levels <= 5; ++levels) {
    const SourceId device = bdf(levels, 0, 0);
    Domain domain = machine.tables.create_domain({.id = levels, .levels = levels});
    machine.tables.attach(device, domain);
    const std::uint64_t last = bit(12 + 9 * levels) - 0x1000;
    domain.map(Iova(last), HostAddr(0xF'FFFF'FFFF'F000));
    EXPECT_THAT(machine.unit.judge({.source_id = device, .address = Iova(last + 0xFFC)}),
                GoesTo(0xF'FFFF'FFFF'FFFC));
    EXPECT_THAT(machine.unit.judge({.source_id = device, .address = Iova(last + 0x1000)}),
                FaultsWith(FaultReason::kAddressBeyondWidth));
  }
}

TEST(GoldenTranslateWidths, GuestWidthLimitsAWiderTable) {
  Machine machine({.host_address_width = 40, .guest_address_width = 42});
  const Domain domain = machine.tables.create_domain();
  machine.tables.attach(kFunction, domain);
  machine.enable_translation();
  EXPECT_THAT(machine.unit.judge({.source_id = kFunction, .address = Iova(bit(42) - 4)}),
              FaultsWith(kNoRead));
  EXPECT_THAT(machine.unit.judge({.source_id = kFunction, .address = Iova(bit(42))}),
              FaultsWith(FaultReason::kAddressBeyondWidth));
}

TEST_F(GoldenTranslate, PassThroughIgnoresTheTablePointer) {
  machine_.tables.attach_pass_through(kFunction, 5);
  machine_.memory.write64(context(), machine_.memory.read64(context()) | bits(63, 12));
  const Verdict verdict = access();
  EXPECT_THAT(verdict, FaultsWith(FaultReason::kAddressBeyondWidth));  // 7F45...h needs 47 bits
  const Verdict low = access(AccessKind::kAtomic, Iova(0x1234'5678));
  EXPECT_THAT(low, GoesTo(0x1234'5678));
  EXPECT_TRUE(std::get<Translation>(low).identity);
  EXPECT_EQ(std::get<Translation>(low).domain, DomainId(5));
}

}  // namespace
}  // namespace dmar::golden
