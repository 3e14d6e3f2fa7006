// SPDX-License-Identifier: Apache-2.0
// See virtio_blk.hpp.
#include "devices/virtio_blk.hpp"

#include <algorithm>

#include "golden/little_endian.hpp"

namespace dmar::devices {

namespace {

constexpr std::uint16_t kBlockDevice = 2;
constexpr std::uint32_t kClassCode = 0x010000;  // SCSI mass storage, as other virtio disks
constexpr std::uint16_t kQueue = 0;
constexpr std::uint16_t kVectors = 2;  // configuration and queue

// Features (VIRTIO 1.2, 5.2.3), as bit numbers.
constexpr unsigned kSegmentMax = 2;
constexpr unsigned kReadOnly = 5;
constexpr unsigned kBlockSize = 6;
constexpr unsigned kFlush = 9;

// Device configuration (VIRTIO 1.2, 5.2.4), up to the block size.
std::vector<std::uint8_t> configuration_of(const Disk &disk) {
  std::vector<std::uint8_t> bytes(24);
  const auto capacity = golden::to_little_endian(disk.sectors());
  const auto segments =
      golden::to_little_endian(std::uint32_t{VirtioBlk::kQueueSize - 2});  // header, status
  const auto block = golden::to_little_endian(static_cast<std::uint32_t>(Disk::kSectorBytes));
  std::copy(capacity.begin(), capacity.end(), bytes.begin());
  std::copy(segments.begin(), segments.end(), bytes.begin() + 12);
  std::copy(block.begin(), block.end(), bytes.begin() + 20);
  return bytes;
}

std::uint64_t features_of(const Disk &disk, const VirtioBlkOptions &options) {
  using namespace virtio_feature;
  std::uint64_t features = feature_bit(kVersion1) | feature_bit(kAccessPlatform) |
                           feature_bit(kSegmentMax) | feature_bit(kBlockSize) | feature_bit(kFlush);
  if (disk.read_only()) features |= feature_bit(kReadOnly);
  if (options.indirect) features |= feature_bit(kIndirectDescriptors);
  if (options.event_index) features |= feature_bit(kEventIndex);
  return features;
}

}  // namespace

VirtioBlk::VirtioBlk(DmaPort &port, Disk &disk, const VirtioBlkOptions &options)
    : VirtioPci(port, {.device_type = kBlockDevice,
                       .class_code = kClassCode,
                       .shape = {.features = features_of(disk, options),
                                 .queues = 1,
                                 .queue_size = kQueueSize,
                                 .vectors = kVectors},
                       .configuration = configuration_of(disk),
                       .place = options.place}),
      requests_(port, tasks(), disk, options.id),
      queue_(port, tasks(), owner_of(kQueue),
             [this](std::uint16_t head) { tasks().start(serve(head)); }) {
  requests_.set_prelude([this](Iova data, bool to_disk) { return misbehave(data, to_disk); });
}

void VirtioBlk::queue_notified(std::uint16_t) {
  requests_.set_write_through(!accepted(kFlush));
  queue_.notified(layout_of(kQueue));
}

Task<void> VirtioBlk::serve(std::uint16_t head) {
  Chain chain;
  Task<bool> reading = queue_.read_chain(head, chain);
  const bool readable = co_await reading;
  if (!readable) co_return;
  BlkOutcome outcome;
  Task<void> executing = requests_.execute(chain, outcome);
  co_await executing;
  if (!running()) co_return;
  count(outcome);
  if (outcome.unanswered) {
    broken(outcome.error);
    co_return;
  }
  queue_.answer({.head = head, .written = outcome.written});
}

void VirtioBlk::count(const BlkOutcome &outcome) {
  statistics_.bytes_read += outcome.bytes_read;
  statistics_.bytes_written += outcome.bytes_written;
  if (outcome.status == BlkStatus::kOkay || outcome.unanswered) return;
  ++statistics_.failed;
  note_error(outcome.error);
}

void VirtioBlk::misbehave_next(Misbehaviour kind) {
  misbehave_next_ = kind;
  misbehaved_.reset();
}

Task<void> VirtioBlk::misbehave(Iova data, bool to_disk) {
  const Misbehaviour possible =
      to_disk ? Misbehaviour::kWriteReadOnlyBuffer : Misbehaviour::kReadWriteOnlyBuffer;
  if (misbehave_next_ != possible) co_return;
  misbehave_next_.reset();
  std::array<std::uint8_t, 4> bytes{0xBA, 0xD0, 0xDA, 0x7A};
  DmaStatus status = DmaStatus::kOkay;
  if (to_disk) {
    status = co_await dma_write(port(), data, bytes);
  } else {
    status = co_await dma_read(port(), data, bytes);
  }
  misbehaved_ = status;
}

VirtioBlk::Statistics VirtioBlk::statistics() const {
  Statistics all = statistics_;
  all.requests = queue_.answered();
  all.interrupts = interrupts();
  all.errors = errors();
  return all;
}

}  // namespace dmar::devices
