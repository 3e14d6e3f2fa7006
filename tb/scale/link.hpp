// SPDX-License-Identifier: Apache-2.0
// Wires and registers between a slice and the walker: messages arrive in the order in which they
// were sent, one a clock, `latency` clocks later at the earliest.
#ifndef DMAR_SCALE_LINK_HPP
#define DMAR_SCALE_LINK_HPP

#include <algorithm>
#include <cstdint>
#include <deque>
#include <optional>
#include <utility>

namespace dmar::scale {

template <class Message>
class Link {
 public:
  explicit Link(unsigned latency) : latency_(latency) {}

  // Whether one can be sent in `clock`; one more than that waits in front of the link.
  [[nodiscard]] bool free(std::uint64_t clock) const { return next_ <= clock; }
  void send(Message message, std::uint64_t clock) {
    const std::uint64_t sent = std::max(clock, next_);
    next_ = sent + 1;
    under_way_.push_back({sent + latency_, std::move(message)});
    ++sent_;
  }
  // What arrives in `clock`, if anything does.
  std::optional<Message> receive(std::uint64_t clock) {
    if (under_way_.empty() || under_way_.front().first > clock) return std::nullopt;
    Message message = std::move(under_way_.front().second);
    under_way_.pop_front();
    return message;
  }
  [[nodiscard]] std::uint64_t sent() const { return sent_; }

 private:
  unsigned latency_;
  std::uint64_t next_ = 0;  // first clock in which the link is free
  std::deque<std::pair<std::uint64_t, Message>> under_way_;
  std::uint64_t sent_ = 0;
};

}  // namespace dmar::scale

#endif  // DMAR_SCALE_LINK_HPP
