// SPDX-License-Identifier: Apache-2.0
// Devices that issue random requests, many at once, and hand every outcome to the checkers.
#ifndef DMAR_FUZZ_TRAFFIC_HPP
#define DMAR_FUZZ_TRAFFIC_HPP

#include <cstdint>
#include <map>
#include <optional>
#include <tuple>
#include <vector>

#include "bench/random.hpp"
#include "bench/rtl_iommu.hpp"
#include "dmar/ats.hpp"
#include "fuzz/fuzz_case.hpp"
#include "fuzz/world.hpp"
#include "scoreboard/access_ledger.hpp"
#include "scoreboard/fault_watch.hpp"
#include "scoreboard/scoreboard.hpp"

namespace dmar::bench {

class Traffic {
 public:
  struct Checkers {
    Scoreboard &scoreboard;
    AccessLedger &ledger;
    FaultWatch &faults;
  };

  Traffic(RtlIommu &unit, World &world, Checkers checkers, const FuzzCase &one);

  // Before each cycle: maybe a new request.
  void issue();
  // After each cycle: verdicts and finished requests. Mismatch when one is not legal.
  void collect();

  // No new requests until start().
  void stop() { stopped_ = true; }
  void start() { stopped_ = false; }
  [[nodiscard]] bool idle() const { return flights_.empty(); }
  [[nodiscard]] std::uint64_t issued() const { return issued_; }

  [[nodiscard]] Request random_request();
  [[nodiscard]] Request interrupt_request();
  // A translation request, or a translated one to where an earlier answer led, or to anywhere.
  [[nodiscard]] Request ats_request();
  // Submits this request as well.
  void submit(const Request &request);
  // The number of answers that were legal for the last request that finished.
  [[nodiscard]] std::size_t last_legal() const { return last_legal_; }

 private:
  // The unit's monitor port tells requests apart by these.
  using Key = std::tuple<SourceId, Iova, AccessKind>;
  struct Flight {
    RtlIommu::Handle handle;
    Request request;
    std::vector<std::uint8_t> data;
    std::uint8_t id;
    std::optional<FaultWatch::Ticket> fault = std::nullopt;  // or of its posting, which may fault
  };

  void note_verdicts();
  void finish(Flight &flight, const Outcome &outcome);
  void finish_posting(Flight &flight, const Outcome &outcome, const Scoreboard::Checked &checked);

  RtlIommu &unit_;
  World &world_;
  Checkers checkers_;
  FeatureSet features_;
  Random random_;
  std::map<Key, Flight> flights_;
  bool stopped_ = false;
  unsigned limit_ = 8;       // requests in flight
  unsigned chance_ = 30;     // of a new one in a cycle, percent
  unsigned interrupts_ = 3;  // of requests to the interrupt range, percent
  std::uint64_t mood_ends_ = 0;
  std::uint64_t issued_ = 0;
  std::size_t last_legal_ = 0;
  std::optional<Request> last_;
  std::optional<TranslationEntry> learned_;  // the last entry that granted something
};

}  // namespace dmar::bench

#endif  // DMAR_FUZZ_TRAFFIC_HPP
