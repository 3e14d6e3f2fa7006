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
                       .bus = options.bus}),
      requests_(port, tasks(), disk, options.id),
      queue_(port, tasks()) {
  requests_.set_prelude([this](Iova data, bool to_disk) { return misbehave(data, to_disk); });
}

void VirtioBlk::device_reset() {
  started_ = draining_ = renotified_ = completing_ = false;
  done_.clear();
}

void VirtioBlk::queue_notified(std::uint16_t) {
  if (!started_) {
    started_ = true;
    queue_.start(layout_of(kQueue));
    requests_.set_write_through(!accepted(kFlush));
  }
  renotified_ = true;
  if (draining_) return;
  draining_ = true;
  tasks().start(drain());
}

// Starts a task for every request that is available, until there are no more.
Task<void> VirtioBlk::drain() {
  std::vector<std::uint16_t> heads;
  for (;;) {
    renotified_ = false;
    heads.clear();
    Task<bool> taking = queue_.take(heads);
    const bool taken = co_await taking;
    if (!running()) co_return;
    if (!taken) {
      broken(queue_.failure());
      co_return;
    }
    for (const std::uint16_t head : heads) tasks().start(serve(head));
    if (!heads.empty() || renotified_) continue;
    if (!queue_.needs_rearm()) break;
    Task<bool> rearming = queue_.rearm();
    const bool rearmed = co_await rearming;
    if (!running()) co_return;
    if (!rearmed) {
      broken(queue_.failure());
      co_return;
    }
  }
  draining_ = false;
}

Task<void> VirtioBlk::serve(std::uint16_t head) {
  Chain chain;
  Task<bool> reading = queue_.read_chain(head, chain);
  const bool readable = co_await reading;
  if (!running()) co_return;
  if (!readable) {
    broken(queue_.failure());
    co_return;
  }
  BlkOutcome outcome;
  Task<void> executing = requests_.execute(chain, outcome);
  co_await executing;
  if (!running()) co_return;
  count(outcome);
  if (outcome.unanswered) {
    broken(outcome.error);
    co_return;
  }
  done_.push_back({.head = head, .written = outcome.written});
  if (completing_) co_return;
  completing_ = true;
  Task<void> completing = complete();
  co_await completing;
}

// One task at a time, because the used ring has one index; what is done meanwhile goes along.
Task<void> VirtioBlk::complete() {
  std::vector<UsedElement> batch;
  while (!done_.empty()) {
    batch.clear();
    batch.swap(done_);
    bool interrupt = false;
    Task<bool> publishing = queue_.publish(batch, interrupt);
    const bool published = co_await publishing;
    if (!running()) co_return;
    if (!published) {
      broken(queue_.failure());
      co_return;
    }
    statistics_.requests += batch.size();
    if (interrupt) queue_interrupt(kQueue);
  }
  completing_ = false;
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
  all.interrupts = interrupts();
  all.errors = errors();
  return all;
}

}  // namespace dmar::devices
