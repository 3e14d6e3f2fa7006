// SPDX-License-Identifier: Apache-2.0
// The other side of m_msg and s_msg: what carries messages to devices and from them.
#ifndef DMAR_BENCH_MESSAGE_PORTS_HPP
#define DMAR_BENCH_MESSAGE_PORTS_HPP

#include <cstdint>
#include <utility>
#include <vector>

#include "bench/agent.hpp"
#include "bench/channel.hpp"
#include "bench/pins.hpp"
#include "dmar/ats.hpp"

namespace dmar::bench {

class MessagePorts : public Agent {
 public:
  MessagePorts(Pins &pins, unsigned stall_percent, std::uint64_t seed)
      : to_device_(pins.to_device, "m_msg", stall_percent, Random(seed, 1)),
        from_device_(pins.from_device, stall_percent, Random(seed, 2)) {}

  // Taken since the last call, oldest first.
  std::vector<InvalidateRequest> take() { return std::exchange(requests_, {}); }
  void accept(bool accept) { accept_ = accept; }

  void push(const InvalidateCompletion &completion) {
    from_device_.push({.source_id = completion.source_id.raw(),
                       .itags = completion.itags,
                       .count = static_cast<std::uint8_t>(completion.count % 8)});
  }
  [[nodiscard]] bool under_way() const { return !from_device_.empty(); }

  // The unit was reset.
  void forget() {
    to_device_.forget();
    from_device_.forget();
  }

  void sample(std::uint64_t /*cycle*/) override {
    if (const InvalidateRequestPins *request = to_device_.sample()) {
      requests_.push_back({.source_id = SourceId(request->source_id),
                           .itag = request->itag,
                           .payload = request->payload});
    }
    from_device_.sample();
  }

  void drive() override {
    to_device_.drive(accept_);
    from_device_.drive();
  }

 private:
  ChannelSink<InvalidateRequestPins> to_device_;
  ChannelSource<InvalidateCompletionPins> from_device_;
  std::vector<InvalidateRequest> requests_;
  bool accept_ = true;
};

}  // namespace dmar::bench

#endif  // DMAR_BENCH_MESSAGE_PORTS_HPP
