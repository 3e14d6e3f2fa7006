// SPDX-License-Identifier: Apache-2.0
// Memory behind the table port with exact timing: of a read whose address is taken in clock t, the
// first beat is offered in clock t + latency, or after the beats of earlier reads; one beat a
// clock, in the order of the addresses. A write is performed, and answered, that long after its
// data was taken. Any number of bursts may be under way.
#ifndef DMAR_PERF_TABLE_MEMORY_HPP
#define DMAR_PERF_TABLE_MEMORY_HPP

#include <cstdint>
#include <deque>

#include "bench/axi.hpp"
#include "dmar/memory_bus.hpp"

namespace dmar::perf {

class TableMemory {
 public:
  struct Counters {
    std::uint64_t reads = 0;        // bursts of walks
    std::uint64_t beats = 0;        // of these
    std::uint64_t queue_reads = 0;  // bursts of the invalidation queue
    std::uint64_t writes = 0;
  };

  TableMemory(bench::AxiBus &bus, MemoryBus &memory, unsigned latency);

  // The pins as flip-flops see them at the end of `clock`; then the inputs for the next one.
  void sample(std::uint64_t clock);
  void drive(std::uint64_t clock);

  [[nodiscard]] const Counters &counters() const { return counters_; }
  [[nodiscard]] unsigned latency() const { return latency_; }

 private:
  struct Read {
    bench::AddressBeat address;
    std::uint64_t ready = 0;  // clock of the first beat
  };
  struct Write {
    bench::AddressBeat address;
    bench::WriteBeat data;
    std::uint64_t ready = 0;
  };

  void offer_read(std::uint64_t clock);
  void perform(const Write &write);

  bench::AxiBus &bus_;
  MemoryBus &memory_;
  unsigned latency_;
  std::deque<Read> reads_;
  unsigned beat_ = 0;  // of the first of them, the next one
  std::deque<bench::AddressBeat> write_addresses_;
  std::deque<bench::WriteBeat> write_data_;
  std::deque<Write> writes_;
  Counters counters_;
};

}  // namespace dmar::perf

#endif  // DMAR_PERF_TABLE_MEMORY_HPP
