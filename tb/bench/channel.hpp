// SPDX-License-Identifier: Apache-2.0
// The two ends of one valid/ready channel: a source that offers queued beats and holds them, and
// a sink that checks that its neighbour holds them.
#ifndef DMAR_BENCH_CHANNEL_HPP
#define DMAR_BENCH_CHANNEL_HPP

#include <deque>
#include <string>
#include <utility>

#include "bench/agent.hpp"
#include "bench/axi.hpp"
#include "bench/random.hpp"

namespace dmar::bench {

// Offers the oldest queued beat until it is taken. With `stall_percent` it hesitates before each.
template <class Payload>
class ChannelSource {
 public:
  ChannelSource(Channel<Payload> &channel, unsigned stall_percent, Random random)
      : channel_(channel), stall_percent_(stall_percent), random_(random) {}

  void push(Payload beat) { queue_.push_back(std::move(beat)); }
  [[nodiscard]] bool empty() const { return queue_.empty(); }

  // True when the offered beat is taken at this edge.
  bool sample() {
    if (!channel_.fires()) return false;
    queue_.pop_front();
    offered_ = false;
    return true;
  }

  // Withdraws everything, as only a reset of both ends may.
  void forget() {
    queue_.clear();
    offered_ = false;
    channel_.valid = false;
  }

  void drive() {
    if (offered_) return;
    offered_ = !queue_.empty() && !random_.percent(stall_percent_);
    channel_.valid = offered_;
    if (offered_) channel_.payload = queue_.front();
  }

 private:
  Channel<Payload> &channel_;
  unsigned stall_percent_;
  Random random_;
  std::deque<Payload> queue_;
  bool offered_ = false;
};

// Takes beats. Throws ProtocolError when an offered beat is withdrawn or changed (AXI4 A3.2.1).
template <class Payload>
class ChannelSink {
 public:
  ChannelSink(Channel<Payload> &channel, std::string name, unsigned stall_percent, Random random)
      : channel_(channel), name_(std::move(name)), stall_percent_(stall_percent), random_(random) {}

  // The beat taken at this edge, or null. Valid until the next drive().
  const Payload *sample() {
    if (waiting_) {
      if (!channel_.valid) throw ProtocolError(name_ + ": VALID dropped before READY");
      if (!(channel_.payload == held_)) {
        throw ProtocolError(name_ + ": payload changed while VALID waited for READY");
      }
    }
    waiting_ = channel_.valid && !channel_.ready;
    if (waiting_) held_ = channel_.payload;
    return channel_.fires() ? &channel_.payload : nullptr;
  }

  // The neighbour was reset: it may withdraw what it offered.
  void forget() { waiting_ = false; }

  void drive(bool accept = true) { channel_.ready = accept && !random_.percent(stall_percent_); }

 private:
  Channel<Payload> &channel_;
  std::string name_;
  unsigned stall_percent_;
  Random random_;
  Payload held_{};
  bool waiting_ = false;
};

}  // namespace dmar::bench

#endif  // DMAR_BENCH_CHANNEL_HPP
