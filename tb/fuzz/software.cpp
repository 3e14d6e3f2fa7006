// SPDX-License-Identifier: Apache-2.0
// The course of events. Invalidations: software_invalidation.cpp. Control: software_control.cpp.
#include "fuzz/software.hpp"

#include <fmt/format.h>

#include "dmar/registers.hpp"
#include "fuzz/places.hpp"
#include "scoreboard/mismatch.hpp"

namespace dmar::bench {
namespace {

constexpr HostAddr kEventAddress{0xFEE0'1000};
constexpr std::uint32_t kFaultData = 0x52;
constexpr std::uint32_t kCompletionData = 0x51;
constexpr std::uint64_t kPollBound = 2'000'000;
constexpr unsigned kFinalRequests = 60;
// Most machines are healthy, percent.
constexpr unsigned kBadMachines = 40;
constexpr unsigned kLateMachines = 40;  // of those with bad devices; a time-out takes its time

}  // namespace

Software::Software(Machine &machine, const FuzzCase &one)
    : machine_(machine), features_(one.features), random_(one.seed, 43) {
  Random kind(one.seed, 49);
  bad_devices_ = has(Feature::kBadDevices) && kind.percent(kBadMachines);
  if (device_time_out() != 0 && kind.percent(kLateMachines)) {
    time_outs_ = 1 + static_cast<unsigned>(kind.below(2));
  }
  posting_faults_ = has(Feature::kPostingFaults) && kind.percent(kBadMachines);
}

void Software::pause(std::uint64_t cycles) {
  for (; cycles != 0; --cycles) machine_.tick();
}

void Software::poll(std::uint32_t offset, unsigned bytes, std::uint64_t bits, bool set) {
  const std::uint64_t start = machine_.cycle();
  while (((machine_.read(offset, bytes) & bits) != 0) != set) {
    if (machine_.cycle() - start > kPollBound) {
      throw HangError(fmt::format("register {:#x} bits {:#x} did not become {} within {} cycles",
                                  offset, bits, set ? 1 : 0, kPollBound));
    }
    pause(random_.below(12));
  }
}

void Software::start() {
  machine_.write(reg::kFedata, 4, kFaultData);
  machine_.write(reg::kFeaddr, 4, kEventAddress.raw());
  machine_.write(reg::kFectl, 4, 0);
  machine_.write(reg::kIedata, 4, kCompletionData);
  machine_.write(reg::kIeaddr, 4, kEventAddress.raw());
  machine_.write(reg::kIectl, 4, 0);
  set_root(machine_.world().root_table().raw());
  if (!may_use_registers()) set_queue(true);
  invalidate_everything();
  set_queue(may_use_queue() && (!may_use_registers() || random_.percent(70)));
  if (machine_.world().interrupts() != nullptr) start_interrupts();
  set_translation(true);
}

void Software::inject_error() {
  if (random_.percent(85)) return machine_.world().inject_error();
  machine_.memory().inject_error(kStatus, HostAddr(kStatus.raw() + 63), Memory::ErrorOn::kWrite);
}

// Software may be early, late, or miss the point; the checkers know what is legal then.
void Software::change_tables() {
  std::vector<golden::Invalidation> due;
  const std::uint64_t changes = 1 + random_.below(4);
  for (std::uint64_t k = 0; k < changes; ++k) {
    const Change change = machine_.world().change();
    ++statistics_.changes;
    if (change.what != Change::What::kNothing) {
      due.push_back(fitting(change));
      // A context entry also needs the translations of its domain gone.
      if (change.what == Change::What::kContext) {
        due.push_back(golden::IotlbInvalidation{.granularity = granularity::kDomain,
                                                .domain = change.domain});
      }
      if (change.what == Change::What::kRoot) {
        due.push_back(golden::IotlbInvalidation{.granularity = granularity::kGlobal});
      }
    }
    if (random_.percent(30)) pause(random_.below(20));
  }
  if (random_.percent(25)) return;
  if (random_.percent(30)) pause(random_.below(200));
  if (random_.percent(20)) due.push_back(random_invalidation());
  if (!due.empty()) invalidate(due);
}

// What software does next, by how often.
const std::vector<Software::Task> &Software::tasks() {
  static const std::vector<Task> all{
      {90, std::nullopt, &Software::change_tables},
      {25, std::nullopt, &Software::idle},
      {20, std::nullopt, &Software::drain_faults},
      {10, Feature::kStrayInvalidations, &Software::stray_invalidations},
      {10, Feature::kMemoryErrors, &Software::inject_error},
      {12, std::nullopt, &Software::clear_errors},
      {5, Feature::kStrayInvalidations, &Software::invalidate_everything},
      {6, std::nullopt, &Software::check_registers},
      {6, std::nullopt, &Software::toggle_queue},
      {5, Feature::kQueueErrors, &Software::queue_error},
      {3, Feature::kDomains, &Software::renew_domain},
      {2, Feature::kRoots, &Software::switch_root},
      {2, Feature::kTranslation, &Software::pause_translation},
      {1, Feature::kTableModes, &Software::break_table_mode},
      {3, Feature::kProtection, &Software::toggle_protection},
      {2, std::nullopt, &Software::flush_write_buffer},
      {4, Feature::kRemapping, &Software::move_interrupt_table},
      {20, Feature::kPosting, &Software::take_posted},
      {8, Feature::kPostingFaults, &Software::spoil_posted},
      {4, std::nullopt, &Software::repair_posted},
      {1, Feature::kPostingFaults, &Software::lose_monitor},
      {5, Feature::kBadDevices, &Software::device_error},
      {3, Feature::kRemapping, &Software::toggle_remapping},
      {3, Feature::kRemapping, &Software::toggle_compatibility},
      {2, Feature::kQueueErrors, &Software::tail_error},
      {2, Feature::kPokes, &Software::masked_event},
      {1, Feature::kPokes, &Software::read_everything},
      {3, Feature::kPokes, &Software::poke_read_only},
      {3, Feature::kPokes, &Software::poke_storage},
      {2, Feature::kBrokenRules, &Software::many_commands},
      {2, Feature::kBrokenRules, &Software::hasty_pointers},
      {2, Feature::kBrokenRules, &Software::hasty_commands},
      {2, Feature::kBrokenRules, &Software::leave_queue},
      {2, Feature::kBrokenRules, &Software::registers_beside_queue},
  };
  return all;
}

void Software::run(std::uint64_t cycles) {
  const std::uint64_t end = machine_.cycle() + cycles;
  std::uint64_t total = 0;
  for (const Task &task : tasks()) total += task.weight;
  while (machine_.cycle() < end) {
    std::uint64_t roll = random_.below(total);
    auto task = tasks().begin();
    for (; roll >= task->weight; ++task) roll -= task->weight;
    if (!task->feature || has(*task->feature)) {
      (this->*task->run)();
    } else {
      pause(1);
    }
  }
}

void Software::check_messages() {
  for (const Message &message : machine_.oracle().take_messages()) {
    if (message.data == kCompletionData) ++completion_events_due_;
  }
  for (const Message &message : machine_.unit().take_messages()) {
    PostedWorld *posted = posted_world();
    if (posted != nullptr && posted->note_message(message)) continue;
    const bool known = message.data == kCompletionData || message.data == kFaultData;
    if (message.address != kEventAddress.raw() || !known) {
      throw Mismatch(fmt::format("event message {:#x} to {:#x}", message.data, message.address));
    }
    ++(message.data == kCompletionData ? completion_events_ : fault_events_);
  }
  if (completion_events_ > completion_events_due_) {
    throw Mismatch(fmt::format("{} completion events, {} wait descriptors asked for one",
                               completion_events_, completion_events_due_));
  }
}

void Software::finish() {
  finishing_ = true;
  machine_.traffic().stop();
  machine_.tick_until([this] { return machine_.traffic().idle(); }, "devices");
  machine_.memory().clear_errors();
  repair_posted();
  invalidate_everything();
  drain_faults();
  machine_.unit().settle();
  machine_.tick();
  check_registers();
  check_messages();
  if (completion_events_ != completion_events_due_) {
    throw Mismatch(
        fmt::format("{} completion events of {}", completion_events_, completion_events_due_));
  }
  if (pending_seen_ && fault_events_ == 0) throw Mismatch("faults were recorded without an event");
  for (unsigned k = 0; k < kFinalRequests; ++k) {
    machine_.traffic().submit(machine_.traffic().random_request());
    machine_.tick_until([this] { return machine_.traffic().idle(); }, "device");
    if (machine_.traffic().last_legal() != 1) {
      throw Mismatch("more than one answer is legal after everything was invalidated");
    }
  }
  drain_faults();
  machine_.unit().settle();
  if (machine_.ledger().unclaimed() != 0) throw Mismatch("memory saw DMA of no request");
  check_messages();
  if (posted_world() != nullptr) posted_world()->check();
  if (machine_.oracle().invalidate_requests_due() != 0) {
    throw Mismatch("a message to a device TLB is missing");
  }
  if (machine_.oracle().status_writes_due() != 0) throw Mismatch("a status write is missing");
  if (machine_.faults().waiting() != 0) throw Mismatch("register reads were never compared");
}

}  // namespace dmar::bench
