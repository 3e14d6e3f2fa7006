// SPDX-License-Identifier: Apache-2.0
// The tasks that a device has under way, and how they are brought to an end.
#ifndef DMAR_DEVICES_TASK_SCOPE_HPP
#define DMAR_DEVICES_TASK_SCOPE_HPP

#include <coroutine>
#include <cstddef>
#include <functional>
#include <unordered_set>

#include "devices/task.hpp"

namespace dmar::devices {

// Whoever destroys a scope makes sure that no transfer of its tasks can end any more: either it is
// idle, or the port behind has been told to forget them.
class TaskScope {
 public:
  TaskScope() = default;
  TaskScope(const TaskScope &) = delete;
  TaskScope &operator=(const TaskScope &) = delete;
  ~TaskScope();

  // Runs `task` up to its first transfer; it goes on by itself and is freed at its end.
  void start(Task<void> task);

  [[nodiscard]] bool idle() const { return running_.empty(); }
  [[nodiscard]] std::size_t running() const { return running_.size(); }

  // Asks every task to end: stopping() is true until none is left, then `stopped` is called, which
  // may be at once. A task looks at stopping() after each transfer. A second call replaces
  // `stopped` of the first.
  void stop(std::function<void()> stopped);
  [[nodiscard]] bool stopping() const { return stopping_; }

 private:
  struct Root;  // coroutine that owns one task
  static Root run(TaskScope &scope, Task<void> task);
  void ended(std::coroutine_handle<> root);
  void finish_stop();

  std::unordered_set<void *> running_;  // addresses of root coroutines
  bool stopping_ = false;
  std::function<void()> stopped_;
};

}  // namespace dmar::devices

#endif  // DMAR_DEVICES_TASK_SCOPE_HPP
