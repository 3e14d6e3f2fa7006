// SPDX-License-Identifier: Apache-2.0
// Joins what is seen at a unit and at the golden model beside it into the events of a Sink. Cycles
// are those of the unit; over its resets they go on.
#ifndef DMAR_REPORT_UNIT_OBSERVER_HPP
#define DMAR_REPORT_UNIT_OBSERVER_HPP

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "dmar/memory_bus.hpp"
#include "golden/unit.hpp"
#include "report/model.hpp"
#include "report/sink.hpp"

namespace dmar::report {

class UnitObserver {
 public:
  // `sinks` and `model` outlive it; `model` is one of the sinks, or null.
  UnitObserver(unsigned unit, std::vector<Sink *> sinks, Model *model)
      : unit_(unit), sinks_(std::move(sinks)), model_(model) {}

  // The golden model that lives beside the unit, and the memory with its tables; both outlive the
  // observer or the next call.
  void attach(const golden::Unit &golden, MemoryBus &memory) {
    golden_ = &golden;
    memory_ = &memory;
  }

  // Of the golden model: an invalidation that it carried out, when it had made `status_before`
  // status writes since reset.
  void invalidation_given(const golden::Invalidation &what, std::uint64_t status_before,
                          std::uint64_t cycle);

  // What the golden model says about the request that comes next, for who does not know it.
  void expect(golden::Verdict verdict) { expected_ = std::move(verdict); }
  [[nodiscard]] const golden::Verdict &expected() const { return expected_; }

  // Of the unit.
  void table_read(unsigned id, std::uint64_t address, unsigned bytes, std::uint64_t from,
                  std::uint64_t to);
  void queue_read(std::uint64_t address, unsigned bytes, std::uint64_t from, std::uint64_t to);
  void status_write(const Message &message, std::uint64_t cycle);
  void event(const Message &message, std::uint64_t cycle);
  void request(RequestSeen seen);
  // Explained by the tables of this moment.
  void fault(FaultSeen seen);
  // Nothing that software asked for is under way.
  void at_rest(std::uint64_t cycle);

  void mark(std::uint64_t cycle, const std::string &name);
  // Software is about to change what tables are in force, or the run ends.
  void look_at_owners(std::uint64_t cycle);
  // The unit was reset in `cycle`: its counter starts again. attach() follows.
  void reset(std::uint64_t cycle);

 private:
  struct Given {
    InvalidationSeen seen;
    std::uint64_t status_before = 0;
    std::optional<std::uint64_t> descriptor = {};  // its address
    bool fetched = false;
  };

  template <class Event>
  void tell(void (Sink::*how)(unsigned, const Event &), const Event &event) {
    for (Sink *sink : sinks_) (sink->*how)(unit_, event);
  }
  void complete(Given &given, std::uint64_t cycle, bool by_status);
  void message(MessageSeen::Kind kind, const Message &message, std::uint64_t cycle);

  unsigned unit_;
  std::vector<Sink *> sinks_;
  Model *model_;
  const golden::Unit *golden_ = nullptr;
  MemoryBus *memory_ = nullptr;
  golden::Verdict expected_ = golden::NoAccess{};
  std::deque<Given> given_;
  std::uint64_t status_writes_ = 0;  // since reset
  std::uint64_t base_ = 0;           // cycles before the last reset
  std::uint64_t next_look_ = 0;
};

}  // namespace dmar::report

#endif  // DMAR_REPORT_UNIT_OBSERVER_HPP
