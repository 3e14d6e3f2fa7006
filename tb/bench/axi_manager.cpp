// SPDX-License-Identifier: Apache-2.0
#include "bench/axi_manager.hpp"

#include <fmt/format.h>

#include <bit>
#include <stdexcept>
#include <utility>

namespace dmar::bench {
namespace {

constexpr unsigned kMaxFixedLen = 15;

void check_submission(const AxiBurst &burst, bool rogue) {
  if (const std::string why = address_violation(burst.address); !why.empty() && !rogue) {
    throw std::invalid_argument("burst to submit: " + why);
  }
  const std::size_t expected = burst.write ? std::size_t{burst.address.len} + 1 : 0;
  if (burst.beats.size() != expected) {
    throw std::invalid_argument(
        fmt::format("burst to submit: {} data beats, {} expected", burst.beats.size(), expected));
  }
}

std::string wrap_violation(const AddressBeat &burst) {
  const unsigned beats = burst.len + 1U;
  if (!std::has_single_bit(beats) || beats < 2 || beats > 16) {
    return fmt::format("WRAP burst of {} beats", beats);
  }
  if (beat_base(burst.address, burst.size) == burst.address) return {};
  return fmt::format("WRAP burst begins unaligned at {:#x}", burst.address);
}

}  // namespace

std::string address_violation(const AddressBeat &burst, bool every_type) {
  if (burst.burst != kBurstIncr && !every_type) {
    return fmt::format("burst type {} is not INCR", burst.burst);
  }
  if (burst.burst > kBurstWrap) return "burst type 3 is reserved";
  if ((1U << burst.size) > kBeatBytes) return fmt::format("size {} exceeds the bus", burst.size);
  if (burst.lock != 0) return "exclusive accesses are not part of this port";
  if (burst.burst == kBurstFixed) {
    return burst.len <= kMaxFixedLen ? "" : fmt::format("FIXED burst of {} beats", burst.len + 1);
  }
  if (burst.burst == kBurstWrap) return wrap_violation(burst);
  if ((burst_end(burst) - 1) / kPageBytes != burst.address / kPageBytes) {
    return fmt::format("burst at {:#x}, {} beats of {} bytes, crosses a 4 KiB boundary",
                       burst.address, burst.len + 1, 1U << burst.size);
  }
  return {};
}

AxiManager::AxiManager(AxiBus &bus, std::string name, unsigned stall_percent, std::uint64_t seed)
    : name_(std::move(name)),
      aw_(bus.aw, stall_percent, Random(seed, 11)),
      w_(bus.w, stall_percent, Random(seed, 12)),
      b_(bus.b, name_ + " B", stall_percent, Random(seed, 13)),
      ar_(bus.ar, stall_percent, Random(seed, 14)),
      r_(bus.r, name_ + " R", stall_percent, Random(seed, 15)),
      bus_(bus) {}

void AxiManager::fail(const std::string &what) const { throw ProtocolError(name_ + ": " + what); }

BurstHandle AxiManager::submit(AxiBurst burst, bool rogue) {
  check_submission(burst, rogue);
  const BurstHandle handle = next_handle_++;
  Transfer &transfer = transfers_[handle];
  transfer.beats = burst.address.len + 1U;
  ++in_flight_;
  if (burst.write) {
    aw_.push(burst.address);
    for (WriteBeat &beat : burst.beats) w_.push(beat);
    aw_order_.push_back(handle);
    w_order_.push_back(handle);
    writes_[burst.address.id].push_back(handle);
  } else {
    ar_.push(burst.address);
    ar_order_.push_back(handle);
    reads_[burst.address.id].push_back(handle);
  }
  return handle;
}

void AxiManager::forget() {
  aw_.forget();
  w_.forget();
  ar_.forget();
  b_.forget();
  r_.forget();
  transfers_.clear();
  finished_.clear();
  aw_order_.clear();
  w_order_.clear();
  ar_order_.clear();
  reads_.clear();
  writes_.clear();
  in_flight_ = 0;
}

std::pair<BurstHandle, AxiResult> AxiManager::take_finished() {
  if (finished_.empty()) throw std::logic_error("no burst has finished");
  const BurstHandle handle = finished_.front();
  finished_.pop_front();
  const auto found = transfers_.find(handle);
  std::pair<BurstHandle, AxiResult> done{handle, std::move(found->second.result)};
  transfers_.erase(found);
  return done;
}

BurstHandle AxiManager::oldest(const Order &order, std::uint8_t id, const char *channel) const {
  const auto found = order.find(id);
  if (found == order.end() || found->second.empty()) {
    fail(fmt::format("{} answer with ID {}, but none is outstanding", channel, id));
  }
  return found->second.front();
}

void AxiManager::finish(Order &order, std::uint8_t id, std::uint64_t cycle) {
  auto &queue = order.at(id);
  Transfer &transfer = transfers_.at(queue.front());
  finished_.push_back(queue.front());
  queue.pop_front();
  transfer.result.done_cycle = cycle;
  --in_flight_;
}

void AxiManager::take_read_beat(const ReadBeat &beat, std::uint64_t cycle) {
  Transfer &transfer = transfers_.at(oldest(reads_, beat.id, "R"));
  if (!transfer.address_done) fail(fmt::format("R answer with ID {} before AR was taken", beat.id));
  if (beat.resp == kRespExclusive) fail("EXOKAY for an access that was not exclusive");
  transfer.result.responses.push_back(beat.resp);
  transfer.result.data.push_back(beat.data);
  const bool last = transfer.result.data.size() == transfer.beats;
  if (beat.last != last) {
    fail(fmt::format("RLAST is {} on beat {} of {} (ID {})", beat.last ? 1 : 0,
                     transfer.result.data.size(), transfer.beats, beat.id));
  }
  if (last) finish(reads_, beat.id, cycle);
}

void AxiManager::take_write_response(const WriteResponse &response, std::uint64_t cycle) {
  Transfer &transfer = transfers_.at(oldest(writes_, response.id, "B"));
  if (!transfer.address_done || !transfer.data_done) {
    fail(fmt::format("B answer with ID {} before address and last data were taken", response.id));
  }
  if (response.resp == kRespExclusive) fail("EXOKAY for an access that was not exclusive");
  transfer.result.responses.push_back(response.resp);
  finish(writes_, response.id, cycle);
}

void AxiManager::note_requests(std::uint64_t cycle) {
  const auto accept = [&](std::deque<BurstHandle> &order) {
    Transfer &transfer = transfers_.at(order.front());
    order.pop_front();
    transfer.address_done = true;
    transfer.result.accepted_cycle = cycle;
  };
  const auto offer = [&](const std::deque<BurstHandle> &order) {
    Transfer &transfer = transfers_.at(order.front());
    if (!transfer.offered) transfer.result.offered_cycle = cycle;
    transfer.offered = true;
  };
  if (bus_.aw.valid) offer(aw_order_);
  if (bus_.ar.valid) offer(ar_order_);
  if (aw_.sample()) accept(aw_order_);
  if (ar_.sample()) accept(ar_order_);
  // By the length, for a rogue burst may mark another beat.
  if (w_.sample()) {
    Transfer &transfer = transfers_.at(w_order_.front());
    transfer.data_done = ++transfer.beats_taken == transfer.beats;
    if (transfer.data_done) w_order_.pop_front();
  }
}

void AxiManager::sample(std::uint64_t cycle) {
  // Answers first: one in the very cycle of its request would be a combinational path.
  if (const auto *beat = r_.sample()) take_read_beat(*beat, cycle);
  if (const auto *response = b_.sample()) take_write_response(*response, cycle);
  note_requests(cycle);
}

void AxiManager::drive() {
  aw_.drive();
  w_.drive();
  ar_.drive();
  b_.drive(accept_write_responses_);
  r_.drive(accept_read_data_);
}

}  // namespace dmar::bench
