// SPDX-License-Identifier: Apache-2.0
// See sriov_segment.hpp.
#include "cosim/sriov_segment.hpp"

#include <fmt/core.h>

#include <utility>

#include "cosim/place.hpp"

namespace dmar::cosim {

namespace {

constexpr std::uint64_t kSerial = 0x00'0000'FFFF'0001;  // of the physical function
constexpr unsigned kDevice = 1;                         // of function or port on bus 0
constexpr std::uint16_t kVirtualEdu = 0x11E9;
constexpr std::uint16_t kVirtualCard = 0x1041;  // virtio_pci knows it as a network card
// 52:54:00:12:35:00 is the physical function, the others follow.
constexpr devices::MacAddress kFirstMac{0x52, 0x54, 0x00, 0x12, 0x35, 0x00};

devices::SriovShape shape_of(SriovOptions::Kind kind) {
  const bool edu = kind == SriovOptions::Kind::kEdu;
  return {.total = SriovOptions::kVirtualFunctions,
          .device_id = edu ? kVirtualEdu : kVirtualCard,
          .bars = {{0, edu ? devices::Edu::kBarBytes : devices::VirtioNet::kBarBytes}}};
}

}  // namespace

SriovSegment::SriovSegment(const SriovOptions &options, DmaEngine &dma, Network *network)
    : options_(options), dma_(dma), network_(network) {
  using devices::PciBus;
  const devices::PciPlace below{
      .bus = options.behind_port ? PciBus::kRootPort : PciBus::kRootComplex,
      .extended = true,
      .pin = false};
  devices::PciPlace place = below;
  place.serial = kSerial;
  place.sriov = shape_of(options.kind);
  physical_ = make(place, "the physical function");
  virtuals_ = std::make_unique<devices::VirtualFunctions>(
      *physical_,
      [&](unsigned index, devices::ConfigSpace::BarBase bars) {
        devices::PciPlace mine = below;
        mine.virtual_bars = std::move(bars);
        return make(mine, fmt::format("virtual function {}", index));
      },
      [this](unsigned index) {
        if (!edus().empty()) edus().at(1 + index)->silence();
      });
  if (options.behind_port) {
    port_.emplace(kSerial + 1, std::uint8_t{1});
    segment().add_port(kDevice, *port_);
    segment().add_behind_port(0, *physical_, virtuals_.get());
  } else {
    segment().add(kDevice, 0, *physical_, virtuals_.get());
  }
}

std::unique_ptr<devices::PciDevice> SriovSegment::make(const devices::PciPlace &place,
                                                       const std::string &name) {
  ports_.push_back(dma_.make_port(SourceId{}));  // they learn their ids from software
  return options_.kind == SriovOptions::Kind::kEdu ? make_edu(place, name) : make_card(place, name);
}

std::unique_ptr<devices::PciDevice> SriovSegment::make_edu(const devices::PciPlace &place,
                                                           const std::string &name) {
  auto edu = std::make_unique<devices::Edu>(*ports_.back(), place);
  add_edu(name, *edu);
  return edu;
}

std::unique_ptr<devices::PciDevice> SriovSegment::make_card(const devices::PciPlace &place,
                                                            const std::string &name) {
  devices::MacAddress mac = kFirstMac;
  mac.back() = static_cast<std::uint8_t>(mac.back() + cables_.size());
  cables_.push_back(std::make_unique<Cable>());
  auto card = std::make_unique<devices::VirtioNet>(
      *ports_.back(), *cables_.back(), devices::VirtioNetOptions{.mac = mac, .place = place});
  cables_.back()->connect(network_->attach(*card));
  add(name, *card, [made = card.get()] { return made->last_error(); });
  return card;
}

}  // namespace dmar::cosim
