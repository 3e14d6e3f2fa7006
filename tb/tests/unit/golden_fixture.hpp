// SPDX-License-Identifier: Apache-2.0
// A golden unit on a memory, with the verbs of a driver, and matchers for verdicts.
#ifndef DMAR_TESTS_UNIT_GOLDEN_FIXTURE_HPP
#define DMAR_TESTS_UNIT_GOLDEN_FIXTURE_HPP

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <vector>

#include "dmar/registers.hpp"
#include "golden/fault_record.hpp"
#include "golden/unit.hpp"
#include "memory/memory.hpp"
#include "tables/table_builder.hpp"

namespace dmar::golden {

MATCHER_P(FaultsWith, reason, "") {
  const auto *fault = std::get_if<Fault>(&arg);
  return fault != nullptr && fault->reason == reason;
}

MATCHER_P(GoesTo, address, "") {
  const auto *translation = std::get_if<Translation>(&arg);
  return translation != nullptr && translation->address == HostAddr(address);
}

MATCHER_P(IsBlocked, cause, "") { return arg == Verdict{Blocked{cause}}; }

// One table read as the unit made it.
struct TableRead {
  std::uint64_t address;
  std::vector<std::uint64_t> words;

  friend bool operator==(const TableRead &, const TableRead &) = default;
};

// Memory that fails accesses nobody should make, and notes the others.
class WatchedBus : public MemoryBus {
 public:
  explicit WatchedBus(Memory &memory) : memory_(memory) {}
  bool read(HostAddr address, std::span<std::uint8_t> out) override {
    reads.push_back(address);
    return memory_.read(address, out);
  }
  bool write(HostAddr address, std::span<const std::uint8_t> bytes) override {
    return memory_.write(address, bytes);
  }

  std::vector<HostAddr> reads;

 private:
  Memory &memory_;
};

// A unit of configuration `config` with `tables` behind it. Nothing is enabled at first.
struct Machine {
  explicit Machine(const Config &config = {})
      : bus(memory), unit(config, bus), tables(memory, config) {}

  void write32(std::uint32_t offset, std::uint32_t value) { unit.write(offset, 4, value); }
  void write64(std::uint32_t offset, std::uint64_t value) { unit.write(offset, 8, value); }
  [[nodiscard]] std::uint32_t read32(std::uint32_t offset) const {
    return static_cast<std::uint32_t>(unit.read(offset, 4));
  }
  [[nodiscard]] std::uint64_t read64(std::uint32_t offset) const { return unit.read(offset, 8); }

  // The level bits of GCMD, plus `command`.
  void command(std::uint32_t command) {
    write32(reg::kGcmd, (read32(reg::kGsts) & 0x96FF'FFFF) | command);
  }
  void enable_translation() {
    write64(reg::kRtaddr, tables.root_table().raw());
    command(gcmd::kSrtp);
    command(gcmd::kTe);
  }
  [[nodiscard]] FaultRecord record(unsigned n) const {
    return {.lo = read64(reg::frcd(n)), .hi = read64(reg::frcd(n) + 8)};
  }
  void clear_record(unsigned n) { write32(reg::frcd(n) + 12, 0x8000'0000); }
  [[nodiscard]] std::uint32_t fault_status() const { return read32(reg::kFsts); }

  Memory memory;
  WatchedBus bus;
  Unit unit;
  TableBuilder tables;
};

}  // namespace dmar::golden

#endif  // DMAR_TESTS_UNIT_GOLDEN_FIXTURE_HPP
