// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "scoreboard/access_ledger.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "bench/dma_burst.hpp"
#include "dmar/pattern.hpp"

namespace dmar::bench {

AccessLedger::AccessLedger(Memory &memory)
    : memory_(memory),
      observer_(
          memory.observe_writes([this](HostAddr address, std::span<const std::uint8_t> bytes) {
            written_.emplace_back(address, std::vector<std::uint8_t>(bytes.begin(), bytes.end()));
          })) {}

AccessLedger::~AccessLedger() { memory_.stop_observing(observer_); }

void AccessLedger::catch_up() {
  for (const auto &[address, bytes] : written_) before_.store(address, bytes);
  written_.clear();
}

// Memory performs the reads of a cycle before its writes, so reads are served from the state
// without them.
void AccessLedger::end_cycle(std::span<const AxiAccess> accesses) {
  for (const AxiAccess &one : accesses) {
    DmaAccess access{.beat = one.address,
                     .write = one.write,
                     .error = one.error,
                     .performed = one.perform_cycle,
                     .written = one.runs};
    if (!one.write) {
      access.memory.resize(burst_end(one.address) - one.address.address);
      before_.load(HostAddr(one.address.address), access.memory);
    }
    accesses_.push_back(std::move(access));
  }
  catch_up();
}

std::optional<DmaAccess> AccessLedger::claim(const Request &request, std::uint8_t id,
                                             std::uint64_t address) {
  const auto found = std::ranges::find_if(accesses_, [&](const DmaAccess &access) {
    return access.beat.id == id && access.write == is_write(request.kind) &&
           (access.beat.user & 0xFFFF) == request.source_id.raw() && access.beat.address == address;
  });
  if (found == accesses_.end()) return std::nullopt;
  std::optional<DmaAccess> access = std::move(*found);
  accesses_.erase(found);
  return access;
}

namespace {

// The bytes of a message are part of its answer; here only their place and number count.
std::string message_error(const DmaAccess &access) {
  const bool dword = access.written.size() == 1 && access.written[0].bytes.size() == 4 &&
                     access.written[0].address == access.beat.address;
  return dword ? "" : "an interrupt message is not one DWORD at its address";
}

std::string write_error(const Request &request, std::span<const std::uint8_t> data,
                        const DmaAccess &access) {
  const std::vector<std::uint8_t> expected =
      data.empty() ? pattern(request) : std::vector<std::uint8_t>(data.begin(), data.end());
  if (access.written.size() != 1) return "a write changed memory in several places, or nowhere";
  const WriteRun &run = access.written.front();
  if (run.address != access.beat.address || run.bytes.size() != request.bytes) {
    return fmt::format("a write of {} bytes changed {} bytes at {:#x}", request.bytes,
                       run.bytes.size(), run.address);
  }
  if (run.bytes != expected) return "a write brought other data than the device gave";
  return {};
}

std::string read_error(const Request &request, const Outcome &outcome, const DmaAccess &access) {
  if (request.kind == AccessKind::kZeroLengthRead || access.error) return {};
  const std::vector<std::uint8_t> &got = outcome.completion.data;
  if (got.size() != request.bytes || access.memory.size() < got.size()) {
    return fmt::format("a read of {} bytes returned {}", request.bytes, got.size());
  }
  if (!std::equal(got.begin(), got.end(), access.memory.begin())) {
    return "a read returned other data than memory held";
  }
  return {};
}

}  // namespace

std::string access_error(const Request &request, std::span<const std::uint8_t> data,
                         const Outcome &outcome, const DmaAccess *access) {
  const VerdictKind verdict = outcome.verdict.verdict;
  const bool released = verdict == VerdictKind::kForward || verdict == VerdictKind::kInterrupt;
  if (!released) {
    if (access != nullptr) return "memory was accessed without permission";
    const Completion::Status status = outcome.completion.status;
    const bool refused =
        status == Completion::Status::kBlocked || status == Completion::Status::kAborted;
    const bool expected = verdict == VerdictKind::kPost
                              ? outcome.completion.reason != FaultReason::kNone
                              : verdict != VerdictKind::kComplete;
    if (refused != expected) {
      return "verdict and answer to the device disagree";
    }
    const bool entry = !refused && request.at == AddressType::kTranslationRequest;
    if (entry != !outcome.completion.data.empty()) {
      return "a completion entry without a translation request, or the other way round";
    }
    return {};
  }
  if (access == nullptr) return "released, but memory was not accessed";
  const Completion::Status expected =
      access->error ? Completion::Status::kMemoryError : Completion::Status::kOkay;
  if (outcome.completion.status != expected) return "the device was not told what memory said";
  if (verdict == VerdictKind::kInterrupt) return message_error(*access);
  return access->write ? write_error(request, data, *access)
                       : read_error(request, outcome, *access);
}

}  // namespace dmar::bench
