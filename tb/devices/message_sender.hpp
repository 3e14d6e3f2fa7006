// SPDX-License-Identifier: Apache-2.0
// Sends the interrupt messages of a function. Each is a task of the device, so a reset waits for
// it.
#ifndef DMAR_DEVICES_MESSAGE_SENDER_HPP
#define DMAR_DEVICES_MESSAGE_SENDER_HPP

#include <cstdint>

#include "devices/config_space.hpp"
#include "devices/dma_port.hpp"
#include "devices/task_scope.hpp"
#include "devices/transfer.hpp"

namespace dmar::devices {

class MessageSender {
 public:
  MessageSender(DmaPort &port, TaskScope &tasks, const ConfigSpace &config)
      : port_(port), tasks_(tasks), config_(config) {}

  // A function that is not a bus master sends no message (PCI Local Bus 3.0, 6.2.2).
  [[nodiscard]] bool allowed() const { return config_.bus_master(); }
  void send(const Message &message) { tasks_.start(deliver(message)); }

  [[nodiscard]] std::uint64_t sent() const { return sent_; }
  [[nodiscard]] std::uint64_t refused() const { return refused_; }  // of those sent

 private:
  Task<void> deliver(Message message) {
    ++sent_;
    const DmaStatus status = co_await dma_message(port_, message);
    if (status != DmaStatus::kOkay) ++refused_;
  }

  DmaPort &port_;
  TaskScope &tasks_;
  const ConfigSpace &config_;
  std::uint64_t sent_ = 0;
  std::uint64_t refused_ = 0;
};

}  // namespace dmar::devices

#endif  // DMAR_DEVICES_MESSAGE_SENDER_HPP
