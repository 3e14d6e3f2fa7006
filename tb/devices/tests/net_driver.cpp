// SPDX-License-Identifier: Apache-2.0
// See net_driver.hpp.
#include "devices/tests/net_driver.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "devices/net_frame.hpp"

namespace dmar::devices {

std::vector<QueueDriver> NetDriver::make_queues() {
  std::vector<QueueDriver> queues;
  for (std::uint16_t index = 0; index < 3; ++index) {
    const std::uint64_t base = kSpace * (index + 1U);
    const Rings rings{base, base + 0x8000, base + 0x1'0000, base + 0x20'0000};
    queues.emplace_back(port_, host_, index, rings);
  }
  return queues;
}

namespace {

constexpr std::uint64_t kGuard = 8;  // bytes around the pieces of a receive buffer
constexpr std::uint8_t kFill = 0xA5;

}  // namespace

bool NetDriver::start(const NetDriverOptions &options) {
  using namespace net_feature;
  options_ = options;
  buffers_.clear();
  empty_buffers_ = 0;
  std::uint64_t features = feature_bit(virtio_feature::kVersion1) |
                           feature_bit(virtio_feature::kAccessPlatform) | feature_bit(kMac) |
                           feature_bit(kStatus);
  if (options.mergeable) features |= feature_bit(kMergeableBuffers);
  if (options.control) {
    features |= feature_bit(kHasControlQueue) | feature_bit(kReceiveModes) |
                feature_bit(kMoreReceiveModes) | feature_bit(kControlAddress);
  }
  if (options.indirect) features |= feature_bit(virtio_feature::kIndirectDescriptors);
  if (options.event_index) features |= feature_bit(virtio_feature::kEventIndex);
  if (!begin(features)) return false;
  const unsigned count = options.control ? 3 : 2;
  if (options.msix) set_up_msix(count);
  for (unsigned i = 0; i < count; ++i) {
    queues_[i].set_up({.size = options.queue_size,
                       .indirect = options.indirect,
                       .event_index = options.event_index});
  }
  set_status(virtio_status::kDriverOk);
  return true;
}

void NetDriver::add_buffer(const std::vector<Buffer> &pieces) {
  for (const Buffer &piece : pieces) {
    port_.memory.store(HostAddr(piece.address - kGuard), Bytes(piece.bytes + 2 * kGuard, kFill));
  }
  const std::uint16_t head = receive().add(pieces);
  buffers_[head] = pieces;
}

void NetDriver::add_buffers(unsigned count) {
  for (; count > 0; --count) {
    const std::uint64_t place = data_of(VirtioNet::kReceiveQueue, receive().next_head(1));
    add_buffer({{place, kBufferBytes, true}});
  }
  receive().notify();
}

void NetDriver::expect_nothing_beside(const std::vector<Buffer> &pieces, std::size_t bytes) const {
  for (const Buffer &piece : pieces) {
    const std::size_t written = std::min<std::size_t>(piece.bytes, bytes);
    bytes -= written;
    Bytes around(piece.bytes + 2 * kGuard);
    port_.memory.load(HostAddr(piece.address - kGuard), around);
    std::fill_n(around.begin() + kGuard, written, kFill);
    EXPECT_EQ(around, Bytes(around.size(), kFill)) << "written beside the frame";
  }
}

Bytes NetDriver::load(const std::vector<Buffer> &pieces, std::size_t bytes) const {
  Bytes all;
  for (const Buffer &piece : pieces) {
    Bytes part(std::min<std::size_t>(piece.bytes, bytes - all.size()));
    port_.memory.load(HostAddr(piece.address), part);
    all.insert(all.end(), part.begin(), part.end());
  }
  EXPECT_EQ(all.size(), bytes) << "more was written than there was room for";
  return all;
}

Frames NetDriver::received() {
  Frames frames;
  Bytes frame;
  unsigned more = 0;  // buffers that belong to the frame
  for (const QueueDriver::Answer &answer : receive().collect()) {
    const auto buffer = buffers_.find(answer.head);
    if (buffer == buffers_.end()) {
      ADD_FAILURE() << "buffer " << answer.head << " was not available";
      continue;
    }
    Bytes bytes = load(buffer->second, answer.written);
    if (!bytes.empty()) expect_nothing_beside(buffer->second, bytes.size());
    buffers_.erase(buffer);
    if (more == 0 && bytes.empty()) {
      ++empty_buffers_;
      continue;
    }
    if (more == 0) {
      const Bytes header(bytes.begin(), bytes.begin() + net_header::kBytes);
      more = header[net_header::kBuffers];
      EXPECT_GE(more, 1u);
      EXPECT_TRUE(options_.mergeable || more == 1);
      EXPECT_EQ(Bytes(header.begin(), header.begin() + net_header::kBuffers), Bytes(10));
      bytes.erase(bytes.begin(), bytes.begin() + net_header::kBytes);
    }
    frame.insert(frame.end(), bytes.begin(), bytes.end());
    if (--more > 0) continue;
    frames.push_back(std::move(frame));
    frame.clear();
  }
  EXPECT_EQ(more, 0u) << "a frame appeared before the last of its buffers";
  return frames;
}

std::uint16_t NetDriver::send(const Bytes &frame, const std::vector<std::uint32_t> &pieces) {
  Bytes bytes(net_header::kBytes);
  bytes.insert(bytes.end(), frame.begin(), frame.end());
  std::vector<Buffer> buffers;
  const auto size = static_cast<std::uint32_t>(bytes.size());
  std::uint64_t place = data_of(VirtioNet::kTransmitQueue,
                                transmit().next_head(std::max<std::size_t>(1, pieces.size())));
  for (const std::uint32_t piece : pieces.empty() ? std::vector{size} : pieces) {
    buffers.push_back({place, piece, false});
    place += piece;
  }
  return send_bytes(bytes, buffers);
}

std::uint16_t NetDriver::send_bytes(const Bytes &header_and_frame,
                                    const std::vector<Buffer> &pieces) {
  auto from = header_and_frame.begin();
  for (const Buffer &piece : pieces) {
    const auto count = std::min<std::ptrdiff_t>(piece.bytes, header_and_frame.end() - from);
    port_.memory.store(HostAddr(piece.address), Bytes(from, from + count));
    from += count;
  }
  return transmit().add(pieces);
}

std::optional<std::uint8_t> NetDriver::command(const Bytes &bytes) {
  QueueDriver &queue = control();
  const std::uint64_t place = data_of(VirtioNet::kControlQueue, queue.next_head(2));
  const std::uint64_t answer = place + bytes.size();
  port_.memory.store(HostAddr(place), bytes);
  port_.memory.write8(HostAddr(answer), kUnanswered);
  const std::uint16_t head =
      queue.add({{place, static_cast<std::uint32_t>(bytes.size()), false}, {answer, 1, true}});
  queue.notify();
  port_.drain();
  if (queue.collect() != std::vector<QueueDriver::Answer>{{head, 1}}) return std::nullopt;
  return port_.memory.read8(HostAddr(answer));
}

}  // namespace dmar::devices
