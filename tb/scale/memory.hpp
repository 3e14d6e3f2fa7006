// SPDX-License-Identifier: Apache-2.0
// Memory with the tables, which all walkers share. A read whose address comes in clock t has its
// first beat in clock t + latency, or when memory gets to it: it gives so many
// beats a clock. Each reader gets its beats in the order of its addresses and takes at most one a
// clock.
#ifndef DMAR_SCALE_MEMORY_HPP
#define DMAR_SCALE_MEMORY_HPP

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "scale/shape.hpp"

namespace dmar::scale {

class Memory {
 public:
  Memory(const MemoryShape &shape, unsigned readers) : shape_(shape), queues_(readers) {}

  // `id` comes back with each of the `beats`.
  void read(unsigned reader, unsigned id, unsigned beats, std::uint64_t clock) {
    // The beats of an address are due one after the other, behind those of all before it.
    const std::uint64_t now = clock * shape_.beats;
    const std::uint64_t from = next_ > now ? next_ : now;
    next_ = from + beats;
    queues_[reader].push_back(
        {.id = id, .beats = beats, .ready = from / shape_.beats + shape_.latency});
    ++reads_;
    beats_ += beats;
  }
  // Whose beat is here in `clock`; it stays until taken.
  [[nodiscard]] std::optional<unsigned> beat(unsigned reader, std::uint64_t clock) const {
    const std::deque<Read> &queue = queues_[reader];
    if (queue.empty() || queue.front().ready > clock) return std::nullopt;
    return queue.front().id;
  }
  // Takes that beat; true: it was the last one of its read.
  bool take(unsigned reader, std::uint64_t clock) {
    std::deque<Read> &queue = queues_[reader];
    Read &read = queue.front();
    read.ready = clock + 1;
    if (--read.beats != 0) return false;
    queue.pop_front();
    return true;
  }
  [[nodiscard]] bool last(unsigned reader) const { return queues_[reader].front().beats == 1; }

  [[nodiscard]] std::uint64_t reads() const { return reads_; }
  [[nodiscard]] std::uint64_t beats() const { return beats_; }

 private:
  struct Read {
    unsigned id = 0;
    unsigned beats = 1;       // left
    std::uint64_t ready = 0;  // clock of the next one
  };
  MemoryShape shape_;
  std::vector<std::deque<Read>> queues_;
  std::uint64_t next_ = 0;  // beat that memory can begin with, counted from clock 0
  std::uint64_t reads_ = 0;
  std::uint64_t beats_ = 0;
};

}  // namespace dmar::scale

#endif  // DMAR_SCALE_MEMORY_HPP
