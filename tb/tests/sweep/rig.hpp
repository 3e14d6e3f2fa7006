// SPDX-License-Identifier: Apache-2.0
// A unit with its checkers for one pair of situation and trigger. It runs the pair again and again,
// each time with another distance between the two, and every answer must be a legal one.
#ifndef DMAR_SWEEP_RIG_HPP
#define DMAR_SWEEP_RIG_HPP

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/registry.hpp"
#include "scoreboard/access_ledger.hpp"
#include "scoreboard/command_oracle.hpp"
#include "scoreboard/scoreboard.hpp"
#include "situation.hpp"
#include "trigger.hpp"
#include "versions.hpp"

namespace dmar::bench {

// How often the probes were answered from the version before the trigger and from the one after.
struct Orders {
  std::uint64_t runs = 0;
  std::uint64_t old_answers = 0;
  std::uint64_t new_answers = 0;
};

// Where nothing gets on from the first probe on, until long after every flush would have finished;
// at the device until the trigger is complete, which may not wait for it.
enum class Stall { kNone, kDataAr, kDataAw, kDataW, kTableAr, kTableR, kDeviceR, kDeviceB };
constexpr std::array<std::string_view, 8> kStallNames{
    "none", "data_ar", "data_aw", "data_w", "table_ar", "table_r", "device_r", "device_b"};

class Rig {
 public:
  // Memory timing is that of the situation with seed 1, and random with any other seed.
  Rig(const std::string &model, const Situation &situation, const Trigger &trigger,
      std::uint64_t seed);

  // Cycles that the probes alone take, and the trigger alone. Mismatch when the probes do not walk
  // as the situation says.
  struct Durations {
    std::uint64_t probes = 0;
    std::uint64_t trigger = 0;
  };
  Durations measure();

  // The trigger starts `offset` cycles after the first probe (before it, when negative); with
  // `change`, tables change just before it. Mismatch when anything is not legal, or when the old
  // version is seen after completion.
  void run(int offset, bool change, Stall stall = Stall::kNone);

  [[nodiscard]] const Orders &orders() const { return orders_; }
  [[nodiscard]] std::uint64_t cycle() const { return unit_->cycle(); }
  void start_wave(const std::string &path) { unit_->start_wave(path); }

 private:
  struct Flight {
    RtlIommu::Handle handle;
    Request request;
    std::uint8_t id;
    bool probe;  // its answer is counted
  };

  void tick();
  void tick_until(const std::function<bool()> &done, const char *what);
  void write(std::uint32_t offset, unsigned bytes, std::uint64_t value);
  void poll(std::uint32_t offset, unsigned bytes, std::uint64_t bits, bool set);
  void start_up();
  void push(const QueueDescriptor &descriptor);
  void push_wait();
  void flush_everything();

  void submit(const Request &request, bool probe);
  void collect();
  void finish(const Flight &flight, const Outcome &outcome);
  void drain() {
    tick_until([this] { return flights_.empty(); }, "the requests");
  }
  void warm_up();

  [[nodiscard]] Trigger::Scope scope() const;
  // A write of GCMD and the status that it is done by.
  struct Command {
    std::uint32_t value;
    std::uint32_t status;
    bool set;
  };
  [[nodiscard]] Command command() const;
  void push_trigger(const Trigger::Scope &given);
  void prepare_trigger();
  [[nodiscard]] std::optional<std::uint64_t> page_operand() const;
  void start_write(std::uint32_t offset, unsigned bytes, std::uint64_t value);
  void start_trigger();
  [[nodiscard]] bool step_complete();
  [[nodiscard]] bool trigger_complete();
  void check_drained() const;
  void begin_stall(Stall stall);
  void end_stall();
  void confirm();

  Situation situation_;
  Trigger trigger_;
  std::unique_ptr<RtlIommu> unit_;
  AccessLedger ledger_;
  Scoreboard scoreboard_;
  CommandOracle oracle_;
  Versions versions_;
  Random random_;
  std::uint64_t seed_;
  bool queue_;                // invalidations go through it
  std::uint32_t levels_ = 0;  // GCMD
  std::uint32_t tail_ = 0;    // slots
  std::uint32_t status_ = 0;
  unsigned version_ = 0;  // published
  unsigned next_ = 0;     // the trigger makes this one effective
  // Of a trigger in two steps.
  enum class Step { kFirst, kOperand, kSecond };
  Step step_ = Step::kFirst;
  std::vector<Flight> flights_;
  std::uint8_t next_id_ = 0;
  bool confirming_ = false;  // one answer is legal
  bool polling_ = false;     // a register read for trigger_complete() is under way
  Orders orders_;
};

}  // namespace dmar::bench

#endif  // DMAR_SWEEP_RIG_HPP
