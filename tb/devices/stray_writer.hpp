// SPDX-License-Identifier: Apache-2.0
// What is broken in a broken function: writes that go on whatever software does to it.
#ifndef DMAR_DEVICES_STRAY_WRITER_HPP
#define DMAR_DEVICES_STRAY_WRITER_HPP

#include <array>
#include <cstdint>

#include "devices/dma_port.hpp"
#include "devices/task_scope.hpp"

namespace dmar::devices {

// Neither the command register nor a reset nor a power state stops it: its tasks are its own. Only
// a remapping unit does, or stop().
class StrayWriter {
 public:
  static constexpr std::size_t kBytes = 64;  // of each write
  using Line = std::array<std::uint8_t, kBytes>;

  explicit StrayWriter(DmaPort &port) : port_(port) {}

  // `count` writes of `line` to `address`, each after the answer to the one before, with a pause of
  // so many microseconds between two. In place of those that are still to come.
  void start(Iova address, const Line &line, std::uint32_t count, std::uint32_t pause);
  void stop() { left_ = 0; }
  // The same, and nothing has been: one that is in flight counts no more.
  void forget() {
    stop();
    ++starts_;
    ended_ = blocked_ = 0;
  }
  // The time goes on; `now` in microseconds since any moment. Needed when there are pauses.
  void tick(std::uint64_t now);
  [[nodiscard]] bool pausing() const { return left_ != 0 && tasks_.idle(); }

  [[nodiscard]] bool idle() const { return tasks_.idle(); }
  [[nodiscard]] std::uint32_t left() const { return left_; }
  [[nodiscard]] std::uint32_t ended() const { return ended_; }      // since the last start()
  [[nodiscard]] std::uint32_t blocked() const { return blocked_; }  // of those

 private:
  Task<void> run();
  [[nodiscard]] bool go() const { return left_ != 0 && (pause_ == 0 || now_ >= next_); }

  DmaPort &port_;
  TaskScope tasks_;
  Iova address_;
  Line line_{};
  std::uint32_t left_ = 0;
  std::uint32_t pause_ = 0;
  std::uint64_t now_ = 0;
  std::uint64_t next_ = 0;  // earliest moment of the next write
  unsigned starts_ = 0;
  std::uint32_t ended_ = 0;
  std::uint32_t blocked_ = 0;
};

}  // namespace dmar::devices

#endif  // DMAR_DEVICES_STRAY_WRITER_HPP
