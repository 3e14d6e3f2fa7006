// SPDX-License-Identifier: Apache-2.0
#include "bench/dma_tracker.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "bench/dma_burst.hpp"

namespace dmar::bench {
namespace {

constexpr std::uint64_t kInterruptPage = 0xFEE;  // address bits 39:20 of an interrupt message
constexpr unsigned kInterruptBytes = 4;
constexpr std::uint8_t kInterruptSize = 2;  // log2 of them

bool released(VerdictKind verdict) {
  return verdict == VerdictKind::kForward || verdict == VerdictKind::kInterrupt;
}

bool has_user_bit(const AxiAccess &access, unsigned bit) {
  return ((access.address.user >> bit) & 1) != 0;
}

bool asks_for_translation(const Request &request) {
  return request.at == AddressType::kTranslationRequest;
}

std::string describe(const Request &request) {
  return fmt::format("request {:04x} kind {} at {:#x}, {} bytes", request.source_id.raw(),
                     static_cast<unsigned>(request.kind), request.address.raw(), request.bytes);
}

std::string describe(const AxiAccess &access) {
  return fmt::format("m_dma {} at {:#x} (ID {}, source {:04x})", access.write ? "write" : "read",
                     access.address.address, access.address.id, access.address.user & 0xFFFF);
}

// The unit changes the page of a burst and nothing else, except for an interrupt, whose address and
// data it makes anew, in a beat of their size.
bool same_shape(const Request &request, const AddressBeat &burst, const AxiAccess &access) {
  return is_write(request.kind) == access.write && burst.id == access.address.id &&
         burst.len == access.address.len &&
         request.source_id.raw() == (access.address.user & 0xFFFF) &&
         (has_user_bit(access, dma_user::kInterrupt) ||
          (burst.size == access.address.size &&
           burst.address % kPageBytes == access.address.address % kPageBytes));
}

// What lies in the interrupt range is a message, and no DMA.
void check_interrupt_marking(const AxiAccess &access) {
  const bool message = has_user_bit(access, dma_user::kInterrupt);
  // A wide destination stands above bit 40 of the address of a message.
  const std::uint64_t low =
      message ? access.address.address & 0xFF'FFFF'FFFF : access.address.address;
  const bool in_range = low >> 20 == kInterruptPage;
  if (message != in_range) {
    throw ProtocolError(describe(access) + (message ? ": marked as interrupt, other address"
                                                    : ": interrupt range, not marked"));
  }
  const bool dword =
      access.write && access.runs.size() == 1 && access.runs[0].bytes.size() == kInterruptBytes;
  if (message && (!dword || access.runs[0].address != access.address.address ||
                  access.address.size != kInterruptSize)) {
    throw ProtocolError(describe(access) + ": an interrupt message is one DWORD write");
  }
}

// The unit alone answers a translation request; an error that is not DECERR is its abort.
Completion::Status status_of(const Request &request, const AxiResult &result) {
  const auto &responses = result.responses;
  if (std::ranges::count(responses, kRespDecode) != 0) return Completion::Status::kBlocked;
  if (std::ranges::count(responses, kRespSlave) != 0) {
    return asks_for_translation(request) ? Completion::Status::kAborted
                                         : Completion::Status::kMemoryError;
  }
  return Completion::Status::kOkay;
}

void describe_access(const AxiAccess &access, Completion &completion) {
  completion.snoop = has_user_bit(access, dma_user::kSnoop);
  if (!has_user_bit(access, dma_user::kInterrupt)) {
    completion.address = HostAddr(access.address.address);
    return;
  }
  Message message{.address = access.address.address, .data = 0};
  for (unsigned k = kInterruptBytes; k-- > 0;) {
    message.data = (message.data << 8) | access.runs[0].bytes[k];
  }
  completion.interrupt = message;
}

}  // namespace

void DmaTracker::add(BurstHandle handle, const Request &request, const AddressBeat &burst,
                     std::uint64_t cycle) {
  flights_.emplace(handle, Flight{.request = request, .burst = burst, .submitted_cycle = cycle});
}

void DmaTracker::note_verdict(const VerdictEvent &event) {
  for (auto &[handle, flight] : flights_) {
    const Request &request = flight.request;
    if (flight.verdict || request.source_id != event.source_id || request.at != event.at ||
        request.kind != event.kind || request.address != event.address) {
      continue;
    }
    flight.verdict = event;
    return;
  }
  throw ProtocolError(
      fmt::format("monitor: verdict for source {:04x} kind {} at {:#x}, which no "
                  "outstanding request asked for",
                  event.source_id.raw(), static_cast<unsigned>(event.kind), event.address.raw()));
}

bool DmaTracker::waiting() const {
  return std::ranges::any_of(flights_, [](const auto &entry) {
    const auto &verdict = entry.second.verdict;
    return !verdict || verdict->verdict == VerdictKind::kPost;
  });
}

// The oldest request that is being posted.
DmaTracker::Flight &DmaTracker::posting() {
  for (auto &[handle, flight] : flights_) {
    if (!flight.verdict || flight.verdict->verdict != VerdictKind::kPost || flight.posted) continue;
    return flight;
  }
  throw ProtocolError("m_tbl: a posting that no outstanding request asked for");
}

void DmaTracker::end_posting(std::optional<FaultReason> end) {
  if (end) posting().posted = end;
}

void DmaTracker::note_posting(const AxiAccess &access) {
  const std::uint8_t resp = access.exclusive ? kRespExclusive
                            : access.error   ? kRespSlave
                                             : kRespOkay;
  if (!access.write) end_posting(postings_.read(access.exclusive));
  posting().posting = {.descriptor = HostAddr(access.address.address),
                       .cycle = access.perform_cycle};
  if (access.write) end_posting(postings_.write(resp));
}

// Gives `access` to the oldest request younger than `after` that it can belong to.
bool DmaTracker::bind(const AxiAccess &access, BurstHandle after) {
  for (auto it = flights_.upper_bound(after); it != flights_.end(); ++it) {
    Flight &flight = it->second;
    if (flight.access || (flight.verdict && !released(flight.verdict->verdict))) continue;
    if (asks_for_translation(flight.request)) continue;
    if (!same_shape(flight.request, flight.burst, access)) continue;
    // Messages have nothing of their request in them, but the verdict is always there first.
    const bool message = has_user_bit(access, dma_user::kInterrupt);
    if (message && (!flight.verdict || flight.verdict->verdict != VerdictKind::kInterrupt))
      continue;
    flight.access = access;
    return true;
  }
  return false;
}

void DmaTracker::note_access(const AxiAccess &access) {
  check_interrupt_marking(access);
  if (!bind(access, 0)) {
    throw ProtocolError(describe(access) + ": no outstanding request may cause it");
  }
}

void DmaTracker::check_verdict(BurstHandle handle, Flight &flight, const AxiResult &result) {
  const VerdictKind verdict = flight.verdict->verdict;
  auto denied = static_cast<std::size_t>(std::ranges::count(result.responses, kRespDecode));
  if (asks_for_translation(flight.request)) {
    denied += static_cast<std::size_t>(std::ranges::count(result.responses, kRespSlave));
  }
  if (denied != 0 && denied != result.responses.size()) {
    throw ProtocolError(describe(flight.request) + ": DECERR on some beats only");
  }
  if (verdict == VerdictKind::kPost && !flight.posted) {
    end_posting(postings_.unwritten());
    if (!flight.posted) throw ProtocolError(describe(flight.request) + ": answered, not posted");
  }
  const bool blocked = verdict == VerdictKind::kFault || verdict == VerdictKind::kBlock ||
                       flight.posted.value_or(FaultReason::kNone) != FaultReason::kNone;
  if (blocked != (denied != 0)) {
    throw ProtocolError(describe(flight.request) + (blocked
                                                        ? ": blocked, but answered without DECERR"
                                                        : ": allowed, but answered with DECERR"));
  }
  if (!released(verdict) && flight.access) {
    // The access may be that of an equal, younger request with the same ID.
    const AxiAccess access = *std::exchange(flight.access, std::nullopt);
    if (!bind(access, handle)) {
      throw ProtocolError(describe(flight.request) +
                          ": not released, but memory was accessed: " + describe(access));
    }
  }
  if (released(verdict) && !flight.access) {
    throw ProtocolError(describe(flight.request) + ": released, but memory was not accessed");
  }
  if (flight.access &&
      has_user_bit(*flight.access, dma_user::kInterrupt) != (verdict == VerdictKind::kInterrupt)) {
    throw ProtocolError(describe(flight.request) + ": verdict and interrupt marking disagree");
  }
}

Outcome DmaTracker::finish(BurstHandle handle, const AxiResult &result) {
  Flight &flight = flights_.at(handle);
  if (!flight.verdict) throw ProtocolError(describe(flight.request) + ": answered, no verdict");
  check_verdict(handle, flight, result);
  Outcome outcome{.completion = {},
                  .verdict = *flight.verdict,
                  .submitted_cycle = flight.submitted_cycle,
                  .offered_cycle = result.offered_cycle,
                  .accepted_cycle = result.accepted_cycle,
                  .done_cycle = result.done_cycle,
                  .beats = result.data,
                  .posting = flight.posting};
  Completion &completion = outcome.completion;
  completion.status = status_of(flight.request, result);
  completion.reason = flight.posted.value_or(flight.verdict->reason);
  if (flight.access) describe_access(*flight.access, completion);
  if (completion.status == Completion::Status::kOkay && !result.data.empty()) {
    completion.data = gather(flight.request, flight.burst, result.data);
  }
  flights_.erase(handle);
  return outcome;
}

}  // namespace dmar::bench
