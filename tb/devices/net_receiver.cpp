// SPDX-License-Identifier: Apache-2.0
// See net_receiver.hpp.
#include "devices/net_receiver.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "devices/scatter.hpp"
#include "golden/little_endian.hpp"

namespace dmar::devices {

namespace {

// Buffers that are read before there is a frame for them: hides latency, and leaves the driver's
// descriptors alone until they may be needed.
constexpr std::size_t kAhead = 8;

}  // namespace

NetReceiver::NetReceiver(DmaPort &port, TaskScope &tasks, QueueOwner owner)
    : port_(port), tasks_(tasks), queue_(port, tasks, std::move(owner), [this](std::uint16_t head) {
        heads_.push_back(head);
        read_ahead();
      }) {}

void NetReceiver::reset() {
  queue_.reset();
  statistics_.dropped += waiting_.size() + deliveries_.size();
  waiting_.clear();
  heads_.clear();
  buffers_.clear();
  deliveries_.clear();
  queue_size_ = 0;
}

void NetReceiver::notified(const QueueLayout &layout, bool mergeable) {
  if (queue_size_ == 0) {
    queue_size_ = layout.size;
    mergeable_ = mergeable;
    ahead_ = kAhead;
  }
  queue_.notified(layout);
}

void NetReceiver::receive(std::span<const std::uint8_t> frame) {
  if (waiting_.size() == kMostWaiting) {
    if (buffers_.empty()) {
      ++statistics_.dropped;
      return;
    }
    drop_oldest();  // it may need more buffers than the driver can ever give
  }
  std::vector<std::uint8_t> &kept = waiting_.emplace_back(net_header::kBytes);
  kept.insert(kept.end(), frame.begin(), frame.end());
  match();
}

void NetReceiver::drop_oldest() {
  ++statistics_.dropped;
  waiting_.pop_front();
}

void NetReceiver::read_ahead() {
  while (!heads_.empty() && buffers_.size() < ahead_) {
    const std::uint16_t head = heads_.front();
    heads_.pop_front();
    tasks_.start(read_buffer(buffers_.emplace_back(Buffer{.chain = {.head = head}})));
  }
}

Task<void> NetReceiver::read_buffer(Buffer &buffer) {
  Chain chain;
  Task<bool> reading = queue_.read_chain(buffer.chain.head, chain);
  const bool readable = co_await reading;
  if (!readable) co_return;
  const std::uint64_t room = total_bytes(chain.writable);
  if (!chain.readable.empty()) {
    queue_.owner().broken(
        fmt::format("receive buffer {}: a part that the device may not write", chain.head));
    co_return;
  }
  if (room < net_header::kBytes) {
    queue_.owner().broken(
        fmt::format("receive buffer {}: no room for a header in {} bytes", chain.head, room));
    co_return;
  }
  buffer.room = room;
  buffer.chain = std::move(chain);
  match();
}

// Gives buffers to the frames that wait, both in their order.
void NetReceiver::match() {
  while (!waiting_.empty()) {
    const std::size_t most =
        mergeable_ ? buffers_.size() : std::min<std::size_t>(1, buffers_.size());
    std::uint64_t room = 0;
    std::size_t count = 0;
    while (count < most && room < waiting_.front().size() && buffers_[count].room != 0) {
      room += buffers_[count++].room;
    }
    if (room >= waiting_.front().size()) {
      deliver(count);
      continue;
    }
    if (count < most || count == 0) return;  // until the next one has been read, or made available
    if (!mergeable_ || count == queue_size_) {
      queue_.owner().failed(fmt::format("receive buffer {}: {} bytes are too few for a frame of {}",
                                        buffers_[0].chain.head, room, waiting_.front().size()));
      drop_oldest();
      continue;
    }
    ahead_ = buffers_.size() + kAhead;  // also for what becomes available later
    read_ahead();
    return;
  }
}

void NetReceiver::deliver(std::size_t buffers) {
  Delivery &delivery = deliveries_.emplace_back(Delivery{.bytes = std::move(waiting_.front())});
  waiting_.pop_front();
  const auto count = golden::to_little_endian(static_cast<std::uint16_t>(buffers));
  std::ranges::copy(count, delivery.bytes.begin() + net_header::kBuffers);
  std::uint64_t left = delivery.bytes.size();
  for (std::size_t i = 0; i < buffers; ++i) {
    const Buffer &buffer = buffers_.front();
    const std::uint64_t written = std::min(left, buffer.room);
    left -= written;
    delivery.segments.insert(delivery.segments.end(), buffer.chain.writable.begin(),
                             buffer.chain.writable.end());
    delivery.answers.push_back(
        {.head = buffer.chain.head, .written = static_cast<std::uint32_t>(written)});
    buffers_.pop_front();
  }
  ahead_ = kAhead;
  read_ahead();
  tasks_.start(write(delivery));
}

Task<void> NetReceiver::write(Delivery &delivery) {
  Task<DmaStatus> writing = scatter(port_, delivery.segments, 0, delivery.bytes);
  const DmaStatus status = co_await writing;
  if (!queue_.owner().running()) co_return;
  delivery.okay = status == DmaStatus::kOkay;
  delivery.ended = true;
  if (!delivery.okay) {
    queue_.owner().failed(
        fmt::format("received frame of {} bytes: {}", delivery.bytes.size(), name_of(status)));
    // The driver gets its buffers back, and sees that there is nothing in them.
    for (UsedElement &element : delivery.answers) element.written = 0;
  }
  answer();
}

void NetReceiver::answer() {
  while (!deliveries_.empty() && deliveries_.front().ended) {
    const Delivery &delivery = deliveries_.front();
    if (delivery.okay) {
      ++statistics_.frames;
      statistics_.bytes += delivery.bytes.size() - net_header::kBytes;
    } else {
      ++statistics_.failed_writes;
    }
    queue_.answer(delivery.answers);
    deliveries_.pop_front();
  }
}

}  // namespace dmar::devices
