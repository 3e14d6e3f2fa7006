// SPDX-License-Identifier: Apache-2.0
// See virtio_pci.hpp.
#include "devices/virtio_pci.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <bit>

namespace dmar::devices {

namespace {

constexpr std::uint16_t kVendor = 0x1AF4;
constexpr std::uint16_t kFirstDevice = 0x1040;  // plus the device type
constexpr std::uint32_t kIsrBytes = 1;
constexpr std::uint32_t kNotifyBytes = 0x100;
constexpr std::uint8_t kIsrQueue = 1;
constexpr std::uint8_t kIsrConfiguration = 2;
constexpr std::uint64_t kDriverWritable = 0xFF & ~virtio_status::kNeedsReset;

PciIdentity identity_of(std::uint16_t device_type, std::uint32_t class_code) {
  return {.vendor = kVendor,
          .device = static_cast<std::uint16_t>(kFirstDevice + device_type),
          .revision = 1,
          .class_code = class_code,
          .subsystem_vendor = kVendor,
          .subsystem = 0x1100,
          .interrupt_pin = 1};
}

bool inside(std::uint64_t offset, std::uint32_t start, std::uint32_t bytes) {
  return offset >= start && offset - start < bytes;
}

}  // namespace

VirtioPci::VirtioPci(DmaPort &port, const Kind &kind)
    : PciDevice(port, identity_of(kind.device_type, kind.class_code), kind.place),
      configuration_(kind.configuration),
      common_(kind.shape),
      msix_(config_space(), sender(), kind.shape.vectors,
            {.bar = 0, .table = kTableOffset, .pending = kPendingOffset}),
      window_(config_space()) {
  config_space().add_memory_bar(0, kBarBytes);
  add_structure(config_space(), VirtioStructure::kCommon, kCommonOffset, VirtioCommon::kBytes);
  add_structure(config_space(), VirtioStructure::kIsr, kIsrOffset, kIsrBytes);
  add_structure(config_space(), VirtioStructure::kDevice, kDeviceOffset,
                static_cast<std::uint32_t>(configuration_.size()));
  add_structure(config_space(), VirtioStructure::kNotify, kNotifyOffset, kNotifyBytes,
                kNotifyMultiplier);
  common_.on_status = [this](std::uint8_t status) { status_written(status); };
  common_.on_queue_enable = [this](std::uint16_t queue) { queue_enabled(queue); };
}

bool VirtioPci::running() const {
  const auto state = common_.status() & (virtio_status::kDriverOk | virtio_status::kNeedsReset);
  return state == virtio_status::kDriverOk && !tasks().stopping();
}

QueueLayout VirtioPci::layout_of(std::uint16_t index) const {
  const VirtioCommon::Queue &queue = common_.queue(index);
  return {.size = queue.size,
          .descriptors = Iova(queue.descriptors),
          .driver_area = Iova(queue.driver_area),
          .device_area = Iova(queue.device_area),
          .event_index = accepted(virtio_feature::kEventIndex),
          .indirect = accepted(virtio_feature::kIndirectDescriptors)};
}

QueueOwner VirtioPci::owner_of(std::uint16_t queue) {
  return {.running = [this] { return running(); },
          .broken = [this](const std::string &what) { broken(what); },
          .failed = [this](const std::string &what) { note_error(what); },
          .interrupt = [this, queue] { queue_interrupt(queue); }};
}

void VirtioPci::status_written(std::uint8_t status) {
  if (status == 0) {
    ++resets_;
    tasks().stop([this] { registers_reset(); });
    return;
  }
  // Neither the driver nor the device takes a bit back without a reset.
  std::uint8_t next = common_.status() | (status & kDriverWritable);
  const bool okay = (common_.accepted() & ~common_.offered()) == 0 &&
                    accepted(virtio_feature::kVersion1) && acceptable(common_.accepted());
  if (!okay) next &= static_cast<std::uint8_t>(~virtio_status::kFeaturesOk);
  const bool negotiated = (next & virtio_status::kFeaturesOk) != 0;
  if (!negotiated) next &= static_cast<std::uint8_t>(~virtio_status::kDriverOk);
  common_.set_status(next);
  deliver_notifications();
}

void VirtioPci::queue_enabled(std::uint16_t index) {
  const VirtioCommon::Queue &queue = common_.queue(index);
  if (!std::has_single_bit(queue.size) || queue.size > common_.largest_queue()) {
    broken(fmt::format("queue {}: size {} is not a power of two up to {}", index, queue.size,
                       common_.largest_queue()));
    return;
  }
  const std::uint64_t highest = std::max({queue.descriptors, queue.driver_area, queue.device_area});
  constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 20;  // of a ring of the largest size
  if (queue.descriptors % 16 != 0 || queue.driver_area % 2 != 0 || queue.device_area % 4 != 0 ||
      highest > ~kMostBytes) {
    broken(fmt::format("queue {}: rings at {:#x}, {:#x}, {:#x} are not aligned or end beyond 2^64",
                       index, queue.descriptors, queue.driver_area, queue.device_area));
    return;
  }
  common_.enable_queue(index);
}

void VirtioPci::note_error(const std::string &what) {
  ++errors_;
  last_error_ = what;
}

void VirtioPci::broken(const std::string &what) {
  if ((common_.status() & virtio_status::kNeedsReset) != 0) return;  // the first reason counts
  note_error(what);
  const std::uint8_t before = common_.status();
  common_.set_status(before | virtio_status::kNeedsReset);
  if ((before & virtio_status::kDriverOk) != 0) {
    interrupt(common_.config_vector(), kIsrConfiguration);
  }
}

void VirtioPci::queue_interrupt(std::uint16_t queue) {
  interrupt(common_.queue(queue).vector, kIsrQueue);
}

void VirtioPci::interrupt(std::uint16_t vector, std::uint8_t isr_bit) {
  if (msix_.enabled()) {
    if (vector != kNoVector) msix_.notify(vector);
    return;
  }
  ++pin_interrupts_;
  isr_ |= isr_bit;
  set_interrupt(true);
}

std::uint64_t VirtioPci::read_isr(std::uint64_t offset) {
  if (offset != kIsrOffset) return 0;
  const std::uint8_t value = isr_;
  isr_ = 0;
  set_interrupt(false);
  return value;
}

void VirtioPci::configure(std::size_t offset, std::span<const std::uint8_t> bytes) {
  const auto place = configuration_.begin() + static_cast<std::ptrdiff_t>(offset);
  if (std::equal(bytes.begin(), bytes.end(), place)) return;
  std::ranges::copy(bytes, place);
  common_.configuration_changed();
}

std::uint64_t VirtioPci::read_configuration(std::uint64_t offset, unsigned bytes) const {
  std::uint64_t value = 0;
  for (unsigned i = 0; i < bytes && offset + i < configuration_.size(); ++i) {
    value |= std::uint64_t{configuration_[offset + i]} << (8 * i);
  }
  return value;
}

std::uint64_t VirtioPci::bar_read(unsigned, std::uint64_t offset, unsigned bytes) {
  if (offset < kIsrOffset) return common_.read(offset - kCommonOffset, bytes);
  if (offset < kDeviceOffset) return read_isr(offset);
  if (offset < kNotifyOffset) return read_configuration(offset - kDeviceOffset, bytes);
  if (offset < kTableOffset) return 0;
  if (offset < kPendingOffset) return msix_.read_table(offset - kTableOffset, bytes);
  return msix_.read_pending(offset - kPendingOffset, bytes);
}

void VirtioPci::bar_write(unsigned, std::uint64_t offset, unsigned bytes, std::uint64_t value) {
  if (inside(offset, kTableOffset, kPendingOffset - kTableOffset)) {
    msix_.write_table(offset - kTableOffset, bytes, value);
    return;
  }
  // Until the reset is complete, which the driver sees in the status, only the interrupt table
  // listens.
  if (tasks().stopping()) return;
  if (offset < kIsrOffset) common_.write(offset - kCommonOffset, bytes, value);
  if (!inside(offset, kNotifyOffset, kNotifyBytes)) return;
  const std::uint64_t queue = (offset - kNotifyOffset) / kNotifyMultiplier;
  if (queue >= common_.queues()) return;
  notified_ |= std::uint64_t{1} << queue;
  deliver_notifications();
}

void VirtioPci::deliver_notifications() {
  if (!running() || !config().bus_master()) return;
  for (std::uint16_t queue = 0; queue < common_.queues(); ++queue) {
    const std::uint64_t bit = std::uint64_t{1} << queue;
    if ((notified_ & bit) == 0 || !common_.queue(queue).enabled) continue;
    notified_ &= ~bit;
    queue_notified(queue);
  }
}

void VirtioPci::before_config_read(std::uint32_t offset, unsigned bytes) {
  const auto access = window_.access(offset, bytes, kBarBytes);
  if (!access) return;
  window_.set_data(static_cast<std::uint32_t>(bar_read(0, access->offset, access->bytes)));
}

void VirtioPci::after_config_write(std::uint32_t offset, unsigned bytes) {
  if (const auto access = window_.access(offset, bytes, kBarBytes)) {
    const std::uint64_t mask = (std::uint64_t{1} << (8 * access->bytes)) - 1;
    bar_write(0, access->offset, access->bytes, window_.data() & mask);
  }
  msix_.config_changed();
  deliver_notifications();
}

void VirtioPci::interrupts_reset() { msix_.reset(); }

void VirtioPci::registers_reset() {
  device_reset();  // may change the configuration
  common_.reset();
  msix_.withdraw();
  isr_ = 0;
  notified_ = 0;
  set_interrupt(false);
}

}  // namespace dmar::devices
