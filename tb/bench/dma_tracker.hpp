// SPDX-License-Identifier: Apache-2.0
// Joins what is seen of one device request at three places (its answer, its verdict on the monitor
// port, its access behind the unit) and checks that the three agree.
#ifndef DMAR_BENCH_DMA_TRACKER_HPP
#define DMAR_BENCH_DMA_TRACKER_HPP

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "bench/axi_manager.hpp"
#include "bench/axi_memory.hpp"
#include "bench/posting_watch.hpp"
#include "dmar/types.hpp"

namespace dmar::bench {

enum class VerdictKind : std::uint8_t {
  kForward = 0,    // released to memory
  kInterrupt = 1,  // released as an interrupt message
  kComplete = 2,   // answered by the unit itself: zero-length read, translation request
  kFault = 3,      // blocked, a fault condition
  kBlock = 4,      // blocked without a fault condition
  kPost = 5,       // an interrupt that is posted to its descriptor, or faults there
};

// One pulse of the monitor port.
struct VerdictEvent {
  SourceId source_id;
  Iova address;
  AddressType at = AddressType::kUntranslated;
  AccessKind kind = AccessKind::kRead;
  VerdictKind verdict = VerdictKind::kForward;
  FaultReason reason = FaultReason::kNone;
  bool hit = false;
  std::uint64_t cycle = 0;
};

// The last access that a posting made to its descriptor.
struct PostingAccess {
  HostAddr descriptor;
  std::uint64_t cycle = 0;  // when memory was read or written
};

// A finished request and its times, in cycles.
struct Outcome {
  Completion completion;
  VerdictEvent verdict;
  std::uint64_t submitted_cycle = 0;
  std::uint64_t offered_cycle = 0;   // address valid at the device port for the first time
  std::uint64_t accepted_cycle = 0;  // address handshake at the device port
  std::uint64_t done_cycle = 0;      // last answer
  std::vector<BeatData> beats = {};  // of a read, as they came, all bytes
  std::optional<PostingAccess> posting = std::nullopt;  // of an interrupt that is posted

  // From when on the unit may have looked for the answer. A port with a single slot may look while
  // it still holds the address at its input, and take it with the verdict or later.
  [[nodiscard]] std::uint64_t begun_cycle() const {
    const bool held = offered_cycle != 0 && verdict.cycle <= accepted_cycle + 1;
    return held ? offered_cycle : accepted_cycle;
  }
};

// All functions throw ProtocolError when the observations contradict each other.
class DmaTracker {
 public:
  void add(BurstHandle handle, const Request &request, const AddressBeat &burst,
           std::uint64_t cycle);

  // Belongs to the oldest request like it that has no verdict yet.
  void note_verdict(const VerdictEvent &event);

  // An access at the memory side: it must be a request that may still be released, with the same
  // AXI ID, source id, shape and page offset. An interrupt message keeps no address of its request.
  void note_access(const AxiAccess &access);

  // An access of a posting at m_tbl. Postings follow the order of their requests.
  void note_posting(const AxiAccess &access);

  // Removes the request. Its verdict must be known.
  Outcome finish(BurstHandle handle, const AxiResult &result);

  // No request is outstanding any more: the unit and its devices were reset.
  void forget() {
    flights_.clear();
    postings_ = {};
  }

  [[nodiscard]] bool judged(BurstHandle handle) const {
    return flights_.at(handle).verdict.has_value();
  }
  // Some request has no verdict yet, or is being posted.
  [[nodiscard]] bool waiting() const;
  [[nodiscard]] const Request &request(BurstHandle handle) const {
    return flights_.at(handle).request;
  }
  [[nodiscard]] bool empty() const { return flights_.empty(); }

 private:
  struct Flight {
    Request request;
    AddressBeat burst;
    std::uint64_t submitted_cycle = 0;
    std::optional<VerdictEvent> verdict = std::nullopt;
    std::optional<AxiAccess> access = std::nullopt;
    std::optional<FaultReason> posted = std::nullopt;  // how its posting ended; kNone: well
    std::optional<PostingAccess> posting = std::nullopt;
  };

  bool bind(const AxiAccess &access, BurstHandle after);
  [[nodiscard]] Flight &posting();
  void end_posting(std::optional<FaultReason> end);
  void check_verdict(BurstHandle handle, Flight &flight, const AxiResult &result);

  PostingWatch postings_;
  std::map<BurstHandle, Flight> flights_;  // oldest first
};

}  // namespace dmar::bench

#endif  // DMAR_BENCH_DMA_TRACKER_HPP
