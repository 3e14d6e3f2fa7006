// SPDX-License-Identifier: Apache-2.0
// See blk_driver.hpp.
#include "devices/tests/blk_driver.hpp"

#include "devices/virtio_common.hpp"

namespace dmar::devices {

namespace {

constexpr std::uint16_t kNext = 1;
constexpr std::uint16_t kWrite = 2;
constexpr std::uint16_t kIndirect = 4;

std::uint16_t read16(const Memory &memory, std::uint64_t address) {
  return static_cast<std::uint16_t>(memory.read32(HostAddr(address)));
}

void write16(Memory &memory, std::uint64_t address, std::uint16_t value) {
  memory.write8(HostAddr(address), static_cast<std::uint8_t>(value));
  memory.write8(HostAddr(address + 1), static_cast<std::uint8_t>(value >> 8));
}

}  // namespace

void BlkDriver::reset() {
  host_.write(0x14, 0, 1);
  while (host_.read(0x14, 1) != 0 && port_.pump()) {
  }
}

void BlkDriver::negotiate(std::uint64_t features) {
  host_.write(0x08, 0);
  host_.write(0x0C, features & 0xFFFF'FFFF);
  host_.write(0x08, 1);
  host_.write(0x0C, features >> 32);
  set_status(virtio_status::kFeaturesOk);
}

void BlkDriver::set_up_queue(std::uint16_t size, std::uint64_t descriptors, std::uint64_t available,
                             std::uint64_t used) {
  next_descriptor_ = available_ = notified_ = used_ = 0;
  const std::vector<std::uint8_t> zeros(16 * std::size_t{size} + 64);
  for (const std::uint64_t ring : {descriptors, available, used}) {
    port_.memory.store(HostAddr(ring), zeros);
  }
  host_.write(0x16, 0, 2);
  host_.write(0x18, size, 2);
  host_.write(0x20, descriptors & 0xFFFF'FFFF);
  host_.write(0x24, descriptors >> 32);
  host_.write(0x28, available & 0xFFFF'FFFF);
  host_.write(0x2C, available >> 32);
  host_.write(0x30, used & 0xFFFF'FFFF);
  host_.write(0x34, used >> 32);
  host_.write(0x1C, 1, 2);
}

void BlkDriver::set_up_msix() {
  const std::uint8_t capability = host_.capabilities(0x11).at(0);
  host_.function().config_write(capability + 2U, 2, 0x8000);
  const Message messages[] = {kConfigMessage, kQueueMessage};
  for (unsigned vector = 0; vector < 2; ++vector) {
    const std::uint64_t entry = VirtioPci::kTableOffset + 16 * vector;
    host_.write(entry, messages[vector].address, 8);
    host_.write(entry + 8, messages[vector].data);
    host_.write(entry + 12, 0);
  }
  host_.write(0x10, 0, 2);
  host_.write(0x16, 0, 2);
  host_.write(0x1A, 1, 2);
}

bool BlkDriver::start(const DriverOptions &options) {
  options_ = options;
  host_.enable(kBar);
  reset();
  set_status(virtio_status::kAcknowledge | virtio_status::kDriver);
  std::uint64_t features = feature_bit(virtio_feature::kVersion1) |
                           feature_bit(virtio_feature::kAccessPlatform) | feature_bit(2);
  if (options.flush) features |= feature_bit(9);
  if (options.indirect) features |= feature_bit(virtio_feature::kIndirectDescriptors);
  if (options.event_index) features |= feature_bit(virtio_feature::kEventIndex);
  negotiate(features);
  if ((host_.read(0x14, 1) & virtio_status::kFeaturesOk) == 0) return false;
  if (options.msix) set_up_msix();
  set_up_queue(options.queue_size);
  set_status(virtio_status::kDriverOk);
  return true;
}

std::uint16_t BlkDriver::allocate(unsigned count) {
  // Requests of a test are answered before their descriptors come around again.
  if (next_descriptor_ + count > options_.queue_size) next_descriptor_ = 0;
  const std::uint16_t first = next_descriptor_;
  next_descriptor_ = static_cast<std::uint16_t>(next_descriptor_ + count);
  return first;
}

void BlkDriver::put_descriptor(std::uint64_t table, std::uint16_t index, const Buffer &buffer,
                               std::uint16_t flags, std::uint16_t next) {
  const std::uint64_t at = table + 16ULL * index;
  port_.memory.write64(HostAddr(at), buffer.address);
  port_.memory.write32(HostAddr(at + 8), buffer.bytes);
  if (buffer.writable) flags |= kWrite;
  port_.memory.write32(HostAddr(at + 12), flags | (std::uint32_t{next} << 16));
}

void BlkDriver::offer(std::uint16_t head) {
  write16(port_.memory, kAvailable + 4 + 2ULL * (available_ % options_.queue_size), head);
  ++available_;
  write16(port_.memory, kAvailable + 2, available_);
}

std::uint16_t BlkDriver::add(const std::vector<Buffer> &buffers) {
  const auto count = static_cast<std::uint16_t>(buffers.size());
  const std::uint16_t head = allocate(options_.indirect ? 1 : count);
  const std::uint64_t table = options_.indirect ? kTables + 4096ULL * head : kDescriptors;
  const std::uint16_t first = options_.indirect ? 0 : head;
  for (std::uint16_t i = 0; i < count; ++i) {
    const auto index = static_cast<std::uint16_t>(first + i);
    const bool last = i + 1 == count;
    put_descriptor(table, index, buffers[i], last ? 0 : kNext,
                   static_cast<std::uint16_t>(last ? 0 : index + 1));
  }
  if (options_.indirect) put_descriptor(kDescriptors, head, {table, 16U * count}, kIndirect, 0);
  offer(head);
  return head;
}

void BlkDriver::put_header(std::uint16_t head, std::uint32_t type, std::uint64_t sector) {
  port_.memory.write64(HostAddr(header_of(head)), type);
  port_.memory.write64(HostAddr(header_of(head) + 8), sector);
  port_.memory.write8(HostAddr(status_of(head)), kUnanswered);
}

std::uint16_t BlkDriver::request(std::uint32_t type, std::uint64_t sector,
                                 const std::vector<Buffer> &data) {
  const unsigned count = options_.indirect ? 1 : static_cast<unsigned>(data.size()) + 2;
  const unsigned next = next_descriptor_ + count > options_.queue_size ? 0 : next_descriptor_;
  const auto head = static_cast<std::uint16_t>(next);
  put_header(head, type, sector);
  std::vector<Buffer> buffers{{header_of(head), 16, false}};
  buffers.insert(buffers.end(), data.begin(), data.end());
  buffers.push_back({status_of(head), 1, true});
  return add(buffers);
}

void BlkDriver::notify() {
  bool wanted = (read16(port_.memory, kUsed) & 1) == 0;
  if (options_.event_index) {
    const std::uint16_t event = read16(port_.memory, kUsed + 4 + 8ULL * options_.queue_size);
    wanted = static_cast<std::uint16_t>(available_ - event - 1) <
             static_cast<std::uint16_t>(available_ - notified_);
  }
  notified_ = available_;
  if (wanted) notify_always();
}

std::map<std::uint32_t, std::uint32_t> BlkDriver::collect() {
  std::map<std::uint32_t, std::uint32_t> answers;
  const std::uint16_t index = read16(port_.memory, kUsed + 2);
  while (used_ != index) {
    const std::uint64_t at = kUsed + 4 + 8ULL * (used_ % options_.queue_size);
    answers[port_.memory.read32(HostAddr(at))] = port_.memory.read32(HostAddr(at + 4));
    ++used_;
  }
  if (options_.event_index) {
    write16(port_.memory, kAvailable + 4 + 2ULL * options_.queue_size, used_);
  }
  return answers;
}

std::optional<std::uint8_t> BlkDriver::run(std::uint32_t type, std::uint64_t sector,
                                           const std::vector<Buffer> &data) {
  const std::uint16_t head = request(type, sector, data);
  notify();
  port_.drain();
  const auto answers = collect();
  if (answers.size() != 1 || !answers.contains(head)) return std::nullopt;
  return answer(head);
}

}  // namespace dmar::devices
