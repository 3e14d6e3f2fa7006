// SPDX-License-Identifier: Apache-2.0
// A coroutine that a device's work is written in: starts when it is awaited, goes on when the
// transfer it waits for has ended.
#ifndef DMAR_DEVICES_TASK_HPP
#define DMAR_DEVICES_TASK_HPP

#include <coroutine>
#include <exception>
#include <optional>
#include <utility>

namespace dmar::devices {

template <class Value>
class Task;

namespace detail {

// What every promise does: run only when awaited, and go on with the awaiting coroutine at the end.
class TaskPromiseBase {
 public:
  struct Final {
    static bool await_ready() noexcept { return false; }
    template <class Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> ended) const noexcept {
      return ended.promise().continuation;
    }
    static void await_resume() noexcept {}
  };

  static std::suspend_always initial_suspend() noexcept { return {}; }
  static Final final_suspend() noexcept { return {}; }
  void unhandled_exception() noexcept { exception = std::current_exception(); }

  std::coroutine_handle<> continuation = std::noop_coroutine();
  std::exception_ptr exception;
};

template <class Value>
class TaskPromise : public TaskPromiseBase {
 public:
  Task<Value> get_return_object();
  void return_value(Value value) { value_ = std::move(value); }
  Value take() {
    if (exception) std::rethrow_exception(exception);
    return std::move(*value_);
  }

 private:
  std::optional<Value> value_;
};

template <>
class TaskPromise<void> : public TaskPromiseBase {
 public:
  Task<void> get_return_object();
  void return_void() {}
  void take() const {
    if (exception) std::rethrow_exception(exception);
  }
};

}  // namespace detail

// Owns its coroutine. It can be awaited once, and only under a name:
//   Task<bool> reading = read_chain(head, chain);
//   const bool okay = co_await reading;
// because GCC 12 destroys temporaries of a co_await expression at the wrong moment. For the same
// reason a coroutine of a device is a function, not a lambda with captures.
// A task must not be destroyed while a transfer that it waits for is in flight.
template <class Value = void>
class [[nodiscard]] Task {
 public:
  using promise_type = detail::TaskPromise<Value>;
  using Handle = std::coroutine_handle<promise_type>;

  explicit Task(Handle handle) : handle_(handle) {}
  Task(Task &&other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Task &operator=(Task &&) = delete;
  ~Task() {
    if (handle_) handle_.destroy();
  }

  class Awaiter {
   public:
    explicit Awaiter(Handle handle) : handle_(handle) {}
    static bool await_ready() noexcept { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> caller) const noexcept {
      handle_.promise().continuation = caller;
      return handle_;
    }
    Value await_resume() const { return handle_.promise().take(); }

   private:
    Handle handle_;
  };

  Awaiter operator co_await() &noexcept { return Awaiter(handle_); }
  Awaiter operator co_await() && = delete;  // see above: give it a name

 private:
  Handle handle_;
};

namespace detail {

template <class Value>
Task<Value> TaskPromise<Value>::get_return_object() {
  return Task<Value>(std::coroutine_handle<TaskPromise>::from_promise(*this));
}
inline Task<void> TaskPromise<void>::get_return_object() {
  return Task<void>(std::coroutine_handle<TaskPromise>::from_promise(*this));
}

}  // namespace detail

}  // namespace dmar::devices

#endif  // DMAR_DEVICES_TASK_HPP
