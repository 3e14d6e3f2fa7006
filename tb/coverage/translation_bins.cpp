// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "coverage/translation_bins.hpp"

#include <optional>

#include "coverage/groups.hpp"
#include "coverage/request_bins.hpp"
#include "dmar/ats.hpp"
#include "dmar/structures.hpp"
#include "golden/little_endian.hpp"

namespace dmar::coverage {
namespace {

using Status = Completion::Status;

template <class Value>
constexpr std::size_t number(Value value) {
  return static_cast<std::size_t>(value);
}

template <class End>
std::size_t fault_value(FaultReason reason) {
  return number(End::kFirstFault) + reason_value(reason) - 1;
}

bool same_refusal(const golden::Fault &fault, const Completion &completion) {
  const bool aborts = fault.refusal == golden::Refusal::kCompleterAbort;
  return completion.status == (aborts ? Status::kAborted : Status::kBlocked) &&
         completion.reason == fault.reason;
}

bool same_entry(const golden::TranslationCompletion &expected, const Completion &completion) {
  return completion.status == Status::kOkay &&
         completion.data.size() == sizeof(expected.entry.raw) &&
         golden::from_little_endian<std::uint64_t>(completion.data) == expected.entry.raw;
}

// Of a success. Without R and W: why.
TranslationEnd end_of(TranslationEntry entry, const Request &request, const WalkProbe &probe) {
  const bool read = entry.has(TranslationEntry::kRead);
  const bool write = entry.has(TranslationEntry::kWrite);
  if (entry.has(TranslationEntry::kUntranslated)) return TranslationEnd::kUntranslated;
  if (read) return write ? TranslationEnd::kReadWrite : TranslationEnd::kRead;
  if (write) return TranslationEnd::kWrite;
  if (probe.level() != 0) return TranslationEnd::kNotGranted;  // a table entry was looked at
  return in_interrupt_range(request.address.raw()) ? TranslationEnd::kNoInterrupt
                                                   : TranslationEnd::kBeyondWidth;
}

}  // namespace

void count_translation_request(DeviceGroups &groups, const Config &config, bool translating,
                               const Request &request, const golden::Verdict &verdict,
                               const Completion &completion, const WalkProbe &probe) {
  const std::size_t no_write = config.no_write_flag && request.no_write ? 1 : 0;
  const std::size_t page = probe.at_leaf() ? probe.level() : 0;
  if (const auto *answer = std::get_if<golden::TranslationCompletion>(&verdict)) {
    if (!same_entry(*answer, completion)) return;
    const TranslationEnd end = end_of(answer->entry, request, probe);
    const bool grants = end <= TranslationEnd::kReadWrite;
    groups.translation_requests.hit(
        {number(end), no_write, grants ? page : 0,
         grants && answer->entry.has(TranslationEntry::kNoSnoop) ? 1U : 0U});
  } else if (const auto *fault = std::get_if<golden::Fault>(&verdict)) {
    if (!same_refusal(*fault, completion)) return;
    const bool at_page = fault->reason == FaultReason::kInterruptRangeOutput;
    groups.translation_requests.hit(
        {fault_value<TranslationEnd>(fault->reason), 0, at_page ? page : 0, 0});
  } else if (!translating && completion.status == Status::kBlocked) {
    groups.translation_requests.hit({number(TranslationEnd::kNoTranslation), 0, 0, 0});
  }
}

void count_translated_request(DeviceGroups &groups, const Request &request,
                              const golden::Verdict &verdict, const Completion &completion) {
  std::optional<std::size_t> end;
  if (const auto *fault = std::get_if<golden::Fault>(&verdict)) {
    if (same_refusal(*fault, completion)) end = fault_value<TranslatedEnd>(fault->reason);
  } else if (!agrees(verdict, completion)) {
    return;
  } else if (const auto *blocked = std::get_if<golden::Blocked>(&verdict)) {
    const bool memory = blocked->cause == golden::Blocked::Cause::kProtectedMemory;
    end = number(memory          ? TranslatedEnd::kProtected
                 : request.pasid ? TranslatedEnd::kWithPasid
                                 : TranslatedEnd::kNoTranslation);
  } else {
    end = number(TranslatedEnd::kForwarded);
  }
  if (end) groups.translated_requests.hit({*end, number(request.kind)});
}

}  // namespace dmar::coverage
