// SPDX-License-Identifier: Apache-2.0
#include "bench/axi_memory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "bench/axi_manager.hpp"

namespace dmar::bench {
namespace {

constexpr std::size_t kNone = static_cast<std::size_t>(-1);
constexpr std::size_t kMaxWriteBeats = 1024;  // taken ahead of their response
constexpr std::uint8_t kJunk = 0xA5;          // on byte lanes that carry no data

// Appends the strobed bytes of one beat, joining neighbours into runs.
void append_runs(std::vector<WriteRun> &runs, std::uint64_t base, const WriteBeat &beat) {
  for (unsigned lane = 0; lane < kBeatBytes; ++lane) {
    if (((beat.strobes >> lane) & 1U) == 0) continue;
    const std::uint64_t address = base + lane;
    if (runs.empty() || runs.back().address + runs.back().bytes.size() != address) {
      runs.push_back({.address = address, .bytes = {}});
    }
    runs.back().bytes.push_back(beat.data[lane]);
  }
}

}  // namespace

AxiMemory::AxiMemory(AxiBus &bus, MemoryBus &memory, std::string name, const MemoryTiming &timing,
                     std::uint64_t seed)
    : name_(std::move(name)),
      timing_(timing),
      memory_(memory),
      random_(seed, 20),
      aw_(bus.aw, name_ + " AW", timing.stall_percent, Random(seed, 21)),
      w_(bus.w, name_ + " W", timing.stall_percent, Random(seed, 22)),
      b_(bus.b, timing.stall_percent, Random(seed, 23)),
      ar_(bus.ar, name_ + " AR", timing.stall_percent, Random(seed, 24)),
      r_(bus.r, timing.stall_percent, Random(seed, 25)) {
  if (timing.min_latency == 0 || timing.max_latency < timing.min_latency) {
    throw std::invalid_argument("memory latency: 1 <= min <= max is required");
  }
}

void AxiMemory::fail(const std::string &what) const { throw ProtocolError(name_ + ": " + what); }

bool AxiMemory::idle() const {
  return reads_.empty() && writes_.empty() && open_writes_.empty() && write_beats_.empty() &&
         r_.empty() && b_.empty();
}

std::vector<AddressBeat> AxiMemory::under_way() const {
  std::vector<AddressBeat> list;
  for (const PendingRead &read : reads_) list.push_back(read.address);
  for (const OpenWrite &write : open_writes_) list.push_back(write.address);
  for (const PendingWrite &write : writes_) list.push_back(write.access.address);
  return list;
}

std::uint64_t AxiMemory::answer_cycle() {
  const std::uint64_t span = timing_.max_latency - timing_.min_latency + 1;
  return now_ + timing_.min_latency + (span > 1 ? random_.below(span) : 0);
}

void AxiMemory::check_address(const AddressBeat &burst, const char *channel) const {
  AddressBeat normal = burst;
  if (every_type_) normal.lock = 0;
  std::string why = address_violation(normal, every_type_);
  if (why.empty() && burst.lock != 0) why = exclusive_violation(burst);
  if (!why.empty()) fail(fmt::format("{}: {}", channel, why));
}

ReadBeat AxiMemory::read_beat(const AddressBeat &burst, unsigned index) {
  ReadBeat beat{.data = {}, .id = burst.id, .resp = kRespOkay, .last = index == burst.len};
  beat.data.fill(kJunk);
  const std::uint64_t first = beat_address(burst, index);
  const std::size_t count = beat_base(first, burst.size) + (std::uint64_t{1} << burst.size) - first;
  const std::span out = std::span(beat.data).subspan(first % kBeatBytes, count);
  const bool good =
      reader_ ? reader_(burst, HostAddr(first), out) : memory_.read(HostAddr(first), out);
  if (!good) beat.resp = kRespSlave;
  return beat;
}

void AxiMemory::accept_read(const AddressBeat &burst) {
  check_address(burst, "AR");
  AxiAccess access{.write = false, .address = burst, .cycle = now_, .perform_cycle = now_};
  PendingRead pending{
      .address = burst, .cycle = now_, .ready_cycle = answer_cycle(), .next = 0, .beats = {}};
  const bool consumed = consumer_ && consumer_(access);
  pending.beats.reserve(burst.len + 1U);
  for (unsigned index = 0; index <= burst.len; ++index) {
    if (consumed) {
      pending.beats.push_back({.data = {}, .id = burst.id, .last = index == burst.len});
    } else {
      pending.beats.push_back(read_beat(burst, index));
      access.error = access.error || pending.beats.back().resp != kRespOkay;
    }
  }
  if (burst.lock != 0 && has_monitor_ && !consumed) {
    for (ReadBeat &beat : pending.beats) {
      if (beat.resp == kRespOkay) beat.resp = kRespExclusive;
    }
  }
  if (burst.lock != 0 && has_monitor_ && !consumed && !access.error) {
    access.exclusive = true;
    std::vector<std::uint8_t> bytes;
    for (unsigned index = 0; index <= burst.len; ++index) {
      const ReadBeat &beat = pending.beats[index];
      const auto from =
          beat.data.begin() + static_cast<std::ptrdiff_t>(beat_address(burst, index) % kBeatBytes);
      bytes.insert(bytes.end(), from, from + (std::ptrdiff_t{1} << burst.size));
    }
    monitor_.reserve(burst, std::move(bytes));
  }
  if (observer_) observer_(access);
  reads_.push_back(std::move(pending));
}

void AxiMemory::check_write_beat(const AddressBeat &burst, std::size_t index) const {
  const WriteBeat &beat = write_beats_[index];
  if (beat.last != (index == burst.len)) {
    fail(fmt::format("WLAST is {} on beat {} of {} (ID {}, {:#x})", beat.last ? 1 : 0, index + 1,
                     burst.len + 1, burst.id, burst.address));
  }
  const std::uint16_t lanes = beat_lanes(burst, static_cast<unsigned>(index));
  if ((beat.strobes & ~lanes) != 0) {
    fail(fmt::format("W strobes {:#06x} outside the byte lanes {:#06x} of beat {} ({:#x})",
                     beat.strobes, lanes, index + 1, burst.address));
  }
}

// Data may come before, with or after its address, but in the order of the addresses.
void AxiMemory::match_write_data() {
  while (!open_writes_.empty()) {
    const OpenWrite &open = open_writes_.front();
    const std::size_t beats = open.address.len + std::size_t{1};
    for (; checked_beats_ < std::min(beats, write_beats_.size()); ++checked_beats_) {
      check_write_beat(open.address, checked_beats_);
    }
    if (checked_beats_ < beats) return;
    AxiAccess access{.write = true, .address = open.address, .cycle = open.cycle};
    for (unsigned index = 0; index < beats; ++index) {
      const std::uint64_t base = beat_address(open.address, index) / kBeatBytes * kBeatBytes;
      append_runs(access.runs, base, write_beats_[index]);
    }
    write_beats_.erase(write_beats_.begin(),
                       write_beats_.begin() + static_cast<std::ptrdiff_t>(beats));
    writes_.push_back({.access = std::move(access), .ready_cycle = answer_cycle()});
    open_writes_.pop_front();
    checked_beats_ = 0;
  }
}

// Nothing is written unless memory still holds what the exclusive read saw, and is known to.
void AxiMemory::perform_exclusive_write(AxiAccess &access) {
  const AddressBeat &burst = access.address;
  const auto expected = monitor_.take(burst);
  if (!expected) return;
  std::vector<std::uint8_t> desired = *expected;
  for (const WriteRun &run : access.runs) {
    std::ranges::copy(run.bytes,
                      desired.begin() + static_cast<std::ptrdiff_t>(run.address - burst.address));
  }
  const auto swap = memory_.compare_and_swap(HostAddr(burst.address), *expected, desired);
  access.exclusive = swap == MemoryBus::Swap::kDone;
  access.error = swap == MemoryBus::Swap::kError;
}

std::uint8_t AxiMemory::perform_write(AxiAccess &access) {
  access.perform_cycle = now_;
  if (!(consumer_ && consumer_(access))) {
    if (access.address.lock != 0 && has_monitor_) {
      perform_exclusive_write(access);
    } else {
      for (const WriteRun &run : access.runs) {
        if (!memory_.write(HostAddr(run.address), run.bytes)) access.error = true;
      }
    }
    for (const WriteRun &run : access.runs) monitor_.written(run.address, run.bytes.size());
  }
  if (observer_) observer_(access);
  if (access.error) return kRespSlave;
  return access.exclusive ? kRespExclusive : kRespOkay;
}

// Index of a pending answer that may be offered now, or kNone. Answers of one ID keep their order,
// and what is held is passed by. Without reordering the oldest of the rest waits for its time;
// with it any of them goes, at random.
template <class Pending, class AddressOf>
std::size_t AxiMemory::choose(const std::deque<Pending> &pending, bool write,
                              AddressOf address_of) {
  std::size_t chosen = kNone;
  std::uint64_t candidates = 0;
  std::uint64_t seen = 0;  // IDs with an older answer pending
  for (std::size_t index = 0; index < pending.size(); ++index) {
    const AddressBeat &address = address_of(pending[index]);
    const std::uint64_t bit = std::uint64_t{1} << (address.id % 64);
    const bool passed_by = (seen & bit) != 0 || (hold_ && hold_(address, write));
    seen |= bit;
    if (passed_by) continue;
    const bool ready = pending[index].ready_cycle <= now_ + 1;
    if (!timing_.reorder) return ready ? index : kNone;
    if (ready && random_.below(++candidates) == 0) chosen = index;
  }
  return chosen;
}

void AxiMemory::offer_read() {
  if (!r_.empty()) return;
  const std::size_t index = choose(
      reads_, false, [](const PendingRead &read) -> auto & { return read.address; });
  if (index == kNone) return;
  PendingRead &read = reads_[index];
  r_.push(read.beats[read.next++]);
  if (read.next == read.beats.size()) {
    slowest_answer_ = std::max(slowest_answer_, now_ + 1 - read.cycle);
    if (read_observer_) read_observer_(read.address, read.cycle, now_ + 1);
    reads_.erase(reads_.begin() + static_cast<std::ptrdiff_t>(index));
  }
}

void AxiMemory::offer_write() {
  if (!b_.empty()) return;
  const std::size_t index = choose(
      writes_, true, [](const PendingWrite &write) -> auto & { return write.access.address; });
  if (index == kNone) return;
  PendingWrite write = std::move(writes_[index]);
  writes_.erase(writes_.begin() + static_cast<std::ptrdiff_t>(index));
  slowest_answer_ = std::max(slowest_answer_, now_ + 1 - write.access.cycle);
  b_.push({.id = write.access.address.id, .resp = perform_write(write.access)});
}

void AxiMemory::sample(std::uint64_t cycle) {
  now_ = cycle;
  r_.sample();
  b_.sample();
  if (const auto *burst = ar_.sample()) accept_read(*burst);
  const auto *address = aw_.sample();
  const auto *beat = w_.sample();
  if (address != nullptr) {
    check_address(*address, "AW");
    open_writes_.push_back({.address = *address, .cycle = now_});
  }
  if (beat != nullptr) write_beats_.push_back(*beat);
  if (address != nullptr || beat != nullptr) match_write_data();
}

void AxiMemory::drive() {
  offer_read();
  offer_write();
  r_.drive();
  b_.drive();
  ar_.drive(!blocked_.ar && reads_.size() < timing_.max_outstanding);
  aw_.drive(!blocked_.aw && open_writes_.size() + writes_.size() < timing_.max_outstanding);
  w_.drive(!blocked_.w && write_beats_.size() < kMaxWriteBeats);
}

}  // namespace dmar::bench
