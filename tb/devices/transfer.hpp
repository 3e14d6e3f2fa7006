// SPDX-License-Identifier: Apache-2.0
// Transfers of a DmaPort as something a task can await.
#ifndef DMAR_DEVICES_TRANSFER_HPP
#define DMAR_DEVICES_TRANSFER_HPP

#include <algorithm>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "devices/dma_port.hpp"

namespace dmar::devices {

namespace detail {

// Trivial to destroy, so it may be a temporary of the co_await expression. It lies in the frame of
// the awaiting task, which lives until the transfer has ended.
template <class Start>
class Transfer {
 public:
  explicit Transfer(Start start) : start_(start) {}
  static bool await_ready() noexcept { return false; }
  void await_suspend(std::coroutine_handle<> task) {
    start_([this, task](DmaStatus status) {
      status_ = status;
      task.resume();
    });
  }
  [[nodiscard]] DmaStatus await_resume() const noexcept { return status_; }

 private:
  Start start_;
  DmaStatus status_ = DmaStatus::kOkay;
};

}  // namespace detail

// const DmaStatus status = co_await dma_read(port, address, buffer);
// The buffer belongs to the frame of the task or to the device.
inline auto dma_read(DmaPort &port, Iova address, std::span<std::uint8_t> out) {
  return detail::Transfer(
      [&port, address, out](DmaPort::Done done) { port.read(address, out, std::move(done)); });
}
inline auto dma_write(DmaPort &port, Iova address, std::span<const std::uint8_t> data) {
  return detail::Transfer(
      [&port, address, data](DmaPort::Done done) { port.write(address, data, std::move(done)); });
}
inline auto dma_message(DmaPort &port, const Message &message) {
  return detail::Transfer(
      [&port, message](DmaPort::Done done) { port.message(message, std::move(done)); });
}

// Several transfers at once: collect them, then await the group under its name. Gives the worst
// status of all; it has ended when the last one has.
class TransferGroup {
 public:
  explicit TransferGroup(DmaPort &port) : port_(port) {}
  TransferGroup(const TransferGroup &) = delete;
  TransferGroup &operator=(const TransferGroup &) = delete;

  void read(Iova address, std::span<std::uint8_t> out) { reads_.push_back({address, out}); }
  void write(Iova address, std::span<const std::uint8_t> data) {
    writes_.push_back({address, data});
  }

  [[nodiscard]] bool await_ready() const noexcept { return reads_.empty() && writes_.empty(); }
  void await_suspend(std::coroutine_handle<> task) {
    task_ = task;
    pending_ = reads_.size() + writes_.size();
    for (const Read &part : reads_) port_.read(part.address, part.out, done());
    for (const Write &part : writes_) port_.write(part.address, part.data, done());
  }
  DmaStatus await_resume() noexcept {
    reads_.clear();
    writes_.clear();
    return worst_;
  }

 private:
  struct Read {
    Iova address;
    std::span<std::uint8_t> out;
  };
  struct Write {
    Iova address;
    std::span<const std::uint8_t> data;
  };

  DmaPort::Done done() {
    return [this](DmaStatus status) {
      worst_ = std::max(worst_, status);
      if (--pending_ == 0) task_.resume();
    };
  }

  DmaPort &port_;
  std::vector<Read> reads_;
  std::vector<Write> writes_;
  std::coroutine_handle<> task_;
  std::size_t pending_ = 0;
  DmaStatus worst_ = DmaStatus::kOkay;
};

}  // namespace dmar::devices

#endif  // DMAR_DEVICES_TRANSFER_HPP
