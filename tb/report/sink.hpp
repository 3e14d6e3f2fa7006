// SPDX-License-Identifier: Apache-2.0
// What is seen of a unit while it works, as events with the cycles in which they happened, and who
// wants to know them.
#ifndef DMAR_REPORT_SINK_HPP
#define DMAR_REPORT_SINK_HPP

#include <cstdint>
#include <optional>
#include <string>

#include "dmar/types.hpp"
#include "golden/descriptor.hpp"
#include "golden/fault_record.hpp"
#include "golden/translate.hpp"

namespace dmar::report {

// A device request that has its answer. Cycles never run backwards, also over resets of the unit.
struct RequestSeen {
  enum class Result : std::uint8_t { kDone, kBlocked, kMemoryError };
  Request request = {};
  bool interrupt = false;  // it is, or was meant as, an interrupt message
  bool hit = false;        // answered without waiting for a walk
  Result result = Result::kDone;
  FaultReason reason = FaultReason::kNone;
  std::optional<DomainId> domain = {};  // through whose tables it went
  std::uint64_t submitted = 0;
  std::uint64_t begun = 0;   // the unit may have looked at it from here on
  std::uint64_t judged = 0;  // its verdict
  std::uint64_t done = 0;    // its last answer

  // Times and `hit` are left to others.
  static RequestSeen made_of(const Request &request, const Completion &completion,
                             const golden::Verdict &verdict);
  // Of a unit without a clock, at this moment of whatever counts as its time.
  static RequestSeen untimed(const Request &request, const Completion &completion,
                             const golden::Verdict &verdict, std::uint64_t moment);

  [[nodiscard]] std::uint32_t bytes_moved() const {
    const bool moved = result == Result::kDone && !interrupt &&
                       (request.kind == AccessKind::kRead || request.kind == AccessKind::kWrite);
    return moved ? request.bytes : 0;
  }
};

// A burst that the unit read for itself, tables or its invalidation queue.
struct TableReadSeen {
  bool queue = false;
  unsigned id = 0;  // AXI ID: the walk that reads
  HostAddr address = {};
  unsigned bytes = 0;
  std::uint64_t from = 0;
  std::uint64_t to = 0;
};

// An invalidation, from the moment when the unit fetched it (or was told by a register) until
// software could see that it is done.
struct InvalidationSeen {
  golden::Invalidation what = golden::InterruptInvalidation{};
  bool queued = false;      // by a descriptor, not by a register
  bool by_status = false;   // seen by the status write of a wait descriptor; else at rest
  std::uint64_t given = 0;  // software wrote the register that started it
  std::uint64_t from = 0;   // fetched
  std::uint64_t to = 0;
};

// A request that the unit blocked with a fault condition.
struct FaultSeen {
  golden::FaultRecord record = {};
  Request request = {};
  std::uint64_t cycle = 0;
  std::string where = {};      // "trace.gz:12", or empty
  std::string explained = {};  // how the tables were walked at that moment; empty: not asked for
};

// Something that the unit sent by itself.
struct MessageSeen {
  enum class Kind : std::uint8_t { kStatusWrite, kEvent };
  Kind kind = Kind::kStatusWrite;
  Message message = {};
  std::uint64_t cycle = 0;
};

class Sink {
 public:
  virtual ~Sink() = default;

  // `unit`: number of the unit, from 0.
  virtual void request(unsigned unit, const RequestSeen &seen) = 0;
  virtual void table_read(unsigned unit, const TableReadSeen &seen) = 0;
  virtual void invalidation(unsigned unit, const InvalidationSeen &seen) = 0;
  virtual void fault(unsigned unit, const FaultSeen &seen) = 0;
  virtual void message(unsigned unit, const MessageSeen &seen) = 0;
  // A stretch of time or a moment that software has given a name.
  virtual void mark(unsigned unit, std::uint64_t cycle, const std::string &name) = 0;

  // Whether the explanation of this fault is worth making; it takes a walk and some text.
  [[nodiscard]] virtual bool wants_explanation(unsigned unit, const FaultSeen &seen) const {
    static_cast<void>(unit);
    static_cast<void>(seen);
    return false;
  }
};

}  // namespace dmar::report

#endif  // DMAR_REPORT_SINK_HPP
