// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "scoreboard/command_oracle.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "dmar/registers.hpp"
#include "golden/little_endian.hpp"
#include "scoreboard/mismatch.hpp"

namespace dmar::bench {

CommandOracle::CommandOracle(const Config &config, Memory &memory, Scoreboard &scoreboard)
    : scoreboard_(scoreboard), bus_(memory, *this), unit_(config, bus_) {
  unit_.observe_invalidations([this](const golden::Invalidation &invalidation) {
    given_.push_back(scoreboard_.invalidations().begin(invalidation, now_));
    ++invalidations_;
  });
}

bool CommandOracle::Bus::write(HostAddr address, std::span<const std::uint8_t> bytes) {
  oracle_.due_.push_back({.address = address,
                          .data = golden::from_little_endian<std::uint32_t>(bytes.first(4)),
                          .completes = std::exchange(oracle_.given_, {})});
  return true;
}

// Bounds of protected memory mean nothing while protection is off.
golden::ControlState CommandOracle::control() const {
  golden::ControlState state = unit_.control();
  if (!state.protection_enabled) {
    state.protected_low_base = state.protected_low_limit = 0;
    state.protected_high_base = state.protected_high_limit = 0;
  }
  return state;
}

void CommandOracle::write(std::uint32_t offset, unsigned bytes, std::uint64_t value, Time now) {
  now_ = now;
  const golden::ControlState before = control();
  unit_.write(offset, bytes, value);
  unit_.take_status_writes();
  collect_requests();
  note_control_changes(before, offset == reg::kGcmd ? static_cast<std::uint32_t>(value) : 0);
}

// One write may ask for several changes, which come into force one after the other. The unit
// carries out each of them as a flush: of the interrupt-entry cache when the pointer to that table
// is set, of every DMA cache when it is about DMA.
void CommandOracle::note_control_changes(const golden::ControlState &before,
                                         std::uint32_t command) {
  const golden::ControlState after = control();
  golden::ControlState state = before;
  const auto step = [&](auto member) {
    if (state.*member == after.*member) return;
    state.*member = after.*member;
    scoreboard_.control().change(state, now_);
  };
  using State = golden::ControlState;
  step(&State::root_table);
  step(&State::interrupt_table);
  step(&State::compatibility_allowed);
  step(&State::interrupt_enabled);
  const golden::ControlState of_interrupts = state;
  step(&State::translation_enabled);
  if (!(state == after)) scoreboard_.control().change(after, now_);

  const bool dma = (command & gcmd::kSrtp) != 0 || !(of_interrupts == after) ||
                   before.root_table != after.root_table;
  if (dma) given_.push_back(scoreboard_.invalidations().begin_dma_flush(now_));
  if ((command & gcmd::kSirtp) != 0 && unit_.config().interrupt_remapping) {
    given_.push_back(scoreboard_.invalidations().begin_interrupt_flush(now_));
  }
}

void CommandOracle::give_up() {
  given_.clear();
  for (Due &due : due_) {
    due.completes.clear();
    possible_.push_back(std::move(due));
  }
  due_.clear();
}

void CommandOracle::complete(std::vector<InvalidationLog::Ticket> &tickets, Time seen) {
  for (const InvalidationLog::Ticket ticket : tickets) {
    scoreboard_.invalidations().complete(ticket, seen);
  }
  tickets.clear();
}

void CommandOracle::note_status_write(const StatusWrite &write) {
  // Those that do not come are passed by for good.
  while (!possible_.empty()) {
    const Due due = std::move(possible_.front());
    possible_.pop_front();
    if (due.address == write.address && due.data == write.data) return;
  }
  if (due_.empty()) {
    throw Mismatch(fmt::format("status write of {:#x} to {:#x} in cycle {}, but none is due",
                               write.data, write.address.raw(), write.cycle));
  }
  Due &due = due_.front();
  if (due.address != write.address || due.data != write.data) {
    throw Mismatch(
        fmt::format("status write of {:#x} to {:#x} in cycle {}, but {:#x} to {:#x} is due",
                    write.data, write.address.raw(), write.cycle, due.data, due.address.raw()));
  }
  complete(due.completes, write.cycle);
  due_.pop_front();
}

void CommandOracle::collect_requests() {
  for (const InvalidateRequest &request : unit_.take_invalidate_requests()) {
    requests_.push_back(request);
  }
}

void CommandOracle::note_invalidate_request(const InvalidateRequest &request) {
  if (requests_.empty()) {
    throw Mismatch(fmt::format("a message to the TLB of {:04x} that nobody asked for",
                               request.source_id.raw()));
  }
  const InvalidateRequest &due = requests_.front();
  if (due.source_id != request.source_id || due.payload != request.payload) {
    throw Mismatch(fmt::format("a message {:#x} to the TLB of {:04x}, but {:#x} to {:04x} is due",
                               request.payload, request.source_id.raw(), due.payload,
                               due.source_id.raw()));
  }
  if (out_.at(request.itag)) {
    throw Mismatch(fmt::format("tag {} for {:04x} is out with {:04x}", request.itag,
                               request.source_id.raw(), out_[request.itag]->source_id.raw()));
  }
  out_[request.itag] = {.itag = due.itag, .source_id = due.source_id};
  requests_.pop_front();
}

// A tag of the golden model that is not out, neither there nor on the way here.
std::uint8_t CommandOracle::free_tag() const {
  for (std::uint8_t tag = 0; tag < out_.size(); ++tag) {
    const bool out =
        std::ranges::any_of(out_, [tag](const auto &one) { return one && one->itag == tag; }) ||
        std::ranges::any_of(requests_, [tag](const auto &one) { return one.itag == tag; });
    if (!out) return tag;
  }
  throw std::logic_error("no tag is free");
}

void CommandOracle::count_completion(unsigned itag, const InvalidateCompletion &completion) {
  std::optional<Out> &out = out_[itag];
  if (!out || out->source_id != completion.source_id) return;
  if (++out->come >= completion.count) out.reset();
}

void CommandOracle::complete_invalidation(InvalidateCompletion completion, Time now) {
  now_ = now;
  const std::uint32_t named = completion.itags;
  completion.itags = 0;
  for (unsigned n = 0; n < out_.size(); ++n) {
    if (((named >> n) & 1) == 0) continue;
    completion.itags |= std::uint32_t{1} << (out_[n] ? out_[n]->itag : free_tag());
  }
  if (unit_.control().translation_enabled) {
    for (unsigned n = 0; n < out_.size(); ++n) {
      if (((named >> n) & 1) != 0) count_completion(n, completion);
    }
  }
  unit_.complete_invalidation(completion);
  unit_.take_status_writes();
  collect_requests();
}

void CommandOracle::time_out_device(std::uint8_t itag, Time now) {
  now_ = now;
  if (!unit_.time_out_device_tlb(out_.at(itag).value().itag)) {
    throw std::logic_error("time_out_device: the tag is not out");
  }
  out_[itag].reset();
  unit_.take_status_writes();
  collect_requests();
}

void CommandOracle::note_all_done(Time now) {
  if (!due_.empty()) {
    throw Mismatch(fmt::format("cycle {}: completion reported while {} status writes are due", now,
                               due_.size()));
  }
  scoreboard_.control().settled(now);
  complete(given_, now);
}

}  // namespace dmar::bench
