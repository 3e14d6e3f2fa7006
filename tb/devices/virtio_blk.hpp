// SPDX-License-Identifier: Apache-2.0
// A virtio block device (VIRTIO 1.2, 5.2) on a file of the host, with one queue.
#ifndef DMAR_DEVICES_VIRTIO_BLK_HPP
#define DMAR_DEVICES_VIRTIO_BLK_HPP

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "devices/blk_request.hpp"
#include "devices/disk.hpp"
#include "devices/request_queue.hpp"
#include "devices/virtio_pci.hpp"

namespace dmar::devices {

// What a device does wrong when it is told to. Either is DMA against the direction that the driver
// mapped the buffer for, so a remapping unit blocks it.
enum class Misbehaviour : std::uint8_t {
  kWriteReadOnlyBuffer,  // at the next disk write: 4 bytes into its data
  kReadWriteOnlyBuffer,  // at the next disk read: 4 bytes out of its buffer, before it is filled
};

struct VirtioBlkOptions {
  std::string id = "opendmar";  // answers GET_ID, at most 20 characters
  bool indirect = true;         // RING_INDIRECT_DESC is offered
  bool event_index = true;      // RING_EVENT_IDX likewise
  PciPlace place = {};
};

class VirtioBlk : public VirtioPci {
 public:
  static constexpr std::uint16_t kQueueSize = 128;  // largest

  // `disk` outlives the device.
  VirtioBlk(DmaPort &port, Disk &disk, const VirtioBlkOptions &options = {});

  // The device misbehaves once, at the next request of that kind with data, and then carries on as
  // if it had not.
  void misbehave_next(Misbehaviour kind);
  // How the DMA of the last misbehaviour ended; nothing while it is still to come.
  [[nodiscard]] std::optional<DmaStatus> misbehaviour_status() const { return misbehaved_; }

  struct Statistics {
    std::uint64_t requests = 0;       // answered
    std::uint64_t bytes_read = 0;     // from the disk, also by requests that failed later
    std::uint64_t bytes_written = 0;  // to the disk
    std::uint64_t failed = 0;         // answered with anything but okay
    std::uint64_t interrupts = 0;     // messages sent and pin interrupts raised
    std::uint64_t errors = 0;         // failed requests and broken rings
  };
  [[nodiscard]] Statistics statistics() const;

 protected:
  void queue_notified(std::uint16_t queue) override;
  void device_reset() override { queue_.reset(); }

 private:
  Task<void> serve(std::uint16_t head);
  Task<void> misbehave(Iova data, bool to_disk);
  void count(const BlkOutcome &outcome);

  BlkRequests requests_;
  RequestQueue queue_;
  std::optional<Misbehaviour> misbehave_next_;
  std::optional<DmaStatus> misbehaved_;
  Statistics statistics_;
};

}  // namespace dmar::devices

#endif  // DMAR_DEVICES_VIRTIO_BLK_HPP
