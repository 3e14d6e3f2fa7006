// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "coverage/request_bins.hpp"

#include <vector>

namespace dmar::coverage {
namespace {

namespace irte = interrupt_entry;
using Reason = FaultReason;

template <class Value>
constexpr std::size_t number(Value value) {
  return static_cast<std::size_t>(value);
}

Place level_place(unsigned level) { return static_cast<Place>(number(Place::kLevel1) + level - 1); }

// An entry may have decided without having been read: its address was beyond the bus.
Place place_of(Reason reason, const golden::Verdict &verdict, const WalkProbe &probe) {
  switch (reason) {
    case Reason::kRootNotPresent:
    case Reason::kRootAccess:
    case Reason::kRootReserved:
      return Place::kRoot;
    case Reason::kContextNotPresent:
    case Reason::kContextAccess:
    case Reason::kContextReserved:
    case Reason::kTranslationTypeBlocked:
      return Place::kContext;
    default:
      break;
  }
  if (probe.level() != 0) return level_place(probe.level());
  if (probe.wide_reads() == 0) return Place::kNone;
  const bool interrupt =
      std::holds_alternative<golden::Interrupt>(verdict) ||
      (reason >= Reason::kInterruptRequestReserved && reason <= Reason::kInterruptSourceInvalid);
  return interrupt ? Place::kInterruptEntry : Place::kContext;
}

Leaf leaf_of(Reason reason, const WalkProbe &probe) {
  const bool counts = reason == Reason::kNone || reason == Reason::kWriteNotPermitted ||
                      reason == Reason::kReadNotPermitted ||
                      reason == Reason::kInterruptRangeOutput;
  return counts && probe.at_leaf() ? static_cast<Leaf>(probe.level()) : Leaf::kNone;
}

EntryOutcome outcome_of(const golden::Verdict &verdict) {
  const auto *fault = std::get_if<golden::Fault>(&verdict);
  if (std::holds_alternative<golden::Posting>(verdict)) return EntryOutcome::kPosted;
  if (fault == nullptr) return EntryOutcome::kRemapped;
  EntryOutcome outcome = EntryOutcome::kFault24;
  if (fault->reason == Reason::kInterruptEntryNotPresent) outcome = EntryOutcome::kFault22;
  if (fault->reason == Reason::kInterruptSourceInvalid) outcome = EntryOutcome::kFault26;
  return static_cast<EntryOutcome>(number(outcome) + (fault->suppressed ? 1 : 0));
}

EntryField choose(std::uint64_t set, EntryField clear_value, EntryField set_value) {
  return set != 0 ? set_value : clear_value;
}

EntryField plus(EntryField first, std::uint64_t offset) {
  return static_cast<EntryField>(number(first) + offset);
}

EntryField source_validation(std::uint64_t hi) {
  switch (irte::source_validation(hi)) {
    case irte::kAnySource:
      return EntryField::kSvt0;
    case irte::kSourceId:
      return plus(EntryField::kSvt1Sq0, irte::source_qualifier(hi));
    case irte::kBusRange:
      return EntryField::kSvt2;
    default:
      return EntryField::kSvt3;
  }
}

// Fields of the remapped format (IM = 0) that are looked at last.
void add_format(const WalkProbe::Entry &entry, bool extended_mode,
                std::vector<EntryField> &fields) {
  const auto [lo, hi] = entry;
  fields.push_back(choose(lo & irte::kLogical, EntryField::kDm0, EntryField::kDm1));
  fields.push_back(choose(lo & irte::kRedirectionHint, EntryField::kRh0, EntryField::kRh1));
  fields.push_back(choose(lo & irte::kLevel, EntryField::kTm0, EntryField::kTm1));
  fields.push_back(plus(EntryField::kDlm0, irte::delivery_mode(lo)));
  fields.push_back(extended_mode ? EntryField::kEime1 : EntryField::kEime0);
  const auto reserved = [&](std::uint64_t value, EntryField which) {
    if (value != 0) fields.push_back(which);
  };
  reserved(field(lo, 14, 12), EntryField::kReservedLow);
  reserved(field(lo, 31, 24), EntryField::kReservedMiddle);
  reserved(hi & irte::kReservedHi, EntryField::kReservedHighHalf);
  if (extended_mode) return;
  reserved(field(lo, 39, 32), EntryField::kReservedDstLow);
  reserved(field(lo, 63, 48), EntryField::kReservedDstHigh);
}

// The same of the posted format (IM = 1).
void add_posted_format(const WalkProbe::Entry &entry, const Config &config,
                       std::vector<EntryField> &fields) {
  const auto [lo, hi] = entry;
  fields.push_back(choose(lo & irte::kUrgent, EntryField::kUrgent0, EntryField::kUrgent1));
  const auto reserved = [&](std::uint64_t value, EntryField which) {
    if (value != 0) fields.push_back(which);
  };
  reserved(field(lo, 7, 2), EntryField::kPostedReservedLow);
  reserved(field(lo, 13, 12), EntryField::kPostedReservedMiddle);
  reserved(field(lo, 37, 24), EntryField::kPostedReservedHigh);
  reserved(field(hi, 31, 20), EntryField::kPostedReservedUpper);
  reserved(hi & bits(63, config.host_address_width), EntryField::kPostedReservedAddress);
}

}  // namespace

bool agrees(const golden::Verdict &verdict, const Completion &completion) {
  const bool blocked = completion.status == Completion::Status::kBlocked ||
                       completion.status == Completion::Status::kAborted;
  if (const auto *fault = std::get_if<golden::Fault>(&verdict)) {
    return blocked && completion.reason == fault->reason;
  }
  if (std::holds_alternative<golden::Blocked>(verdict)) return blocked;
  return !blocked;
}

bool is_entry_fault(const golden::Verdict &verdict) {
  const auto *fault = std::get_if<golden::Fault>(&verdict);
  return fault != nullptr && (fault->reason == Reason::kInterruptEntryNotPresent ||
                              fault->reason == Reason::kInterruptEntryReserved ||
                              fault->reason == Reason::kInterruptSourceInvalid);
}

// Requests that are blocked without a fault have no bins.
void count_request(Groups &groups, const Request &request, const golden::Verdict &verdict,
                   const WalkProbe &probe) {
  if (std::holds_alternative<golden::Blocked>(verdict)) return;
  // Of devices with TLBs and postings: device_groups.hpp.
  if (std::holds_alternative<golden::Posting>(verdict)) return;
  const auto *fault = std::get_if<golden::Fault>(&verdict);
  const Reason reason = fault == nullptr ? Reason::kNone : fault->reason;
  const bool of_all_types =
      request.at == AddressType::kUntranslated || reason == Reason::kTranslationTypeBlocked;
  if (!of_all_types) return;
  groups.requests.hit({reason_value(reason), number(request.kind),
                       number(place_of(reason, verdict, probe)), number(leaf_of(reason, probe))});
}

void count_interrupt_entry(Groups &groups, const Config &config, const WalkProbe::Entry &entry,
                           bool extended_mode, const golden::Verdict &verdict) {
  const auto [lo, hi] = entry;
  std::vector<EntryField> fields{
      choose(lo & irte::kFpd, EntryField::kFpd0, EntryField::kFpd1),
      choose(lo & irte::kPresent, EntryField::kNotPresent, EntryField::kPresent)};
  if ((lo & irte::kPresent) != 0) {
    fields.push_back(source_validation(hi));
    fields.push_back(choose(lo & irte::kPosted, EntryField::kIm0, EntryField::kIm1));
    if ((lo & irte::kPosted) == 0) {
      add_format(entry, extended_mode, fields);
    } else if (config.posted_interrupts) {
      add_posted_format(entry, config, fields);
    }
  }
  for (const EntryField one : fields) {
    groups.interrupt_entries.hit({number(one), number(outcome_of(verdict))});
  }
}

}  // namespace dmar::coverage
