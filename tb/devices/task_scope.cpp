// SPDX-License-Identifier: Apache-2.0
// See task_scope.hpp.
#include "devices/task_scope.hpp"

#include <utility>

namespace dmar::devices {

struct TaskScope::Root {
  struct promise_type {
    // GCC passes the coroutine's own arguments.
    promise_type(TaskScope &owner, const Task<void> &) : scope(owner) {}

    struct Final {
      static bool await_ready() noexcept { return false; }
      static void await_suspend(std::coroutine_handle<promise_type> root) noexcept {
        root.promise().scope.ended(root);
      }
      static void await_resume() noexcept {}
    };

    Root get_return_object() {
      return Root{std::coroutine_handle<promise_type>::from_promise(*this)};
    }
    static std::suspend_always initial_suspend() noexcept { return {}; }
    static Final final_suspend() noexcept { return {}; }
    static void return_void() {}
    // A device reports what goes wrong in its registers; what is thrown is a fault of the program.
    [[noreturn]] static void unhandled_exception() noexcept { std::terminate(); }

    TaskScope &scope;
  };

  std::coroutine_handle<promise_type> handle;
};

TaskScope::~TaskScope() {
  for (void *root : running_) std::coroutine_handle<>::from_address(root).destroy();
}

TaskScope::Root TaskScope::run(TaskScope &, Task<void> task) { co_await task; }

void TaskScope::start(Task<void> task) {
  const Root root = run(*this, std::move(task));
  running_.insert(root.handle.address());
  root.handle.resume();
}

void TaskScope::ended(std::coroutine_handle<> root) {
  running_.erase(root.address());
  root.destroy();
  if (running_.empty() && stopping_) finish_stop();
}

void TaskScope::stop(std::function<void()> stopped) {
  stopped_ = std::move(stopped);
  stopping_ = true;
  if (running_.empty()) finish_stop();
}

void TaskScope::finish_stop() {
  stopping_ = false;
  const std::function<void()> stopped = std::exchange(stopped_, nullptr);
  if (stopped) stopped();
}

}  // namespace dmar::devices
