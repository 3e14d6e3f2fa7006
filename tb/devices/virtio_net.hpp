// SPDX-License-Identifier: Apache-2.0
// A virtio network device (VIRTIO 1.2, 5.1) with a receive, a transmit and a control queue. It
// offers no checksums and no segmentation: each frame crosses DMA as it is on the network.
#ifndef DMAR_DEVICES_VIRTIO_NET_HPP
#define DMAR_DEVICES_VIRTIO_NET_HPP

#include <cstdint>
#include <span>

#include "devices/net_control.hpp"
#include "devices/net_filter.hpp"
#include "devices/net_frame.hpp"
#include "devices/net_receiver.hpp"
#include "devices/net_transmitter.hpp"
#include "devices/virtio_pci.hpp"
#include "net/frame_sink.hpp"

namespace dmar::devices {

struct VirtioNetOptions {
  MacAddress mac{0x52, 0x54, 0x00, 0x12, 0x34, 0x56};
  std::uint16_t mtu = 1500;  // bytes of data in a frame, at least 68
  bool offer_mtu = true;     // the driver is told
  bool mergeable = true;     // MRG_RXBUF is offered
  bool control = true;       // the control queue and what goes through it likewise
  bool indirect = true;      // RING_INDIRECT_DESC
  bool event_index = true;   // RING_EVENT_IDX
  PciPlace place = {};
};

// It is also where frames from the network go.
class VirtioNet : public VirtioPci, public net::FrameSink {
 public:
  static constexpr std::uint16_t kQueueSize = 256;  // largest
  static constexpr std::uint16_t kReceiveQueue = 0;
  static constexpr std::uint16_t kTransmitQueue = 1;
  static constexpr std::uint16_t kControlQueue = 2;

  // What the driver sends goes to `network`, which outlives the device. std::invalid_argument: the
  // address is not that of one station, or the MTU is too small.
  VirtioNet(DmaPort &port, net::FrameSink &network, const VirtioNetOptions &options = {});

  void frame(std::span<const std::uint8_t> bytes) override;

  // As the driver has set it.
  [[nodiscard]] const MacAddress &mac() const { return filter_.mac; }

  struct Statistics {
    std::uint64_t sent_frames = 0;  // to the network
    std::uint64_t sent_bytes = 0;
    std::uint64_t received_frames = 0;  // in buffers of the driver
    std::uint64_t received_bytes = 0;
    std::uint64_t filtered = 0;      // from the network, for others
    std::uint64_t dropped = 0;       // from the network: no driver, no buffer, or none large enough
    std::uint64_t refused = 0;       // of the driver: frames that cannot be sent
    std::uint64_t failed_reads = 0;  // of the driver: frames that DMA could not fetch
    std::uint64_t failed_writes = 0;  // from the network: frames that DMA could not write
    std::uint64_t commands = 0;       // answered
    std::uint64_t refused_commands = 0;
    std::uint64_t interrupts = 0;  // messages sent and pin interrupts raised
    std::uint64_t errors = 0;      // what went wrong in the driver's requests, and broken rings
  };
  [[nodiscard]] Statistics statistics() const;

 protected:
  [[nodiscard]] bool acceptable(std::uint64_t features) const override;
  void queue_notified(std::uint16_t queue) override;
  void device_reset() override;

 private:
  void set_mac(const MacAddress &mac);

  MacAddress first_mac_;
  std::uint16_t mtu_;
  NetFilter filter_;
  NetReceiver receiver_;
  NetTransmitter transmitter_;
  NetControl control_;
  std::uint64_t filtered_ = 0;
  std::uint64_t dropped_ = 0;  // before they came to the receive queue
};

}  // namespace dmar::devices

#endif  // DMAR_DEVICES_VIRTIO_NET_HPP
