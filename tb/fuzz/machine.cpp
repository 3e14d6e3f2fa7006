// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "fuzz/machine.hpp"

#include <fmt/format.h>

#include "dmar/registers.hpp"
#include "scoreboard/mismatch.hpp"

namespace dmar::bench {
namespace {

constexpr std::uint64_t kBound = 2'000'000;

MemoryTiming random_timing(Random &random) {
  const auto low = static_cast<unsigned>(1 + random.below(random.percent(85) ? 12 : 50));
  const auto spread = static_cast<unsigned>(random.below(random.percent(75) ? 20 : 150));
  return {.min_latency = low,
          .max_latency = low + (random.percent(30) ? 0 : spread),
          .reorder = random.percent(60),
          .stall_percent = random.percent(50) ? 0 : static_cast<unsigned>(random.below(40))};
}

RtlOptions random_options(const FuzzCase &one) {
  Random random(one.seed, 40);
  RtlOptions options{.seed = one.seed};
  if (!one.features.has(Feature::kSlowMemory)) return options;
  options.dma_memory = random_timing(random);
  options.table_memory = random_timing(random);
  options.device_stall_percent = random.percent(50) ? 0 : static_cast<unsigned>(random.below(40));
  options.host_stall_percent = static_cast<unsigned>(random.below(20));
  options.message_stall_percent = random.percent(50) ? 0 : static_cast<unsigned>(random.below(60));
  return options;
}

}  // namespace

// History starts when the tables of the beginning are there, so that they count as old.
Machine::Machine(const FuzzCase &one, const std::optional<WaveWindow> &wave)
    : case_(one),
      wave_(wave),
      unit_(make_rtl(one.model, random_options(one))),
      stalls_(*unit_, one.seed, one.features.has(Feature::kSlowMemory)),
      ledger_(unit_->memory()),
      scoreboard_(unit_->config(), unit_->memory()),
      faults_(unit_->config()),
      oracle_(unit_->config(), unit_->memory(), scoreboard_),
      device_answers_(*unit_, oracle_, one),
      world_(unit_->memory(), unit_->config(), one),
      traffic_(*unit_, world_, {scoreboard_, ledger_, faults_}, one) {
  memory().record_history(true);
}

void Machine::tick() {
  if (wave_ && cycle() >= wave_->from) {
    unit_->start_wave(wave_->file);
    wave_.reset();
  }
  stalls_.tick();
  traffic_.issue();
  unit_->step();
  for (const StatusWrite &write : unit_->take_status_writes()) {
    oracle_.note_status_write(write);
    ++status_writes_;
  }
  device_answers_.tick();
  ledger_.end_cycle(unit_->take_dma_accesses());
  traffic_.collect();
}

void Machine::tick_until(const std::function<bool()> &done, const char *what) {
  const std::uint64_t start = cycle();
  while (!done()) {
    if (cycle() - start > kBound) {
      throw HangError(fmt::format("{} did not end within {} cycles", what, kBound));
    }
    tick();
  }
}

void Machine::watch_fault_registers(std::uint32_t offset, unsigned bytes, std::uint64_t value,
                                    std::uint64_t begin) {
  const bool record = offset >= reg::kFrcd && offset < reg::frcd(config().fault_records);
  if (record || offset == reg::kFsts) faults_.read(offset, bytes, value, begin, cycle());
}

std::uint64_t Machine::read(std::uint32_t offset, unsigned bytes) {
  const std::uint64_t begin = cycle();
  unit_->start_read(offset, bytes);
  tick_until([this] { return !unit_->register_busy(); }, "register read");
  const std::uint64_t value = unit_->register_result();
  watch_fault_registers(offset, bytes, value, begin);
  return value;
}

void Machine::write(std::uint32_t offset, unsigned bytes, std::uint64_t value) {
  const std::uint64_t fetched = oracle_.expected(reg::kIqh, 8);
  oracle_.write(offset, bytes, value, cycle());
  if (case_.sabotage && offset == reg::kIqt) {
    lose_invalidations(fetched, oracle_.expected(reg::kIqh, 8));
  }
  unit_->start_write(offset, bytes, value);
  tick_until([this] { return !unit_->register_busy(); }, "register write");
}

// Makes nothing of the IOTLB invalidations that the oracle has just heard of.
void Machine::lose_invalidations(std::uint64_t first, std::uint64_t last) {
  constexpr std::uint64_t kIotlbType = 2;
  constexpr std::uint64_t kWaitType = 5;  // and without any flag, nothing happens
  const std::uint64_t queue = oracle_.expected(reg::kIqa, 8);
  const unsigned bytes = (queue & iqa::kDw) != 0 ? 32 : 16;
  for (std::uint64_t slot = first; slot != last; slot = (slot + bytes) % iqa::queue_bytes(queue)) {
    const HostAddr address((queue & iqa::kBase) + slot);
    if ((memory().read64(address) & 0xF) != kIotlbType) continue;
    memory().write64(address, kWaitType);
    memory().write64(HostAddr(address.raw() + 8), 0);
  }
}

std::uint64_t Machine::expect_register(std::uint32_t offset, unsigned bytes, std::uint64_t mask) {
  const std::uint64_t value = read(offset, bytes);
  const std::uint64_t expected = oracle_.expected(offset, bytes);
  if (((value ^ expected) & mask) != 0) {
    throw Mismatch(
        fmt::format("register {:#x} ({} bytes) read {:#x} up to cycle {}; expected {:#x}", offset,
                    bytes, value, cycle(), expected));
  }
  return value;
}

}  // namespace dmar::bench
