// SPDX-License-Identifier: Apache-2.0
// See table_memory.hpp.
#include "perf/table_memory.hpp"

#include <span>
#include <stdexcept>

#include "bench/agent.hpp"

namespace dmar::perf {

namespace {

constexpr std::uint8_t kQueueReadId = 32;

}  // namespace

TableMemory::TableMemory(bench::AxiBus &bus, MemoryBus &memory, unsigned latency)
    : bus_(bus), memory_(memory), latency_(latency) {
  if (latency == 0) throw std::invalid_argument("memory latency: at least 1 clock");
  bus_.ar.ready = bus_.aw.ready = bus_.w.ready = true;
}

void TableMemory::sample(std::uint64_t clock) {
  if (bus_.r.fires()) bus_.r.valid = false;
  if (bus_.b.fires()) bus_.b.valid = false;
  if (bus_.ar.fires()) {
    reads_.push_back({.address = bus_.ar.payload, .ready = clock + latency_});
    if (bus_.ar.payload.id == kQueueReadId) {
      ++counters_.queue_reads;
    } else {
      ++counters_.reads;
      counters_.beats += bus_.ar.payload.len + 1U;
    }
  }
  if (bus_.aw.fires()) {
    if (bus_.aw.payload.len != 0) throw bench::ProtocolError("table port: write of many beats");
    write_addresses_.push_back(bus_.aw.payload);
  }
  if (bus_.w.fires()) write_data_.push_back(bus_.w.payload);
  if (!write_addresses_.empty() && !write_data_.empty()) {
    writes_.push_back({.address = write_addresses_.front(),
                       .data = write_data_.front(),
                       .ready = clock + latency_});
    write_addresses_.pop_front();
    write_data_.pop_front();
  }
}

void TableMemory::offer_read(std::uint64_t clock) {
  if (bus_.r.valid || reads_.empty() || reads_.front().ready > clock + 1) return;
  const bench::AddressBeat &burst = reads_.front().address;
  const std::uint64_t first = bench::beat_address(burst, beat_);
  bench::ReadBeat &beat = bus_.r.payload;
  const std::size_t lane = first % bench::kBeatBytes;
  const std::size_t bytes = std::size_t{1} << burst.size;
  const bool good = memory_.read(HostAddr(first), std::span(beat.data).subspan(lane, bytes));
  beat.resp = good ? bench::kRespOkay : bench::kRespSlave;
  beat.id = burst.id;
  beat.last = beat_ == burst.len;
  bus_.r.valid = true;
  ++beat_;
  if (beat.last) {
    beat_ = 0;
    reads_.pop_front();
  }
}

void TableMemory::perform(const Write &write) {
  const std::uint64_t base = write.address.address / bench::kBeatBytes * bench::kBeatBytes;
  for (unsigned lane = 0; lane < bench::kBeatBytes; ++lane) {
    if (((write.data.strobes >> lane) & 1) == 0) continue;
    memory_.write(HostAddr(base + lane), std::span(write.data.data).subspan(lane, 1));
  }
  ++counters_.writes;
}

void TableMemory::drive(std::uint64_t clock) {
  offer_read(clock);
  if (bus_.b.valid || writes_.empty() || writes_.front().ready > clock + 1) return;
  perform(writes_.front());
  bus_.b.payload = {.id = writes_.front().address.id, .resp = bench::kRespOkay};
  bus_.b.valid = true;
  writes_.pop_front();
}

}  // namespace dmar::perf
