// SPDX-License-Identifier: Apache-2.0
// Follows the fault recording registers (VT-d 7.2, 11.4.7): every record that software reads must
// be that of an observed fault, in order, and PFO must be set exactly when one was lost. Where a
// register access and a fault coincide, both orders are followed until a read tells them apart. So
// it is with faults of postings, whose moment cannot be seen, only a span of time that has it.
#ifndef DMAR_SCOREBOARD_FAULT_WATCH_HPP
#define DMAR_SCOREBOARD_FAULT_WATCH_HPP

#include <cstdint>
#include <deque>
#include <map>
#include <vector>

#include "dmar/config.hpp"
#include "dmar/types.hpp"
#include "golden/fault_record.hpp"
#include "memory/memory.hpp"

namespace dmar::bench {

// The recording registers as a value (the golden model of them lives in its register file).
struct FaultState {
  std::vector<golden::FaultRecord> records;
  unsigned next = 0;         // slot of the next record
  unsigned first = 0;        // FSTS.FRI
  bool overflow = false;     // FSTS.PFO
  bool remapping = false;    // GSTS.TES or IRES
  std::size_t postings = 0;  // of the faults of postings that may have come, those that have

  void record(const Config &config, const golden::FaultRecord &record);
  void clear(unsigned index);
  void set_remapping(bool on);
  [[nodiscard]] bool pending() const;  // FSTS.PPF

  friend bool operator==(const FaultState &, const FaultState &) = default;
};

class FaultWatch {
 public:
  using Time = Memory::Time;
  using Ticket = std::uint64_t;

  explicit FaultWatch(const Config &config);

  // A fault verdict, in the order of the verdicts. It counts once resolved.
  Ticket fault(const Request &request, FaultReason reason, Time cycle);
  // Whether it was to be recorded; both may be possible.
  void resolve(Ticket ticket, bool may_be_recorded, bool may_be_suppressed);

  // An interrupt that is posted from `cycle` on, in the order of the verdicts: it may yet fault.
  Ticket posting(Time cycle);
  // It did not.
  void posted(Ticket ticket);
  // It did, at some moment from `from` to `until`. Postings come one after the other.
  struct PostingFault {
    golden::FaultRecord record;
    Time from = 0;
    Time until = 0;
    bool may_be_recorded = true;
    bool may_be_suppressed = true;
  };
  void posting_fault(Ticket ticket, const PostingFault &fault);

  // Accesses of software that took effect at some moment from `begin` to `end`, in order. Reads of
  // 4 or 8 bytes of FSTS and of the records; of FSTS only PFO, PPF and (with PPF) FRI are looked
  // at. Mismatch (from here or from resolve) when no order of events explains the value.
  void read(std::uint32_t offset, unsigned bytes, std::uint64_t value, Time begin, Time end);
  void clear_record(unsigned index, Time begin, Time end);
  void clear_overflow(Time begin, Time end);
  void set_remapping(bool on, Time begin, Time end);

  // Accesses not yet compared because a fault before them is not resolved.
  [[nodiscard]] std::size_t waiting() const { return accesses_.size(); }
  [[nodiscard]] std::uint64_t records_read() const { return records_read_; }
  [[nodiscard]] std::size_t hypotheses() const { return states_.size(); }

 private:
  struct Fault {
    Ticket ticket;
    golden::FaultRecord record;
    Time cycle;
    bool resolved = false;
    bool may_be_recorded = true;
    bool may_be_suppressed = true;
  };
  enum class What { kRead, kClearRecord, kClearOverflow, kSetRemapping };
  struct Access {
    What what;
    std::uint32_t offset = 0;  // or the index of a record, or the new state
    unsigned bytes = 4;
    std::uint64_t value = 0;
    Time begin = 0;
    Time end = 0;
  };
  using States = std::vector<FaultState>;

  void add(const Access &access);
  void proceed();
  [[nodiscard]] bool known_until(Time end) const;
  void record(States &states, const golden::FaultRecord &record, bool may_be_recorded,
              bool may_be_suppressed) const;
  void catch_up(States &states, Time before, Time until) const;
  void forget_postings();
  void apply(States &states, const Fault &fault) const;
  void apply(States &states, const Access &access) const;
  void carry_out(const Access &access);
  [[nodiscard]] bool explains(const FaultState &state, const Access &access) const;

  Config config_;
  States states_;
  std::deque<Fault> faults_;
  std::map<Ticket, Time> open_postings_;      // verdicts of those that may yet fault
  std::vector<PostingFault> posting_faults_;  // that some state does not have yet, by `from`
  std::deque<Access> accesses_;
  Ticket next_ticket_ = 0;
  std::uint64_t records_read_ = 0;
};

}  // namespace dmar::bench

#endif  // DMAR_SCOREBOARD_FAULT_WATCH_HPP
