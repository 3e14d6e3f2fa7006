// SPDX-License-Identifier: Apache-2.0
// See virtqueue.hpp.
#include "devices/virtqueue.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "golden/little_endian.hpp"

namespace dmar::devices {

namespace {

constexpr std::uint16_t kNext = 1;
constexpr std::uint16_t kWrite = 2;
constexpr std::uint16_t kIndirect = 4;
constexpr std::uint16_t kNoInterrupt = 1;  // flags of the available ring

constexpr std::size_t kDescriptorBytes = 16;
constexpr std::size_t kUsedBytes = 8;
constexpr std::uint64_t kRingIndex = 2;    // offset in both rings, behind the flags
constexpr std::uint64_t kRingEntries = 4;  // likewise
// Longer than any driver makes them; bounds what one request costs.
constexpr std::uint32_t kMaxIndirect = 1024;

Iova plus(Iova address, std::uint64_t bytes) { return Iova(address.raw() + bytes); }

std::uint16_t word16(std::span<const std::uint8_t> bytes) {
  return golden::from_little_endian<std::uint16_t>(bytes);
}

// The other side wants to hear of an index that went from `before` to `now` (VIRTIO 1.2, 2.7.7.1).
bool passes_event(std::uint16_t event, std::uint16_t now, std::uint16_t before) {
  return static_cast<std::uint16_t>(now - event - 1) < static_cast<std::uint16_t>(now - before);
}

}  // namespace

void Virtqueue::start(const QueueLayout &layout) {
  layout_ = layout;
  next_available_ = next_used_ = armed_at_ = 0;
  outstanding_ = 0;
  failure_.clear();
}

Iova Virtqueue::available_entry(std::uint16_t index) const {
  return plus(layout_.driver_area, kRingEntries + 2 * (index % layout_.size));
}

Iova Virtqueue::used_entry(std::uint16_t index) const {
  return plus(layout_.device_area, kRingEntries + kUsedBytes * (index % layout_.size));
}

bool Virtqueue::fail(std::string why) {
  if (failure_.empty()) failure_ = std::move(why);
  return false;
}

bool Virtqueue::went_well(DmaStatus status, const char *what) {
  if (tasks_.stopping()) return false;
  if (status == DmaStatus::kOkay) return true;
  return fail(fmt::format("{}: {}", what, name_of(status)));
}

Task<bool> Virtqueue::take(std::vector<std::uint16_t> &heads) {
  std::array<std::uint8_t, 2> raw_index{};
  DmaStatus status = co_await dma_read(port_, plus(layout_.driver_area, kRingIndex), raw_index);
  if (!went_well(status, "index of the available ring")) co_return false;
  const std::uint16_t index = word16(raw_index);
  std::uint32_t count = static_cast<std::uint16_t>(index - next_available_);
  if (outstanding_ + count > layout_.size) {
    co_return fail(fmt::format("available index {}: {} requests at once, the queue has {}", index,
                               outstanding_ + count, layout_.size));
  }
  std::vector<std::uint8_t> raw;
  while (count > 0) {
    const std::uint32_t here =
        std::min<std::uint32_t>(count, layout_.size - next_available_ % layout_.size);
    raw.resize(2 * here);
    status = co_await dma_read(port_, available_entry(next_available_), raw);
    if (!went_well(status, "entry of the available ring")) co_return false;
    for (std::uint32_t i = 0; i < here; ++i) {
      const std::uint16_t head = word16(std::span(raw).subspan(2 * i));
      if (head >= layout_.size) {
        co_return fail(fmt::format("available ring names descriptor {} of {}", head, layout_.size));
      }
      heads.push_back(head);
    }
    next_available_ = static_cast<std::uint16_t>(next_available_ + here);
    outstanding_ += here;
    count -= here;
  }
  co_return true;
}

bool Virtqueue::needs_rearm() const { return layout_.event_index && armed_at_ != next_available_; }

Task<bool> Virtqueue::rearm() {
  armed_at_ = next_available_;
  const auto event = golden::to_little_endian(armed_at_);
  const Iova place = plus(layout_.device_area, kRingEntries + kUsedBytes * layout_.size);
  const DmaStatus status = co_await dma_write(port_, place, event);
  co_return went_well(status, "available event");
}

Virtqueue::Descriptor Virtqueue::parse(const std::uint8_t *raw) {
  const std::span bytes(raw, kDescriptorBytes);
  return {.address = golden::from_little_endian<std::uint64_t>(bytes),
          .bytes = golden::from_little_endian<std::uint32_t>(bytes.subspan(8)),
          .flags = word16(bytes.subspan(12)),
          .next = word16(bytes.subspan(14))};
}

bool Virtqueue::add(const Descriptor &descriptor, Chain &chain) {
  if (descriptor.address + descriptor.bytes < descriptor.address) {
    return fail(fmt::format("descriptor at {:#x}, {} bytes: ends beyond 2^64", descriptor.address,
                            descriptor.bytes));
  }
  const bool writable = (descriptor.flags & kWrite) != 0;
  if (!writable && !chain.writable.empty()) {
    return fail(fmt::format("request {}: a readable buffer behind a writable one", chain.head));
  }
  (writable ? chain.writable : chain.readable)
      .push_back({Iova(descriptor.address), descriptor.bytes});
  return true;
}

Task<bool> Virtqueue::read_chain(std::uint16_t head, Chain &chain) {
  chain.head = head;
  std::array<std::uint8_t, kDescriptorBytes> raw{};
  std::uint16_t index = head;
  for (std::uint32_t length = 1; length <= layout_.size; ++length) {
    const Iova place = plus(layout_.descriptors, kDescriptorBytes * index);
    const DmaStatus status = co_await dma_read(port_, place, raw);
    if (!went_well(status, "descriptor")) co_return false;
    const Descriptor descriptor = parse(raw.data());
    if ((descriptor.flags & kIndirect) != 0) {
      Task<bool> reading = read_indirect(descriptor, chain);
      const bool okay = co_await reading;
      co_return okay;
    }
    if (!add(descriptor, chain)) co_return false;
    if ((descriptor.flags & kNext) == 0) co_return true;
    index = descriptor.next;
    if (index >= layout_.size) {
      co_return fail(
          fmt::format("request {}: next descriptor {} of {}", head, index, layout_.size));
    }
  }
  co_return fail(fmt::format("request {}: more descriptors than the queue has", head));
}

Task<bool> Virtqueue::read_indirect(Descriptor table, Chain &chain) {
  const std::uint32_t entries = table.bytes / kDescriptorBytes;
  if (!layout_.indirect) {
    co_return fail(fmt::format("request {}: indirect table was not negotiated", chain.head));
  }
  if ((table.flags & kNext) != 0 || entries == 0 || entries > kMaxIndirect ||
      table.bytes % kDescriptorBytes != 0 || table.address + table.bytes < table.address) {
    co_return fail(fmt::format("request {}: indirect table of {} bytes at {:#x}, flags {:#x}",
                               chain.head, table.bytes, table.address, table.flags));
  }
  std::vector<std::uint8_t> raw(table.bytes);
  const DmaStatus status = co_await dma_read(port_, Iova(table.address), raw);
  if (!went_well(status, "indirect table")) co_return false;
  std::uint32_t index = 0;
  for (std::uint32_t length = 1; length <= entries; ++length) {
    const Descriptor descriptor = parse(raw.data() + kDescriptorBytes * index);
    if ((descriptor.flags & kIndirect) != 0) {
      co_return fail(fmt::format("request {}: indirect table in an indirect table", chain.head));
    }
    if (!add(descriptor, chain)) co_return false;
    if ((descriptor.flags & kNext) == 0) co_return true;
    index = descriptor.next;
    if (index >= entries) {
      co_return fail(fmt::format("request {}: next descriptor {} of an indirect table of {}",
                                 chain.head, index, entries));
    }
  }
  co_return fail(fmt::format("request {}: its indirect table is a loop", chain.head));
}

Task<bool> Virtqueue::publish(const std::vector<UsedElement> &elements, bool &interrupt) {
  // Answered before the index moves: the driver reads them when it sees the index.
  std::vector<std::array<std::uint8_t, 8>> raw(elements.size());
  TransferGroup group(port_);
  for (std::size_t i = 0; i < elements.size(); ++i) {
    const std::uint64_t upper = elements[i].written;
    raw[i] = golden::to_little_endian(elements[i].head | (upper << 32));
    group.write(used_entry(static_cast<std::uint16_t>(next_used_ + i)), raw[i]);
  }
  DmaStatus status = co_await group;
  if (!went_well(status, "entry of the used ring")) co_return false;

  const std::uint16_t before = next_used_;
  next_used_ = static_cast<std::uint16_t>(next_used_ + elements.size());
  outstanding_ -= static_cast<std::uint32_t>(elements.size());
  const auto index = golden::to_little_endian(next_used_);
  status = co_await dma_write(port_, plus(layout_.device_area, kRingIndex), index);
  if (!went_well(status, "index of the used ring")) co_return false;

  std::array<std::uint8_t, 2> wish{};
  const std::uint64_t used_event = kRingEntries + 2 * std::uint64_t{layout_.size};
  const std::uint64_t place = layout_.event_index ? used_event : 0;
  status = co_await dma_read(port_, plus(layout_.driver_area, place), wish);
  if (!went_well(status, "interrupt wish of the driver")) co_return false;
  interrupt = layout_.event_index ? passes_event(word16(wish), next_used_, before)
                                  : (word16(wish) & kNoInterrupt) == 0;
  co_return true;
}

}  // namespace dmar::devices
