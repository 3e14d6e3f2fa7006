// SPDX-License-Identifier: Apache-2.0
// A table walker, clock by clock: misses take turns, one a clock; each joins a walk that is under
// way or begins one at the lowest table known; what is found is handed out one thing a clock.
#ifndef DMAR_SCALE_WALKER_HPP
#define DMAR_SCALE_WALKER_HPP

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "scale/memory.hpp"
#include "scale/paging_cache.hpp"
#include "scale/shape.hpp"
#include "scale/spaces.hpp"
#include "scale/stream_windows.hpp"
#include "scale/walks.hpp"

namespace dmar::scale {

// Something for the caches of a slice, or the answer to a miss, or both.
struct Found {
  enum class Kind : std::uint8_t { kContext, kPage, kAnswer };
  Kind kind = Kind::kPage;
  Miss miss;  // whose; of kPage its slice, source and page
  Context context;
  bool last = true;  // nothing more comes of this walk for the slice of `miss`
};

class Walker {
 public:
  // Misses come in on `inputs` queues of their own. `reader` is its number at `memory`, which,
  // with `spaces`, outlives it.
  Walker(const WalkerShape &shape, unsigned slices, unsigned inputs, Memory &memory,
         unsigned reader, const Spaces &spaces);

  // What comes in in a clock: misses, and hits at the begin of a line, by which lines are fetched
  // ahead. Only of input `direct` can one be looked at in the next clock.
  struct Arrivals {
    std::vector<std::optional<Miss>> misses;
    std::optional<Miss> hit;
    unsigned direct = 0;
  };
  // What is found in this clock, to be filled and answered in it.
  void step(std::uint64_t clock, const Arrivals &arrivals, std::vector<Found> &found);

  // An invalidation has taken the pages of `domain`: walks that may have used them start over.
  void poison(unsigned domain);

  [[nodiscard]] std::uint64_t walks_begun() const { return walks_begun_; }
  [[nodiscard]] std::size_t waiting() const;  // misses that no one has looked at

 private:
  // What becomes of a request for which lines are fetched ahead: its page moves on line by line;
  // behind the end of a table the paging-structure caches are read once more.
  enum class Ahead : std::uint8_t { kRequest, kMove, kRead, kFetch };
  struct Seeking {
    bool valid = false;
    bool hit = false;
    Miss miss;
    unsigned level = 0;  // of the lowest table known, 0: none
  };
  struct Result {
    enum class Kind : std::uint8_t { kNothing, kContext, kTable, kPage };
    Kind kind = Kind::kNothing;
    unsigned walk = 0;
    bool ends = false;
    bool line = false;     // for one entry of a line
    bool release = false;  // the walk ends with it
    std::uint64_t page = 0;
    unsigned level = 0;  // of a table
    bool first = true;   // its first clock
  };
  struct Act {  // what seek() does with what stands there
    std::optional<unsigned> joins;
    bool starts = false;
    bool beside = false;  // a line ahead begins while it joins
    bool asks = false;    // lines ahead are to begin beside those next
    bool alone = false;   // it joins no walk
    bool goes_on = false;
    bool leaves = false;
  };
  // Lines ahead that begin beside requests of the line which they follow.
  struct Beside {
    bool on = false;       // what stands there is of that line
    bool ready = false;    // `line` holds
    bool crosses = false;  // ... and is of another table
    std::uint64_t line = 0;
  };

  // Stages of a clock, in this order.
  bool finish(std::vector<Found> &found);  // true: another result can be taken
  void seek(std::uint64_t clock);
  void step_walk(std::uint64_t clock);
  void load(const Arrivals &arrivals);

  void fill(const Result &result, std::vector<Found> &found);
  void hand_out(const Result &result, std::vector<Found> &found);
  [[nodiscard]] Act decide(std::uint64_t clock);
  [[nodiscard]] bool more_ahead() const;
  void move_ahead(const Act &act);
  unsigned begin_beside();
  void next_beside(const Act &act, bool wanted, std::uint64_t next_line);
  [[nodiscard]] const Miss *next_waiting() const;
  [[nodiscard]] bool next_is_same_line() const;
  void begin(unsigned walk, bool line);
  void issue(unsigned walk, std::uint64_t clock);
  void step_overtaken(unsigned index, std::uint64_t clock);
  void step_table(unsigned index, std::uint64_t clock);
  void step_line(unsigned index, std::uint64_t clock);
  void stand(const Miss &miss, bool hit);
  [[nodiscard]] std::optional<Miss> take_turn();
  [[nodiscard]] bool sequential() const { return look_.sequential || seeking_.miss.sequential; }
  [[nodiscard]] StreamWindows &windows() { return windows_[seeking_.miss.slice]; }

  Memory &memory_;
  unsigned reader_;
  const Spaces &spaces_;
  Walks walks_;
  PagingCache tables_;
  std::vector<StreamWindows> windows_;    // of each slice
  std::vector<std::deque<Miss>> queues_;  // of each input, then of those that start over
  std::size_t turn_ = 0;
  std::vector<Miss> again_;  // that start over from the next clock on
  Seeking seeking_;
  bool leaves_ = true;  // what stands there goes at the end of the clock
  Ahead ahead_ = Ahead::kRequest;
  Beside beside_;
  StreamWindows::Look look_;      // at the page that stands there
  unsigned place_ = 0;            // of the stream that lines are fetched for
  bool noted_ = false;            // the stream has moved on in the last clock
  std::optional<Result> result_;  // being handed out
  std::optional<Result> taken_;   // the next one
  std::optional<unsigned> released_;
  std::optional<Result> table_;  // a table that enters its cache
  std::uint64_t walks_begun_ = 0;
};

}  // namespace dmar::scale

#endif  // DMAR_SCALE_WALKER_HPP
