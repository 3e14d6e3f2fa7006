// SPDX-License-Identifier: Apache-2.0
// The other side of m_msg and s_msg: what carries messages to devices and from them.
#ifndef DMAR_BENCH_MESSAGE_PORTS_HPP
#define DMAR_BENCH_MESSAGE_PORTS_HPP

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <optional>
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
  // Called for each request that is taken.
  void observe(std::function<void(const InvalidateRequest &)> observer) {
    observer_ = std::move(observer);
  }

  void push(const InvalidateCompletion &completion) {
    for (unsigned itag = 0; itag < come_.size(); ++itag) {
      std::optional<unsigned> &come = come_[itag];
      if ((completion.itags >> itag & 1) == 0 || !come) continue;
      if (++*come >= completion.count) come.reset();
    }
    from_device_.push({.source_id = completion.source_id.raw(),
                       .itags = completion.itags,
                       .count = static_cast<std::uint8_t>(completion.count % 8)});
  }
  [[nodiscard]] bool under_way() const { return !from_device_.empty(); }

  // Requests that devices have taken and not answered in full: the queue may wait for that. The
  // tag of one that was late counts until it goes out again.
  [[nodiscard]] bool answers_owed() const {
    return std::ranges::any_of(come_, [](const auto &come) { return come.has_value(); });
  }

  // The unit was reset.
  void forget() {
    come_ = {};
    to_device_.forget();
    from_device_.forget();
  }

  void sample(std::uint64_t /*cycle*/) override {
    if (const InvalidateRequestPins *request = to_device_.sample()) {
      come_.at(request->itag) = 0;
      requests_.push_back({.source_id = SourceId(request->source_id),
                           .itag = request->itag,
                           .payload = request->payload});
      if (observer_) observer_(requests_.back());
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
  std::function<void(const InvalidateRequest &)> observer_;
  // Completions for each tag that is out; each says itself how many are enough.
  std::array<std::optional<unsigned>, 32> come_{};
  bool accept_ = true;
};

}  // namespace dmar::bench

#endif  // DMAR_BENCH_MESSAGE_PORTS_HPP
