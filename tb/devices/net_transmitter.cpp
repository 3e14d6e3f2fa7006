// SPDX-License-Identifier: Apache-2.0
// See net_transmitter.hpp.
#include "devices/net_transmitter.hpp"

#include <fmt/core.h>

#include <utility>

#include "devices/scatter.hpp"

namespace dmar::devices {

NetTransmitter::NetTransmitter(DmaPort &port, TaskScope &tasks, QueueOwner owner,
                               net::FrameSink &network, std::uint16_t mtu)
    : port_(port),
      tasks_(tasks),
      network_(network),
      mtu_(mtu),
      queue_(port, tasks, std::move(owner), [this](std::uint16_t head) {
        tasks_.start(fetch(frames_.emplace_back(Frame{.head = head})));
      }) {}

void NetTransmitter::reset() {
  queue_.reset();
  frames_.clear();
}

Task<void> NetTransmitter::fetch(Frame &frame) {
  Chain chain;
  Task<bool> reading = queue_.read_chain(frame.head, chain);
  const bool readable = co_await reading;
  if (!readable) co_return;
  Task<bool> gathering = gather_frame(frame, chain);
  const bool okay = co_await gathering;
  if (!queue_.owner().running()) co_return;
  frame.okay = okay;
  frame.ended = true;
  send();
}

bool NetTransmitter::refuse(const Frame &frame, const std::string &why) {
  ++statistics_.refused;
  queue_.owner().failed(fmt::format("frame {} to send: {}", frame.head, why));
  return false;
}

Task<bool> NetTransmitter::gather_frame(Frame &frame, const Chain &chain) {
  constexpr std::size_t kLeast = net_header::kBytes + kEthernetHeader;
  const std::uint64_t bytes = total_bytes(chain.readable);
  if (!chain.writable.empty()) co_return refuse(frame, "a buffer for the device to write");
  if (bytes < kLeast) {
    co_return refuse(frame, fmt::format("{} bytes, its headers have {}", bytes, kLeast));
  }
  if (bytes > net_header::kBytes + longest_frame(mtu_, true)) {
    co_return refuse(frame, fmt::format("{} bytes are too many for the network", bytes));
  }
  frame.bytes.resize(bytes);
  Task<DmaStatus> gathering = gather(port_, chain.readable, 0, frame.bytes);
  const DmaStatus status = co_await gathering;
  if (!queue_.owner().running()) co_return false;
  if (status != DmaStatus::kOkay) {
    ++statistics_.failed_reads;
    queue_.owner().failed(fmt::format("frame {} to send: {}", frame.head, name_of(status)));
    co_return false;
  }
  // Without these features no header of a driver asks for them.
  if ((frame.bytes[net_header::kFlags] & net_header::kNeedsChecksum) != 0 ||
      frame.bytes[net_header::kSegmentation] != 0) {
    co_return refuse(frame, "wants a checksum or segments, which were not offered");
  }
  if (!fits_link(std::span(frame.bytes).subspan(net_header::kBytes), mtu_)) {
    co_return refuse(frame, fmt::format("{} bytes are too many for the network", bytes));
  }
  co_return true;
}

// Whatever has become the oldest frame and has been fetched.
void NetTransmitter::send() {
  while (!frames_.empty() && frames_.front().ended) {
    const Frame frame = std::move(frames_.front());
    frames_.pop_front();
    if (frame.okay) {
      const auto bytes = std::span(frame.bytes).subspan(net_header::kBytes);
      ++statistics_.frames;
      statistics_.bytes += bytes.size();
      network_.frame(bytes);
    }
    queue_.answer({.head = frame.head, .written = 0});
  }
}

}  // namespace dmar::devices
