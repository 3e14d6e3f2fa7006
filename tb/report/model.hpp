// SPDX-License-Identifier: Apache-2.0
// Everything that a report shows of what units did, in memory that does not grow with the run.
#ifndef DMAR_REPORT_MODEL_HPP
#define DMAR_REPORT_MODEL_HPP

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "report/fault_log.hpp"
#include "report/histogram.hpp"
#include "report/owners.hpp"
#include "report/series.hpp"
#include "report/sink.hpp"

namespace dmar::report {

// Cycles from a request to its last answer, apart by how it was translated.
struct Latencies {
  LogHistogram hits;
  LogHistogram walks;
  LogHistogram interrupts;
};

struct FunctionRecord {
  Series series = {};  // invalidations: of the domain that it had
  Latencies latencies = {};
  std::uint64_t reads = 0;
  std::uint64_t writes = 0;
  std::uint64_t blocked = 0;
  std::uint64_t interrupts_blocked = 0;
  std::set<std::uint16_t> domains = {};      // that its requests reached
  std::optional<std::uint16_t> domain = {};  // the last of them
};

struct DomainRecord {
  Series series = {};
  std::set<std::uint16_t> sources = {};
};

struct Mark {
  std::uint64_t cycle = 0;
  std::string name = {};
};

struct WallClock {
  std::uint64_t cycle = 0;
  double seconds = 0;
};

struct UnitRecord {
  Series series = {};
  std::map<std::uint16_t, FunctionRecord> functions = {};  // by source id
  std::map<std::uint16_t, DomainRecord> domains = {};
  std::uint64_t others = 0;  // requests of functions beyond the bound
  Latencies added = {};      // cycles from where the unit may look at a request to its verdict
  LogHistogram invalidations = {};  // cycles from the fetch until software could see the end
  LogHistogram table_reads = {};    // cycles from an address to its last data
  std::uint64_t queue_reads = 0;
  std::uint64_t global_invalidations = 0;
  std::uint64_t status_writes = 0;
  std::uint64_t events = 0;
  FaultLog faults = {};
  std::vector<Mark> marks = {};
  std::uint64_t marks_left_out = 0;
  std::vector<WallClock> wall = {};
  std::optional<Owners> owners = {};  // when most functions had memory, the last time
};

class Model : public Sink {
 public:
  static constexpr std::size_t kMostFunctions = 128;
  static constexpr std::size_t kMostDomains = 128;
  static constexpr std::size_t kMostMarks = 100;
  static constexpr std::size_t kMostWall = 1024;

  // `seconds`: of wall clock since the start; null: there is no sense in them.
  explicit Model(std::function<double()> seconds = nullptr) : seconds_(std::move(seconds)) {}

  void request(unsigned unit, const RequestSeen &seen) override;
  void table_read(unsigned unit, const TableReadSeen &seen) override;
  void invalidation(unsigned unit, const InvalidationSeen &seen) override;
  void fault(unsigned unit, const FaultSeen &seen) override;
  void message(unsigned unit, const MessageSeen &seen) override;
  void mark(unsigned unit, std::uint64_t cycle, const std::string &name) override;
  [[nodiscard]] bool wants_explanation(unsigned unit, const FaultSeen &seen) const override;

  // Kept when it shows as much as the one before.
  void owners(unsigned unit, Owners owners);

  [[nodiscard]] const std::vector<UnitRecord> &units() const { return units_; }

 private:
  UnitRecord &unit_at(unsigned unit);
  void note_wall_clock(UnitRecord &unit, std::uint64_t cycle);

  std::function<double()> seconds_;
  std::vector<UnitRecord> units_;
};

}  // namespace dmar::report

#endif  // DMAR_REPORT_MODEL_HPP
