// SPDX-License-Identifier: Apache-2.0
// Where the functions of a machine are. The inputs are those of the table that QEMU gives the
// firmware for a q35 machine: INTA of slot 18h arrives at 20, that of slots 19h to 1Dh at 16.
#include <gmock/gmock.h>

#include <set>

#include "cosim/placement.hpp"

namespace dmar::cosim {
namespace {

using Kind = Placement::Kind;

TEST(CosimPlacement, OfDiskAndTestDevice) {
  const auto all = placements({.disks = {{}}});
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0], (Placement{.kind = Kind::kDisk,
                               .index = 0,
                               .id = "disk0",
                               .name = "disk 0",
                               .where = "addr=05.0",
                               .source = SourceId(0x0028),
                               .slot = 5,
                               .bridged = false,
                               .intx_input = 21}));
  EXPECT_EQ(all[1], (Placement{.kind = Kind::kEdu,
                               .index = 0,
                               .id = "edu",
                               .name = "the DMA test device",
                               .where = "addr=06.0",
                               .source = SourceId(0x0030),
                               .slot = 6,
                               .bridged = false,
                               .intx_input = 22}));
  EXPECT_EQ(linux_address(all[0]), "0000:00:05.0");
}

TEST(CosimPlacement, BehindTheBridge) {
  const auto all = placements({.disks = {{}, {}}, .bridge = true});
  EXPECT_EQ(all[0].where, "bus=bridge,addr=01.0");
  EXPECT_EQ(all[0].source.raw(), 0x0100);  // the bridge owns its requests
  EXPECT_EQ(all[0].slot, 7U);
  EXPECT_TRUE(all[0].bridged);
  EXPECT_EQ(all[0].intx_input, 20U);  // turned by device 1, then by slot 7
  EXPECT_FALSE(all[1].bridged);
  EXPECT_EQ(all[1].where, "addr=08.0");
}

TEST(CosimPlacement, OfNetworkCards) {
  MachineOptions options;
  options.networks.resize(place::kMaxNetworks);
  const auto all = placements(options);
  ASSERT_EQ(all.size(), 7U);
  EXPECT_EQ(all[0].kind, Kind::kEdu);
  EXPECT_EQ(all[1].id, "network0");
  EXPECT_EQ(all[1].name, "network card 0");
  EXPECT_EQ(all[1].where, "addr=18.0");
  EXPECT_EQ(all[1].source.raw(), 0x00C0);
  EXPECT_EQ(linux_address(all[1]), "0000:00:18.0");
  EXPECT_EQ(all[1].intx_input, 20U);
  for (std::size_t i = 2; i < all.size(); ++i) EXPECT_EQ(all[i].intx_input, 16U) << all[i].where;
  EXPECT_EQ(all[6].where, "addr=1d.0");
}

TEST(CosimPlacement, EveryFunctionHasAPlaceOfItsOwn) {
  for (const bool bridge : {false, true}) {
    MachineOptions options{.bridge = bridge};
    options.disks.resize(place::kMaxDisks);
    options.networks.resize(place::kMaxNetworks);
    const auto all = placements(options);
    EXPECT_EQ(all.size(), 1U + place::kMaxDisks + place::kMaxNetworks);
    std::set<unsigned> slots{place::kUnitSlot};
    std::set<std::uint16_t> sources;
    std::set<std::string> ids;
    for (const Placement &one : all) {
      EXPECT_TRUE(slots.insert(one.slot).second) << one.id;
      EXPECT_TRUE(sources.insert(one.source.raw()).second) << one.id;
      EXPECT_TRUE(ids.insert(one.id).second) << one.id;
      EXPECT_LT(one.slot, 30U) << one.id;
    }
  }
}

}  // namespace
}  // namespace dmar::cosim
