// SPDX-License-Identifier: Apache-2.0
// See ats_segment.hpp.
#include "cosim/ats_segment.hpp"

#include "cosim/error.hpp"
#include "cosim/place.hpp"

namespace dmar::cosim {

namespace {

constexpr std::uint64_t kSerial = 0x00'0000'FFFF'0011;  // of the first function
constexpr std::uint8_t kPortNumber = 1;
constexpr unsigned kDiskDevice = 2;
// Not the same, to see that software takes each for itself.
constexpr unsigned kEduDepth = 32;
constexpr unsigned kDiskDepth = 8;

devices::PciPlace place_of(devices::PciBus bus, std::uint64_t serial, unsigned depth) {
  return {.bus = bus,
          .extended = true,
          .serial = serial,
          .pin = false,
          .ats = devices::AtsShape{.queue_depth = depth}};
}

std::unique_ptr<devices::Disk> open_image(const DiskOptions &options) {
  using Mode = devices::Disk::Mode;
  try {
    return std::make_unique<devices::Disk>(options.image,
                                           options.read_only ? Mode::kReadOnly : Mode::kReadWrite);
  } catch (const devices::DiskError &error) {
    throw CosimError(error.what());
  }
}

}  // namespace

AtsSegment::AtsSegment(const AtsOptions &options, DmaEngine &dma)
    : image_(open_image(options.disk)), port_(kSerial + 2, kPortNumber) {
  using devices::PciBus;
  edu_ = std::make_unique<devices::Edu>(make_port("edu with ATS", dma, options),
                                        place_of(PciBus::kRootPort, kSerial, kEduDepth));
  edu_->on_provoke = [this](std::uint32_t value) { provoke(value); };
  add_edu(device_tlbs_.back().name, *edu_);
  disk_ = std::make_unique<devices::VirtioBlk>(
      make_port("disk with ATS", dma, options), *image_,
      devices::VirtioBlkOptions{.id = "opendmar-ats",
                                .place = place_of(PciBus::kRootComplex, kSerial + 1, kDiskDepth)});
  add(device_tlbs_.back().name, *disk_, [this] { return disk_->last_error(); });
  segment().add_port(place::kRootPortDevice, port_);
  segment().add_behind_port(0, *edu_);
  segment().add(kDiskDevice, 0, *disk_);
}

devices::AtsPort &AtsSegment::make_port(const std::string &name, DmaEngine &dma,
                                        const AtsOptions &options) {
  DeviceTlb made{.name = name, .bus = dma.make_port(SourceId{}), .port = nullptr};
  made.port = std::make_unique<devices::AtsPort>(*made.bus, options.device_tlb);
  device_tlbs_.push_back(std::move(made));
  return *device_tlbs_.back().port;
}

std::vector<Segment::DeviceTlbUse> AtsSegment::device_tlb_use() const {
  std::vector<DeviceTlbUse> all;
  for (const DeviceTlb &one : device_tlbs_) {
    const devices::DeviceTlb::Statistics &tlb = one.port->tlb().statistics();
    const devices::AtsPort::Statistics &port = one.port->statistics();
    all.push_back({.name = one.name,
                   .hits = tlb.hits,
                   .misses = tlb.misses,
                   .evicted = tlb.evicted,
                   .discarded = port.discarded,
                   .invalidations = port.invalidations,
                   .dropped = tlb.invalidated});
  }
  return all;
}

void AtsSegment::provoke(std::uint32_t value) {
  const std::size_t kind = value & 0xFF;
  if (kind >= devices::kAtsMisbehaviours.size()) return;
  device_tlbs_.at(value >> 8 & 1)
      .port->misbehave(static_cast<devices::AtsMisbehaviour>(kind), value >> 16);
}

}  // namespace dmar::cosim
