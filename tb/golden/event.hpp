// SPDX-License-Identifier: Apache-2.0
// An event message with mask and pending bit (VT-d 5.1.6, 7.3): the control, data, address and
// upper address registers of one event, and when its message leaves.
#ifndef DMAR_GOLDEN_EVENT_HPP
#define DMAR_GOLDEN_EVENT_HPP

#include <cstdint>
#include <vector>

#include "dmar/types.hpp"
#include "golden/register_file.hpp"

namespace dmar::golden {

class EventMessage {
 public:
  // `control`: offset of FECTL or IECTL. Messages are appended to `messages`.
  EventMessage(RegisterFile &registers, std::uint32_t control, std::vector<Message> &messages)
      : registers_(registers), control_(control), messages_(messages) {}

  // A condition arose while no status bit of this event was set.
  void raise();
  // Every status bit of this event is clear: what is held back is no longer wanted.
  void withdraw() { registers_.clear_bits(control_, event_control::kIp); }
  // The mask may have changed.
  void control_written() { send_if_unmasked(); }

 private:
  void send_if_unmasked();

  RegisterFile &registers_;
  std::uint32_t control_;
  std::vector<Message> &messages_;
};

}  // namespace dmar::golden

#endif  // DMAR_GOLDEN_EVENT_HPP
