// SPDX-License-Identifier: Apache-2.0
// See segment.hpp.
#include "cosim/segment.hpp"

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

Segment::Segment(const SriovOptions &options, DmaEngine &dma, Network *network)
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
        if (!edus_.empty()) edus_.at(1 + index)->silence();
      });
  if (options.behind_port) {
    port_.emplace(kSerial + 1, std::uint8_t{1});
    segment_.add_port(kDevice, *port_);
    segment_.add_behind_port(0, *physical_, virtuals_.get());
  } else {
    segment_.add(kDevice, 0, *physical_, virtuals_.get());
  }
}

std::unique_ptr<devices::PciDevice> Segment::make(const devices::PciPlace &place,
                                                  const std::string &name) {
  ports_.push_back(dma_.make_port(SourceId{}));  // they learn their ids from software
  auto device = options_.kind == SriovOptions::Kind::kEdu ? make_edu(place) : make_card(place);
  functions_.push_back({name, device.get()});
  return device;
}

std::unique_ptr<devices::PciDevice> Segment::make_edu(const devices::PciPlace &place) {
  auto edu = std::make_unique<devices::Edu>(*ports_.back(), place);
  edus_.push_back(edu.get());
  return edu;
}

std::unique_ptr<devices::PciDevice> Segment::make_card(const devices::PciPlace &place) {
  devices::MacAddress mac = kFirstMac;
  mac.back() = static_cast<std::uint8_t>(mac.back() + cards_.size());
  cables_.push_back(std::make_unique<Cable>());
  auto card = std::make_unique<devices::VirtioNet>(
      *ports_.back(), *cables_.back(), devices::VirtioNetOptions{.mac = mac, .place = place});
  cables_.back()->connect(network_->attach(*card));
  cards_.push_back(card.get());
  return card;
}

UnitFunction::Window Segment::ecam_window() {
  return {
      .base = place::kEcam,
      .bytes = place::kEcamBytes,
      .read = [this](std::uint64_t offset, unsigned bytes) { return ecam_.read(offset, bytes); },
      .write = [this](std::uint64_t offset, unsigned bytes,
                      std::uint64_t value) { ecam_.write(offset, bytes, value); },
      .reset = [this] { segment_.reset(); }};
}

UnitFunction::Window Segment::memory_window() {
  return {.base = place::kSegmentMemory,
          .bytes = place::kSegmentMemoryBytes,
          .read =
              [this](std::uint64_t offset, unsigned bytes) {
                return segment_.memory_read(place::kSegmentMemory + offset, bytes);
              },
          .write =
              [this](std::uint64_t offset, unsigned bytes, std::uint64_t value) {
                segment_.memory_write(place::kSegmentMemory + offset, bytes, value);
              }};
}

bool Segment::tick(std::uint64_t microseconds) {
  bool pausing = false;
  for (devices::Edu *edu : edus_) {
    edu->tick(microseconds);
    pausing = pausing || edu->stray().pausing();
  }
  return pausing;
}

void Segment::silence() {
  for (devices::Edu *edu : edus_) edu->silence();
}

std::vector<std::string> Segment::errors() const {
  std::vector<std::string> errors;
  for (std::size_t i = 0; i < cards_.size(); ++i) {
    const std::string &error = cards_[i]->last_error();
    if (!error.empty()) errors.push_back(fmt::format("{}: {}", functions_[i].name, error));
  }
  return errors;
}

}  // namespace dmar::cosim
