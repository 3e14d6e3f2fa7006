// SPDX-License-Identifier: Apache-2.0
// A virtqueue at work: takes what the driver makes available and puts what is done into the used
// ring. What happens in between is the business of a device.
#ifndef DMAR_DEVICES_REQUEST_QUEUE_HPP
#define DMAR_DEVICES_REQUEST_QUEUE_HPP

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "devices/task_scope.hpp"
#include "devices/virtqueue.hpp"

namespace dmar::devices {

// The device behind a queue.
struct QueueOwner {
  std::function<bool()> running;  // asked after each transfer; a task ends when it is false
  std::function<void(const std::string &)> broken;  // the device cannot go on
  std::function<void(const std::string &)> failed;  // something went wrong, and it goes on
  std::function<void()> interrupt;                  // the driver wants to hear of answers
};

class RequestQueue {
 public:
  // `taken` gets every head, in the order of the available ring, and starts the work on it.
  using Taken = std::function<void(std::uint16_t)>;

  RequestQueue(DmaPort &port, TaskScope &tasks, QueueOwner owner, Taken taken);

  // `layout` counts the first time after a reset.
  void notified(const QueueLayout &layout);
  // No task is running.
  void reset();

  // False when the task is to end; when the chain is broken, the owner knows.
  Task<bool> read_chain(std::uint16_t head, Chain &chain);
  // Goes into the used ring behind earlier answers; all of `elements` appear at once.
  void answer(std::span<const UsedElement> elements);
  void answer(const UsedElement &element) { answer(std::span(&element, 1)); }

  [[nodiscard]] const QueueOwner &owner() const { return owner_; }
  [[nodiscard]] std::uint64_t answered() const { return answered_; }

 private:
  Task<void> drain();
  Task<void> complete();
  bool goes_on(bool okay);

  TaskScope &tasks_;
  QueueOwner owner_;
  Taken taken_;
  Virtqueue queue_;
  bool started_ = false;           // the queue has been looked at since the last reset
  bool draining_ = false;          // a task takes requests out of the available ring
  bool renotified_ = false;        // it has to look again
  bool completing_ = false;        // a task puts requests into the used ring
  std::vector<UsedElement> done_;  // for that task
  std::uint64_t answered_ = 0;
};

}  // namespace dmar::devices

#endif  // DMAR_DEVICES_REQUEST_QUEUE_HPP
