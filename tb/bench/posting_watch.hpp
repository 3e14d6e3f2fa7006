// SPDX-License-Identifier: Apache-2.0
// How postings end, from the accesses that they make at m_tbl. They come one at a time, each a read
// of its descriptor and a write that may be refused because somebody else wrote.
#ifndef DMAR_BENCH_POSTING_WATCH_HPP
#define DMAR_BENCH_POSTING_WATCH_HPP

#include <optional>

#include "bench/axi.hpp"
#include "dmar/types.hpp"

namespace dmar::bench {

class PostingWatch {
 public:
  // The descriptor was read, `good` without an error and reserved. Gives the end of the posting
  // before it, if that made no write.
  std::optional<FaultReason> read(bool good) {
    const std::optional<FaultReason> before = unwritten();
    state_ = good ? State::kLooked : State::kFailed;
    return before;
  }

  // The descriptor was written. Gives the end of the posting, unless it looks again.
  std::optional<FaultReason> write(std::uint8_t resp) {
    state_ = State::kNone;
    if (resp == kRespOkay) return std::nullopt;
    return resp == kRespExclusive ? FaultReason::kNone : FaultReason::kPostedDescriptorAccess;
  }

  // The end of a posting that made no write after its last read; nullopt: there is none.
  std::optional<FaultReason> unwritten() {
    const State state = state_;
    state_ = State::kNone;
    if (state == State::kNone) return std::nullopt;
    return state == State::kLooked ? FaultReason::kPostedDescriptorReserved
                                   : FaultReason::kPostedDescriptorAccess;
  }

 private:
  enum class State { kNone, kLooked, kFailed };
  State state_ = State::kNone;
};

}  // namespace dmar::bench

#endif  // DMAR_BENCH_POSTING_WATCH_HPP
