// SPDX-License-Identifier: Apache-2.0
// A whole machine, clock by clock: ports with their slices, the walkers behind them and the memory
// that the walkers share.
#ifndef DMAR_SCALE_MACHINE_HPP
#define DMAR_SCALE_MACHINE_HPP

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "scale/invalidation.hpp"
#include "scale/link.hpp"
#include "scale/memory.hpp"
#include "scale/miss_table.hpp"
#include "scale/shape.hpp"
#include "scale/slice.hpp"
#include "scale/spaces.hpp"
#include "scale/walker.hpp"

namespace dmar::scale {

class Machine {
 public:
  // `spaces` outlives it.
  Machine(const MachineShape &shape, const Spaces &spaces);
  Machine(const Machine &) = delete;
  Machine &operator=(const Machine &) = delete;

  // One clock. `requests`: of each lane of each port, all taken. Returned are the answers that are
  // on the ports in this clock.
  std::span<const Answer> step(std::span<const std::optional<Lookup>> requests);
  // The next clock.
  [[nodiscard]] std::uint64_t clock() const { return clock_; }

  // Software has put an invalidation into the queue of this walker (of a unit: of this port).
  void invalidate(unsigned walker, const PageInvalidation &invalidation) {
    points_.at(walker).queue(invalidation);
  }
  [[nodiscard]] const InvalidationPoint &invalidations(unsigned walker) const {
    return points_.at(walker);
  }

  [[nodiscard]] std::uint64_t walks() const;
  [[nodiscard]] const Memory &memory() const { return memory_; }
  // Messages on the links, from slices to the walker and back.
  [[nodiscard]] std::uint64_t messages_up() const;
  [[nodiscard]] std::uint64_t messages_down() const;
  // Most misses that ever waited in front of a walker.
  [[nodiscard]] std::size_t most_waiting() const { return most_waiting_; }

 private:
  struct Up {
    std::optional<Miss> miss;
    std::optional<Miss> hit;  // at the begin of a line; neither: an acknowledgement
  };
  struct Down {
    std::optional<Found> found;
    std::optional<PageInvalidation> invalidation;
  };
  // What a slice is sweeping for.
  struct Sweep {
    std::optional<PageInvalidation> what;
    std::uint64_t ends = 0;
  };
  struct Port {
    Port(unsigned number, const MachineShape &shape, const Spaces &spaces);
    Slice slice;
    MissTable misses;
    Link<Up> up;
    Link<Down> down;
    std::deque<PageInvalidation> sweeps = {};
    Sweep sweep = {};
    std::uint64_t last_line = ~std::uint64_t{0};  // of a hit that was told
  };

  void step_unit(unsigned number, std::span<const std::optional<Lookup>> requests);
  void step_service(std::span<const std::optional<Lookup>> requests);
  void collect(unsigned number, Walker::Arrivals &arrivals);
  void step_port(Port &port, std::span<const std::optional<Lookup>> requests);
  void send_found();
  bool sweep(Port &port);
  [[nodiscard]] std::span<const std::optional<Lookup>> of_port(
      std::span<const std::optional<Lookup>> requests, unsigned number) const {
    return requests.subspan(std::size_t{number} * shape_.slice.lanes, shape_.slice.lanes);
  }

  MachineShape shape_;
  Memory memory_;
  std::vector<Port> ports_;
  std::vector<Walker> walkers_;
  std::vector<InvalidationPoint> points_;
  std::uint64_t clock_ = 0;
  std::vector<Answer> given_;   // in the last clock
  std::vector<Answer> giving_;  // in this one
  std::vector<Found> found_;
  Walker::Arrivals arrivals_;
  std::size_t most_waiting_ = 0;
};

}  // namespace dmar::scale

#endif  // DMAR_SCALE_MACHINE_HPP
