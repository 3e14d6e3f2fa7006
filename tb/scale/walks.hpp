// SPDX-License-Identifier: Apache-2.0
// The walks in flight: where each is, and which misses wait for it.
#ifndef DMAR_SCALE_WALKS_HPP
#define DMAR_SCALE_WALKS_HPP

#include <cstdint>
#include <optional>
#include <vector>

#include "dmar/types.hpp"
#include "scale/spaces.hpp"

namespace dmar::scale {

// What is asked of a walker.
struct Miss {
  unsigned slice = 0;
  unsigned id = 0;  // by which the slice knows it again
  SourceId source_id;
  std::uint64_t page = 0;      // of 4 KiB
  bool context_known = false;  // the slice had the context-entry
  // A slice of a service saw its source go through pages in order. The walker sees less of that:
  // one page of a line.
  bool sequential = false;
};

struct Walk {
  enum class State : std::uint8_t {
    kFree,
    kRead,    // wants its next read
    kWait,    // for the read
    kLine,    // some entries of a line are answered, others are still to come
    kAnswer,  // nothing in flight, answers are being given
  };
  enum class Structure : std::uint8_t { kRoot, kContext, kTable };

  State state = State::kFree;
  Miss miss;  // for which it was begun
  Context context = {};
  bool line = false;  // reads the last table by lines
  bool poisoned = false;
  bool swallows = false;  // what is left of its line is of no use
  Structure structure = Structure::kRoot;
  unsigned level = 0;    // of the entries in the table
  unsigned entries = 0;  // of the line, looked at
  std::vector<Miss> parked = {};

  [[nodiscard]] bool reads_line() const {
    return line && structure == Structure::kTable && level == 1;
  }
};

class Walks {
 public:
  Walks(unsigned count, unsigned hash_bits) : walks_(count), hash_bits_(hash_bits) {}

  [[nodiscard]] std::size_t size() const { return walks_.size(); }
  [[nodiscard]] Walk &operator[](std::size_t index) { return walks_[index]; }

  [[nodiscard]] std::optional<unsigned> free() const;
  [[nodiscard]] bool spare() const;  // at least two are free
  // A walk that answers `miss`, too. Only the first with the same hash is looked at.
  [[nodiscard]] std::optional<unsigned> joinable(const Miss &miss) const;
  // Whose read is next; the walks take turns.
  [[nodiscard]] std::optional<unsigned> next_read();

 private:
  std::vector<Walk> walks_;
  unsigned hash_bits_;
  unsigned turn_ = 0;
};

}  // namespace dmar::scale

#endif  // DMAR_SCALE_WALKS_HPP
