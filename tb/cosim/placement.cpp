// SPDX-License-Identifier: Apache-2.0
// See placement.hpp.
#include "cosim/placement.hpp"

#include <fmt/core.h>

namespace dmar::cosim {

namespace {

constexpr unsigned kFirstInput = 20;  // of the four that the pins of PCI functions share

// Bridge and chipset turn the four pins by the number of the slot.
unsigned input_of(unsigned turns) { return kFirstInput + turns % 4; }

// But the chipset has places for functions of its own, whose pins it turns by registers; after a
// reset INTA of each is at the first input of its PCI Express ports.
constexpr unsigned kFirstChipsetSlot = 25;
constexpr unsigned kChipsetInput = 16;
unsigned input_of_slot(unsigned slot) {
  return slot >= kFirstChipsetSlot ? kChipsetInput : input_of(slot);
}

Placement in_slot(Placement::Kind kind, std::size_t index, unsigned slot) {
  return {.kind = kind,
          .index = index,
          .where = fmt::format("addr={:02x}.0", slot),
          .source = bdf(0, slot, 0),
          .slot = slot,
          .intx_input = input_of_slot(slot)};
}

Placement disk(const MachineOptions &options, std::size_t index) {
  const auto number = static_cast<unsigned>(index);
  Placement placement = in_slot(Placement::Kind::kDisk, index,
                                index == 0 ? place::kDiskSlot : place::kMoreDisksSlot + number - 1);
  if (options.bridge && index == 0) {
    placement.where = "bus=bridge,addr=01.0";
    placement.source = place::kBehindBridge;
    placement.slot = place::kBridgeSlot;
    placement.bridged = true;
    placement.intx_input = input_of(place::kBridgeSlot + 1);
  }
  placement.id = fmt::format("disk{}", index);
  placement.name = fmt::format("disk {}", index);
  return placement;
}

}  // namespace

std::vector<Placement> placements(const MachineOptions &options) {
  std::vector<Placement> all;
  for (std::size_t i = 0; i < options.disks.size(); ++i) all.push_back(disk(options, i));
  Placement edu = in_slot(Placement::Kind::kEdu, 0, place::kEduSlot);
  edu.id = "edu";
  edu.name = "the DMA test device";
  all.push_back(edu);
  for (std::size_t i = 0; i < options.networks.size(); ++i) {
    Placement network =
        in_slot(Placement::Kind::kNetwork, i, place::kNetworkSlot + static_cast<unsigned>(i));
    network.id = fmt::format("network{}", i);
    network.name = fmt::format("network card {}", i);
    all.push_back(network);
  }
  return all;
}

std::string linux_address(const Placement &placement) {
  return fmt::format("0000:00:{:02x}.0", placement.slot);
}

}  // namespace dmar::cosim
