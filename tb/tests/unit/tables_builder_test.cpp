// SPDX-License-Identifier: Apache-2.0
// The table builder: exact entries, lookups, refusals.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "tables/table_builder.hpp"

namespace dmar {
namespace {

constexpr SourceId kDevice = bdf(0x3A, 2, 0);
constexpr Iova kIova{0x7F45'2075'3000};

class TablesBuilder : public ::testing::Test {
 protected:
  [[nodiscard]] std::uint64_t at(HostAddr address) const { return memory_.read64(address); }
  [[nodiscard]] std::uint64_t above(HostAddr address) const {
    return memory_.read64(HostAddr(address.raw() + 8));
  }

  Memory memory_;
  TableBuilder builder_{memory_, Config{}};
};

// The first worked example of the digest comes out of the builder, address for address.
TEST_F(TablesBuilder, BuildsTheWorkedExample) {
  builder_.make_context_table(kDevice);
  ASSERT_EQ(builder_.root_entry_address(kDevice), HostAddr(0x1000'03A0));
  EXPECT_EQ(at(HostAddr(0x1000'03A0)), 0x1000'1001u);
  EXPECT_EQ(above(HostAddr(0x1000'03A0)), 0u);
  Domain domain = builder_.create_domain({.id = 0x42});
  domain.map(kIova, HostAddr(0x12'3456'7000));
  builder_.attach(kDevice, domain);
  ASSERT_EQ(builder_.context_entry_address(kDevice), HostAddr(0x1000'1100));
  EXPECT_EQ(at(HostAddr(0x1000'1100)), domain.root().raw() | 1);
  EXPECT_EQ(above(HostAddr(0x1000'1100)), 0x4202u);
  EXPECT_EQ(builder_.entry_address(domain, kIova, 4), HostAddr(domain.root().raw() + 0x7F0));
  EXPECT_EQ(builder_.entry_address(domain, kIova, 3).raw() & 0xFFF, 0x8A0u);
  EXPECT_EQ(builder_.entry_address(domain, kIova, 2).raw() & 0xFFF, 0x818u);
  EXPECT_EQ(builder_.entry_address(domain, kIova, 1).raw() & 0xFFF, 0xA98u);
  for (unsigned level = 2; level <= 4; ++level) {
    const HostAddr next = builder_.entry_address(domain, kIova, level - 1);
    EXPECT_EQ(at(builder_.entry_address(domain, kIova, level)),
              (next.raw() & ~std::uint64_t{0xFFF}) | 3);
  }
  EXPECT_EQ(at(builder_.entry_address(domain, kIova, 1)), 0x12'3456'7003u);
}

TEST_F(TablesBuilder, LeavesCarrySizeAndRights) {
  Domain domain = builder_.create_domain();
  domain.map(Iova(0x20'0000), HostAddr(0x1'4000'0000), PageSize::k2M,
             {.read = false, .write = true, .snoop = true});
  domain.map(Iova(0x4000'0000), HostAddr(0x30'0000'0000), PageSize::k1G, {.write = false});
  EXPECT_EQ(at(builder_.entry_address(domain, Iova(0x20'0000), 2)), 0x1'4000'0882u);
  EXPECT_EQ(at(builder_.entry_address(domain, Iova(0x4000'0000), 3)), 0x30'0000'0081u);
  const auto leaf = domain.find(Iova(0x3F'FFFF));
  ASSERT_TRUE(leaf.has_value());
  EXPECT_EQ(leaf->page, HostAddr(0x1'4000'0000));
  EXPECT_EQ(leaf->size, PageSize::k2M);
  EXPECT_EQ(leaf->rights, (Rights{.read = false, .write = true, .snoop = true}));
  EXPECT_EQ(domain.find(Iova(0x7FFF'FFFF))->size, PageSize::k1G);
  EXPECT_FALSE(domain.find(Iova(0x40'0000)).has_value());
  EXPECT_FALSE(domain.find(Iova(0x8000'0000)).has_value());
}

TEST_F(TablesBuilder, UnmapClearsTheLeafAndTheSlotCanBeUsedAgain) {
  Domain domain = builder_.create_domain();
  domain.map(kIova, HostAddr(0x5000));
  const HostAddr entry = builder_.entry_address(domain, kIova, 1);
  EXPECT_EQ(domain.unmap(Iova(kIova.raw() + 0xFFF)).page, HostAddr(0x5000));
  EXPECT_EQ(at(entry), 0u);
  EXPECT_THROW(domain.unmap(kIova), std::invalid_argument);
  domain.map(kIova, HostAddr(0x6000));
  EXPECT_EQ(at(entry), 0x6003u);
}

TEST_F(TablesBuilder, RangesUseTheLargestPagesThatFit) {
  Domain domain = builder_.create_domain();
  domain.map_range(Iova(0x3FDF'F000), HostAddr(0x7FDF'F000), 0x4060'2000);
  EXPECT_EQ(domain.find(Iova(0x3FDF'F000))->size, PageSize::k4K);
  EXPECT_EQ(domain.find(Iova(0x3FE0'0000))->size, PageSize::k2M);
  EXPECT_EQ(domain.find(Iova(0x4000'0000))->size, PageSize::k1G);
  EXPECT_EQ(domain.find(Iova(0x8000'0000))->size, PageSize::k2M);
  EXPECT_EQ(domain.find(Iova(0x8040'0000))->size, PageSize::k4K);
  EXPECT_EQ(domain.find(Iova(0x8040'0000))->page, HostAddr(0xC040'0000));
  EXPECT_FALSE(domain.find(Iova(0x8040'1000)).has_value());
  Memory memory;
  TableBuilder plain(memory, Config{.super_pages = 0});
  Domain small = plain.create_domain();
  small.map_range(Iova(0), HostAddr(0), 0x20'0000);
  EXPECT_EQ(small.find(Iova(0))->size, PageSize::k4K);
}

TEST_F(TablesBuilder, AttachVariants) {
  const Domain domain = builder_.create_domain({.id = 5, .levels = 3});
  builder_.attach(kDevice, domain, {.fault_processing_disable = true});
  const HostAddr entry = builder_.context_entry_address(kDevice);
  EXPECT_EQ(at(entry), domain.root().raw() | 3);
  EXPECT_EQ(above(entry), 0x501u);
  builder_.attach_pass_through(kDevice, 7);
  EXPECT_EQ(at(entry), 9u);
  EXPECT_EQ(above(entry), 0x702u);
  builder_.attach_pass_through(kDevice, 7, true);
  EXPECT_EQ(at(entry), 0xBu);
  builder_.detach(kDevice);
  EXPECT_EQ(at(entry), 0u);
  EXPECT_EQ(above(entry), 0u);
  EXPECT_THROW(builder_.attach(kDevice, domain, {.device_tlb = true}), std::invalid_argument);
  Memory memory;
  TableBuilder ats(memory, Config{.device_tlb = true});
  const Domain other = ats.create_domain();
  ats.attach(kDevice, other, {.device_tlb = true});
  EXPECT_EQ(memory.read64(ats.context_entry_address(kDevice)), other.root().raw() | 5);
}

TEST_F(TablesBuilder, PresentBitIsNeverSetOverAMixedEntry) {
  builder_.attach_pass_through(kDevice, 7);
  const HostAddr entry = builder_.context_entry_address(kDevice);
  const Domain domain = builder_.create_domain({.id = 5});
  std::vector<std::pair<std::uint64_t, std::uint64_t>> present;
  memory_.observe_writes([&](HostAddr, auto) {
    if ((at(entry) & 1) != 0) present.emplace_back(at(entry), above(entry));
  });
  builder_.attach(kDevice, domain);
  using Halves = std::pair<std::uint64_t, std::uint64_t>;
  EXPECT_THAT(present, ::testing::ElementsAre(Halves{domain.root().raw() | 1, 0x502}));
}

TEST_F(TablesBuilder, BadInputIsRefusedAndChangesNothing) {
  EXPECT_THROW(builder_.create_domain({.id = 0x1'0000}), std::invalid_argument);
  EXPECT_THROW(builder_.create_domain({.levels = 5}), std::invalid_argument);
  EXPECT_THROW(builder_.create_domain({.levels = 2}), std::invalid_argument);
  Domain domain = builder_.create_domain();
  domain.map(Iova(0x20'0000), HostAddr(0), PageSize::k2M);
  domain.map(Iova(0x1000), HostAddr(0x1000));
  unsigned writes = 0;
  memory_.observe_writes([&](HostAddr, auto) { ++writes; });
  using Bad = std::invalid_argument;
  EXPECT_THROW(domain.map(Iova(0x1000), HostAddr(0x2000)), Bad);
  EXPECT_THROW(domain.map(Iova(0x20'1000), HostAddr(0x2000)), Bad);
  EXPECT_THROW(domain.map(Iova(0), HostAddr(0), PageSize::k2M), Bad);
  EXPECT_THROW(domain.map(Iova(0x3001), HostAddr(0)), Bad);
  EXPECT_THROW(domain.map(Iova(0x40'0000), HostAddr(0x1000), PageSize::k2M), Bad);
  EXPECT_THROW(domain.map(Iova(0x1'0000'0000'0000), HostAddr(0)), Bad);
  EXPECT_THROW(domain.map(Iova(0x3000), HostAddr(0x4000'0000'0000)), Bad);
  EXPECT_THROW(domain.map(Iova(0x3000), HostAddr(0), PageSize::k4K, {false, false}), Bad);
  EXPECT_THROW(domain.map_range(Iova(0x3000), HostAddr(0), 0x800), Bad);
  EXPECT_THROW(domain.unmap(Iova(0x3000)), Bad);
  EXPECT_THROW((void)builder_.context_entry_address(kDevice), Bad);
  EXPECT_THROW((void)builder_.entry_address(domain, Iova(0x20'0000), 1), Bad);
  EXPECT_THROW((void)builder_.entry_address(domain, Iova(0), 5), Bad);
  EXPECT_EQ(writes, 0u);
}

TEST_F(TablesBuilder, FeaturesTheUnitLacksAreRefused) {
  Memory memory;
  TableBuilder plain(memory,
                     Config{.super_pages = 1, .pass_through = false, .snoop_control = false});
  Domain domain = plain.create_domain();
  EXPECT_THROW(domain.map(Iova(0), HostAddr(0), PageSize::k1G), std::invalid_argument);
  EXPECT_THROW(domain.map(Iova(0), HostAddr(0), PageSize::k4K, {.snoop = true}),
               std::invalid_argument);
  EXPECT_THROW(plain.attach_pass_through(kDevice, 1), std::invalid_argument);
}

TEST(TablesPages, AreZeroedReusedAndLimited) {
  Memory memory;
  memory.write64(HostAddr(0x5008), 7);
  PageAllocator pages(memory, HostAddr(0x5000), HostAddr(0x7000));
  EXPECT_EQ(pages.allocate(), HostAddr(0x5000));
  EXPECT_EQ(memory.read64(HostAddr(0x5008)), 0u);
  EXPECT_TRUE(pages.owns(HostAddr(0x5FFF)));
  EXPECT_FALSE(pages.owns(HostAddr(0x6000)));
  EXPECT_EQ(pages.allocate(), HostAddr(0x6000));
  EXPECT_THROW(pages.allocate(), std::runtime_error);
  memory.write64(HostAddr(0x5010), 7);
  pages.release(HostAddr(0x5000));
  EXPECT_EQ(pages.allocate(), HostAddr(0x5000));
  EXPECT_EQ(memory.read64(HostAddr(0x5010)), 0u);
  EXPECT_THROW(PageAllocator(memory, HostAddr(0x5001), HostAddr(0x7000)), std::invalid_argument);
}

}  // namespace
}  // namespace dmar
