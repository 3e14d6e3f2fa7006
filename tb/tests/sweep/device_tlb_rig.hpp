// SPDX-License-Identifier: Apache-2.0
// A unit and a device with a TLB of one entry. Software moves a page, invalidates it in the unit
// and in the device, and waits; from then on nothing of the device may reach the old place.
#ifndef DMAR_SWEEP_DEVICE_TLB_RIG_HPP
#define DMAR_SWEEP_DEVICE_TLB_RIG_HPP

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bench/registry.hpp"
#include "driver/driver.hpp"
#include "tables/table_builder.hpp"

namespace dmar::bench {

// What the device does while it is invalidated.
enum class Habit {
  kAsksOnce,   // asks for the translation when the run begins, then writes by it
  kWrites,     // has the translation already, and writes by it all along
  kAsksAgain,  // asks anew before each write
  kMixed,      // writes by the translation and untranslated, in turn
  kOvertaken,  // asks once, and takes no answer before the invalidate request has passed it
};
constexpr std::array<const char *, 5> kHabitNames{"asks_once", "writes", "asks_again", "mixed",
                                                  "overtaken"};
constexpr bool asks_meanwhile(Habit habit) {
  return habit != Habit::kWrites && habit != Habit::kMixed;
}

// How it obeys.
enum class Manners {
  kGood,    // forgets, lets its writes be accepted, completes; drops answers that it still awaits
  kHasty,   // completes, and sends a write that it had begun before
  kStale,   // goes on with what it was told to forget
  kBelated  // keeps an answer to what it asked before it was told to forget
};

struct DeviceTlbOrders {
  std::uint64_t runs = 0;
  std::uint64_t old_answers = 0;  // completion entries of the version before, of the one after
  std::uint64_t new_answers = 0;
  std::uint64_t old_writes = 0;  // translated writes to the old place, to the new one
  std::uint64_t new_writes = 0;
};

class DeviceTlbRig {
 public:
  DeviceTlbRig(const std::string &model, Habit habit, Manners manners, std::uint64_t seed);

  // The invalidation starts `offset` cycles after the device (before it, when negative). Mismatch
  // when something reaches the old place after the wait is complete, or an answer is of neither
  // version.
  void run(int offset);

  [[nodiscard]] const DeviceTlbOrders &orders() const { return orders_; }
  [[nodiscard]] std::uint64_t cycle() const { return unit_->cycle(); }

 private:
  struct Flight {
    RtlIommu::Handle handle;
    Request request;
    bool forgotten = false;  // a translation request that an invalidation has overtaken
  };

  void tick();
  void obey(const InvalidateRequest &request);
  void complete();
  void act();
  void hold_answers(bool hold);
  void send(const Request &request);
  void finish(const Flight &flight, const Outcome &outcome);
  void look_at_memory();
  void publish(unsigned version);
  void ring();
  void wait_until_complete();
  [[nodiscard]] std::uint64_t host(unsigned version) const;
  [[nodiscard]] bool awaits_translation() const;
  [[nodiscard]] Request translated_write();

  Habit habit_;
  Manners manners_;
  std::uint64_t seed_;
  std::unique_ptr<RtlIommu> unit_;
  TableBuilder tables_;
  Domain domain_;
  Driver driver_;
  unsigned version_ = 0;  // published
  std::optional<std::uint64_t> entry_;
  std::vector<Flight> flights_;
  std::vector<InvalidateRequest> owed_;
  std::vector<RtlIommu::Handle> before_;  // writes that have to be accepted before a completion
  std::optional<Request> late_write_;     // of a hasty device
  std::uint64_t late_write_at_ = 0;
  bool active_ = false;
  bool complete_ = false;  // the wait is, so the old place is out of bounds
  std::uint32_t ticket_ = 0;
  unsigned place_ = 0;
  std::uint64_t next_act_ = 0;
  DeviceTlbOrders orders_;
};

}  // namespace dmar::bench

#endif  // DMAR_SWEEP_DEVICE_TLB_RIG_HPP
