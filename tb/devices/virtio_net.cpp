// SPDX-License-Identifier: Apache-2.0
// See virtio_net.hpp.
#include "devices/virtio_net.hpp"

#include <algorithm>
#include <stdexcept>
#include <vector>

#include "golden/little_endian.hpp"

namespace dmar::devices {

namespace {

constexpr std::uint16_t kNetworkDevice = 1;
constexpr std::uint32_t kClassCode = 0x020000;  // Ethernet controller
constexpr std::uint16_t kSmallestMtu = 68;      // VIRTIO 1.2, 5.1.4.1
constexpr std::uint16_t kLinkUp = 1;

// Device configuration (VIRTIO 1.2, 5.1.4), up to the MTU.
constexpr std::size_t kMacOffset = 0;
constexpr std::size_t kStatusOffset = 6;
constexpr std::size_t kPairsOffset = 8;
constexpr std::size_t kMtuOffset = 10;
constexpr std::size_t kConfigurationBytes = 12;

std::vector<std::uint8_t> configuration_of(const VirtioNetOptions &options) {
  std::vector<std::uint8_t> bytes(kConfigurationBytes);
  std::ranges::copy(options.mac, bytes.begin() + kMacOffset);
  std::ranges::copy(golden::to_little_endian(kLinkUp), bytes.begin() + kStatusOffset);
  std::ranges::copy(golden::to_little_endian(std::uint16_t{1}), bytes.begin() + kPairsOffset);
  std::ranges::copy(golden::to_little_endian(options.mtu), bytes.begin() + kMtuOffset);
  return bytes;
}

std::uint64_t features_of(const VirtioNetOptions &options) {
  using namespace virtio_feature;
  using namespace net_feature;
  std::uint64_t features = feature_bit(kVersion1) | feature_bit(kAccessPlatform) |
                           feature_bit(kMac) | feature_bit(kStatus);
  if (options.offer_mtu) features |= feature_bit(kMtu);
  if (options.mergeable) features |= feature_bit(kMergeableBuffers);
  if (options.control) {
    features |= feature_bit(kHasControlQueue) | feature_bit(kReceiveModes) |
                feature_bit(kMoreReceiveModes) | feature_bit(kControlAddress);
  }
  if (options.indirect) features |= feature_bit(kIndirectDescriptors);
  if (options.place.sriov) features |= feature_bit(kSriov);
  if (options.event_index) features |= feature_bit(kEventIndex);
  return features;
}

const VirtioNetOptions &checked(const VirtioNetOptions &options) {
  if (!is_station(options.mac)) throw std::invalid_argument("MAC address is not of one station");
  if (options.mtu < kSmallestMtu) throw std::invalid_argument("MTU is smaller than 68 bytes");
  return options;
}

}  // namespace

VirtioNet::VirtioNet(DmaPort &port, net::FrameSink &network, const VirtioNetOptions &options)
    : VirtioPci(port, {.device_type = kNetworkDevice,
                       .class_code = kClassCode,
                       .shape = {.features = features_of(checked(options)),
                                 .queues = static_cast<std::uint16_t>(options.control ? 3 : 2),
                                 .queue_size = kQueueSize,
                                 // configuration, and one for each queue
                                 .vectors = static_cast<std::uint16_t>(options.control ? 4 : 3)},
                       .configuration = configuration_of(options),
                       .place = options.place}),
      first_mac_(options.mac),
      mtu_(options.mtu),
      filter_{.mac = options.mac},
      receiver_(port, tasks(), owner_of(kReceiveQueue)),
      transmitter_(port, tasks(), owner_of(kTransmitQueue), network, options.mtu),
      control_(port, tasks(), owner_of(kControlQueue), filter_,
               {.accepted = [this](unsigned feature) { return accepted(feature); },
                .address_given = [this](const MacAddress &mac) { set_mac(mac); }}) {}

// VIRTIO 1.2, 5.1.3.1: what goes through the control queue needs it.
bool VirtioNet::acceptable(std::uint64_t features) const {
  using namespace net_feature;
  const std::uint64_t needs_control =
      feature_bit(kReceiveModes) | feature_bit(kMoreReceiveModes) | feature_bit(kControlAddress);
  return (features & needs_control) == 0 || (features & feature_bit(kHasControlQueue)) != 0;
}

void VirtioNet::queue_notified(std::uint16_t queue) {
  switch (queue) {
    case kReceiveQueue:
      receiver_.notified(layout_of(queue), accepted(net_feature::kMergeableBuffers));
      break;
    case kTransmitQueue:
      transmitter_.notified(layout_of(queue));
      break;
    default:
      control_.notified(layout_of(queue));
  }
}

void VirtioNet::frame(std::span<const std::uint8_t> bytes) {
  // A driver without receive modes cannot ask for groups: it gets them all.
  if (running() && !accepted(net_feature::kReceiveModes)) filter_.all_multicast = true;
  if (!fits_link(bytes, mtu_) || !running() || !config().bus_master()) {
    ++dropped_;
  } else if (!filter_.accepts(bytes)) {
    ++filtered_;
  } else {
    receiver_.receive(bytes);
  }
}

void VirtioNet::set_mac(const MacAddress &mac) {
  filter_.mac = mac;
  configure(kMacOffset, mac);
}

void VirtioNet::device_reset() {
  receiver_.reset();
  transmitter_.reset();
  control_.reset();
  filter_ = {};
  set_mac(first_mac_);
}

VirtioNet::Statistics VirtioNet::statistics() const {
  const NetTransmitter::Statistics &out = transmitter_.statistics();
  const NetReceiver::Statistics &in = receiver_.statistics();
  return {.sent_frames = out.frames,
          .sent_bytes = out.bytes,
          .received_frames = in.frames,
          .received_bytes = in.bytes,
          .filtered = filtered_,
          .dropped = dropped_ + in.dropped,
          .refused = out.refused,
          .failed_reads = out.failed_reads,
          .failed_writes = in.failed_writes,
          .commands = control_.commands(),
          .refused_commands = control_.refused(),
          .interrupts = interrupts(),
          .errors = errors()};
}

}  // namespace dmar::devices
