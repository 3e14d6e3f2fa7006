// SPDX-License-Identifier: Apache-2.0
// Everything that a driver can do wrong with the rings of a queue, whatever the device behind it.
#ifndef DMAR_DEVICES_TESTS_BROKEN_RINGS_HPP
#define DMAR_DEVICES_TESTS_BROKEN_RINGS_HPP

#include <functional>
#include <vector>

#include "devices/tests/fake_port.hpp"
#include "devices/tests/queue_driver.hpp"

namespace dmar::devices {

struct BrokenRing {
  const char *name;
  const char *error;                                    // part of what the device says
  std::function<void(QueueDriver &, FakePort &)> make;  // up to and without the notification
  bool indirect = false;                                // negotiated
};

const std::vector<BrokenRing> &broken_rings();  // of a queue of 16

}  // namespace dmar::devices

#endif  // DMAR_DEVICES_TESTS_BROKEN_RINGS_HPP
