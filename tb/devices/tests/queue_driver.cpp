// SPDX-License-Identifier: Apache-2.0
// See queue_driver.hpp.
#include "devices/tests/queue_driver.hpp"

#include <algorithm>

#include "devices/virtio_pci.hpp"

namespace dmar::devices {

namespace {

constexpr std::uint16_t kHasNext = 1;
constexpr std::uint16_t kDeviceWrites = 2;
constexpr std::uint16_t kIsTable = 4;

std::uint16_t read16(const Memory &memory, std::uint64_t address) {
  return static_cast<std::uint16_t>(memory.read32(HostAddr(address)));
}

void write16(Memory &memory, std::uint64_t address, std::uint16_t value) {
  memory.write8(HostAddr(address), static_cast<std::uint8_t>(value));
  memory.write8(HostAddr(address + 1), static_cast<std::uint8_t>(value >> 8));
}

}  // namespace

void QueueDriver::set_up(const RingOptions &options) { set_up(options, rings_); }

void QueueDriver::set_up(const RingOptions &options, const Rings &rings) {
  options_ = options;
  next_descriptor_ = available_ = notified_ = used_ = 0;
  busy_.assign(options.size, false);
  chains_.clear();
  const std::vector<std::uint8_t> zeros(16 * std::size_t{options.size} + 64);
  for (const std::uint64_t ring : {rings.descriptors, rings.available, rings.used}) {
    port_.memory.store(HostAddr(ring), zeros);
  }
  host_.write(0x16, index_, 2);
  host_.write(0x18, options.size, 2);
  host_.write(0x20, rings.descriptors & 0xFFFF'FFFF);
  host_.write(0x24, rings.descriptors >> 32);
  host_.write(0x28, rings.available & 0xFFFF'FFFF);
  host_.write(0x2C, rings.available >> 32);
  host_.write(0x30, rings.used & 0xFFFF'FFFF);
  host_.write(0x34, rings.used >> 32);
  host_.write(0x1C, 1, 2);
}

unsigned QueueDriver::descriptors_of(std::size_t buffers) const {
  return options_.indirect ? 1 : static_cast<unsigned>(buffers);
}

std::uint16_t QueueDriver::next_head(std::size_t buffers) const {
  return next_descriptor_ + descriptors_of(buffers) > options_.size ? 0 : next_descriptor_;
}

bool QueueDriver::fits(std::size_t buffers) const {
  const unsigned count = descriptors_of(buffers);
  const auto first = busy_.begin() + next_head(buffers);
  return count <= options_.size && std::find(first, first + count, true) == first + count;
}

void QueueDriver::put_descriptor(std::uint64_t table, std::uint16_t index, const Buffer &buffer,
                                 std::uint16_t flags, std::uint16_t next) {
  const std::uint64_t at = table + 16ULL * index;
  port_.memory.write64(HostAddr(at), buffer.address);
  port_.memory.write32(HostAddr(at + 8), buffer.bytes);
  if (buffer.writable) flags |= kDeviceWrites;
  port_.memory.write32(HostAddr(at + 12), flags | (std::uint32_t{next} << 16));
}

void QueueDriver::offer(std::uint16_t head) {
  write16(port_.memory, rings_.available + 4 + 2ULL * (available_ % options_.size), head);
  ++available_;
  write16(port_.memory, rings_.available + 2, available_);
}

std::uint16_t QueueDriver::add(const std::vector<Buffer> &buffers) {
  const auto count = static_cast<std::uint16_t>(buffers.size());
  // Requests of a test are answered before their descriptors come around again; see fits().
  const std::uint16_t head = next_head(count);
  const unsigned descriptors = descriptors_of(count);
  next_descriptor_ = static_cast<std::uint16_t>(head + descriptors);
  std::fill_n(busy_.begin() + head, std::min<unsigned>(descriptors, options_.size - head), true);
  chains_[head] = descriptors;
  const std::uint64_t table =
      options_.indirect ? rings_.tables + 4096ULL * head : rings_.descriptors;
  const std::uint16_t first = options_.indirect ? 0 : head;
  for (std::uint16_t i = 0; i < count; ++i) {
    const auto index = static_cast<std::uint16_t>(first + i);
    const bool last = i + 1 == count;
    put_descriptor(table, index, buffers[i], last ? 0 : kHasNext,
                   static_cast<std::uint16_t>(last ? 0 : index + 1));
  }
  if (options_.indirect) {
    put_descriptor(rings_.descriptors, head, {table, 16U * count}, kIsTable, 0);
  }
  offer(head);
  return head;
}

void QueueDriver::notify() {
  bool wanted = (read16(port_.memory, rings_.used) & 1) == 0;
  if (options_.event_index) {
    const std::uint16_t event = read16(port_.memory, rings_.used + 4 + 8ULL * options_.size);
    wanted = static_cast<std::uint16_t>(available_ - event - 1) <
             static_cast<std::uint16_t>(available_ - notified_);
  }
  notified_ = available_;
  if (wanted) notify_always();
}

void QueueDriver::notify_always() {
  host_.write(VirtioPci::kNotifyOffset + VirtioPci::kNotifyMultiplier * index_, index_, 2);
}

std::uint16_t QueueDriver::answers() const {
  return static_cast<std::uint16_t>(read16(port_.memory, rings_.used + 2) - used_);
}

std::vector<QueueDriver::Answer> QueueDriver::collect() {
  std::vector<Answer> found;
  for (std::uint16_t left = answers(); left > 0; --left) {
    const std::uint64_t at = rings_.used + 4 + 8ULL * (used_ % options_.size);
    const Answer &answer = found.emplace_back(
        Answer{port_.memory.read32(HostAddr(at)), port_.memory.read32(HostAddr(at + 4))});
    ++used_;
    if (const auto chain = chains_.find(answer.head); chain != chains_.end()) {
      std::fill_n(busy_.begin() + answer.head, chain->second, false);
      chains_.erase(chain);
    }
  }
  if (options_.event_index) {
    write16(port_.memory, rings_.available + 4 + 2ULL * options_.size, used_);
  }
  return found;
}

}  // namespace dmar::devices
