// SPDX-License-Identifier: Apache-2.0
// What reached memory behind the unit, with the data that belonged there at that moment, kept until
// the request that caused it is known.
#ifndef DMAR_SCOREBOARD_ACCESS_LEDGER_HPP
#define DMAR_SCOREBOARD_ACCESS_LEDGER_HPP

#include <cstdint>
#include <list>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "bench/axi_memory.hpp"
#include "bench/dma_tracker.hpp"
#include "dmar/types.hpp"
#include "memory/memory.hpp"

namespace dmar::bench {

// One burst behind the unit.
struct DmaAccess {
  AddressBeat beat;
  bool write = false;
  bool error = false;  // answered with SLVERR
  Memory::Time performed = 0;
  std::vector<WriteRun> written = {};     // of a write
  std::vector<std::uint8_t> memory = {};  // of a read: what memory held, from the first byte on
};

class AccessLedger {
 public:
  // Follows every write to `memory`, which nobody has written yet and which outlives the ledger.
  explicit AccessLedger(Memory &memory);
  ~AccessLedger();
  AccessLedger(const AccessLedger &) = delete;
  AccessLedger &operator=(const AccessLedger &) = delete;

  // Once each cycle: the bursts that memory performed in it.
  void end_cycle(std::span<const AxiAccess> accesses);

  // Takes the oldest burst of this source, AXI ID and direction that went to `address`.
  std::optional<DmaAccess> claim(const Request &request, std::uint8_t id, std::uint64_t address);
  // Bursts nobody has claimed.
  [[nodiscard]] std::size_t unclaimed() const { return accesses_.size(); }

 private:
  void catch_up();

  Memory &memory_;
  Memory before_;  // memory as reads of the running cycle see it, where it was written
  std::size_t observer_;
  std::vector<std::pair<HostAddr, std::vector<std::uint8_t>>> written_;
  std::list<DmaAccess> accesses_;
};

// What is wrong with an access, given that its address is legal: nothing may reach memory without
// permission; a write must bring exactly the bytes of the device, a read those of memory; an error
// of memory must reach the device. Empty when all is well.
std::string access_error(const Request &request, std::span<const std::uint8_t> data,
                         const Outcome &outcome, const DmaAccess *access);

}  // namespace dmar::bench

#endif  // DMAR_SCOREBOARD_ACCESS_LEDGER_HPP
