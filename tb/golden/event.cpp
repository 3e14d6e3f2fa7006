// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "golden/event.hpp"

namespace dmar::golden {

void EventMessage::raise() {
  registers_.set_bits(control_, event_control::kIp);
  send_if_unmasked();
}

void EventMessage::send_if_unmasked() {
  if (!registers_.any(control_, event_control::kIp)) return;
  if (registers_.any(control_, event_control::kIm)) return;
  registers_.clear_bits(control_, event_control::kIp);
  const std::uint64_t upper = registers_.get(control_ + 12);
  messages_.push_back({.address = (upper << 32) | registers_.get(control_ + 8),
                       .data = static_cast<std::uint32_t>(registers_.get(control_ + 4))});
}

}  // namespace dmar::golden
