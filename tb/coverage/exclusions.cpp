// SPDX-License-Identifier: Apache-2.0
// See the header. The rules follow from the order of checks in docs/architecture.md.
#include "coverage/exclusions.hpp"

#include "coverage/groups.hpp"
#include "coverage/reasons.hpp"
#include "dmar/registers.hpp"

namespace dmar::coverage {
namespace {

using Reason = FaultReason;

constexpr const char *kElsewhere = "this outcome is decided at another entry";
constexpr const char *kNoLeaf = "only a leaf has a page size, and level n one size";
constexpr const char *kNotEnough = "a translation ends at a leaf";
constexpr const char *kNoInterrupt = "only writes are interrupt requests";

Reason reason_of(std::size_t value) { return value == 0 ? Reason::kNone : kReasons[value - 1]; }

bool one_of(Place place, Place first, Place last) { return place >= first && place <= last; }

// The entries at which an outcome may be decided.
bool decided_at(Reason reason, Place place) {
  switch (reason) {
    case Reason::kNone:
      return place != Place::kRoot && !one_of(place, Place::kLevel4, Place::kLevel5);
    case Reason::kRootNotPresent:
    case Reason::kRootAccess:
    case Reason::kRootReserved:
      return place == Place::kRoot;
    case Reason::kContextNotPresent:
    case Reason::kContextAccess:
    case Reason::kContextReserved:
    case Reason::kTranslationTypeBlocked:
    case Reason::kAddressBeyondWidth:
      return place == Place::kContext;
    case Reason::kContextInvalid:  // also the top of the paging structure, which the entry names
      return place == Place::kContext || one_of(place, Place::kLevel3, Place::kLevel5);
    case Reason::kPagingEntryAccess:
      return one_of(place, Place::kLevel1, Place::kLevel4);
    case Reason::kWriteNotPermitted:
    case Reason::kReadNotPermitted:
    case Reason::kPagingEntryReserved:
      return one_of(place, Place::kLevel1, Place::kLevel5);
    // Not pass-through: its requests into the range are interrupts, without a device-TLB all of
    // them.
    case Reason::kInterruptRangeOutput:
      return one_of(place, Place::kLevel1, Place::kLevel3);
    case Reason::kInterruptEntryNotPresent:
    case Reason::kInterruptEntryAccess:
    case Reason::kInterruptEntryReserved:
    case Reason::kInterruptSourceInvalid:
      return place == Place::kInterruptEntry;
    default:
      return place == Place::kNone;
  }
}

bool has_leaf(Reason reason) {
  return reason == Reason::kNone || reason == Reason::kWriteNotPermitted ||
         reason == Reason::kReadNotPermitted || reason == Reason::kInterruptRangeOutput;
}

// Page sizes: `n` for level n, and none where an outcome does not come from a leaf.
std::string exclude_leaf(Reason reason, Place place, Leaf leaf) {
  const bool second_stage = one_of(place, Place::kLevel1, Place::kLevel5);
  if (leaf != Leaf::kNone) {
    const auto level = static_cast<unsigned>(place) - static_cast<unsigned>(Place::kLevel1) + 1;
    const bool fits = second_stage && level == static_cast<unsigned>(leaf);
    return has_leaf(reason) && fits ? "" : kNoLeaf;
  }
  const bool needs_leaf = reason == Reason::kNone || reason == Reason::kInterruptRangeOutput;
  return needs_leaf && second_stage ? kNotEnough : "";
}

std::string exclude_kind(Reason reason, AccessKind kind, Place place, Leaf leaf) {
  const bool interrupt =
      reason >= Reason::kInterruptRequestReserved && reason <= Reason::kInterruptSourceInvalid;
  if ((interrupt || place == Place::kInterruptEntry) && kind != AccessKind::kWrite) {
    return kNoInterrupt;
  }
  const bool writes = kind == AccessKind::kWrite || kind == AccessKind::kAtomic;
  if (reason == Reason::kWriteNotPermitted && !writes) return "needs no write permission";
  if (reason == Reason::kReadNotPermitted && kind == AccessKind::kWrite) {
    return "needs no read permission";
  }
  if (reason == Reason::kReadNotPermitted && kind == AccessKind::kAtomic && leaf == Leaf::kNone) {
    return "an atomic without any permission reports 05h";
  }
  if (reason == Reason::kInterruptRequestInvalid && kind == AccessKind::kZeroLengthRead) {
    return "a zero-length read of the interrupt range completes";
  }
  return "";
}

bool granularity_exists(InvalidationForm form, Granularity granularity) {
  switch (form) {
    case InvalidationForm::kContextRegister:
    case InvalidationForm::kContextQueue:
      return granularity <= Granularity::kDevice;
    case InvalidationForm::kIotlbRegister:
    case InvalidationForm::kIotlbQueue:
      return granularity <= Granularity::kPageLeafOnly && granularity != Granularity::kDevice;
    case InvalidationForm::kInterruptQueue:
      return granularity == Granularity::kGlobal || granularity == Granularity::kIndex;
  }
  return false;
}

bool hidden(EntryOutcome outcome) {
  return outcome == EntryOutcome::kFault22Hidden || outcome == EntryOutcome::kFault24Hidden ||
         outcome == EntryOutcome::kFault26Hidden;
}

bool not_present(EntryOutcome outcome) {
  return outcome == EntryOutcome::kFault22 || outcome == EntryOutcome::kFault22Hidden;
}

bool wrong_source(EntryOutcome outcome) {
  return outcome == EntryOutcome::kFault26 || outcome == EntryOutcome::kFault26Hidden;
}

// Values that are reserved, whatever the rest of the entry says.
bool reserved_value(EntryField field) {
  const auto delivery = static_cast<unsigned>(field) - static_cast<unsigned>(EntryField::kDlm0);
  const bool urgent = field == EntryField::kUrgent0 || field == EntryField::kUrgent1;
  return delivery == 0b011 || delivery == 0b110 || field == EntryField::kSvt3 ||
         (field >= EntryField::kReservedLow && !urgent);
}

// The formats in which a field exists.
bool in_remapped_format(EntryField field) {
  return field < EntryField::kUrgent0 && field != EntryField::kIm1;
}

bool in_posted_format(EntryField field) {
  return field >= EntryField::kUrgent0 || field < EntryField::kDm0 ||
         (field >= EntryField::kSvt0 && field <= EntryField::kIm1 && field != EntryField::kIm0);
}

bool delivered(EntryOutcome outcome) {
  return outcome == EntryOutcome::kRemapped || outcome == EntryOutcome::kPosted;
}

}  // namespace

std::string exclude_request(const Bin &bin) {
  const Reason reason = reason_of(bin[0]);
  const auto kind = static_cast<AccessKind>(bin[1]);
  const auto place = static_cast<Place>(bin[2]);
  const auto leaf = static_cast<Leaf>(bin[3]);
  if (!decided_at(reason, place)) return kElsewhere;
  if (const std::string why = exclude_leaf(reason, place, leaf); !why.empty()) return why;
  return exclude_kind(reason, kind, place, leaf);
}

std::string exclude_invalidation(const Bin &bin) {
  const auto granularity = static_cast<Granularity>(bin[1]);
  if (!granularity_exists(static_cast<InvalidationForm>(bin[0]), granularity)) {
    return "this form has no such granularity";
  }
  const bool missed = static_cast<CacheState>(bin[2]) == CacheState::kNotCovered;
  if (granularity == Granularity::kGlobal && missed) return "a global one covers everything";
  return "";
}

std::string exclude_queue_error(const Bin &bin) {
  const bool alignment = bin[0] + 1 == static_cast<std::size_t>(QueueError::kTailAlignment);
  return alignment && bin[1] == 0 ? "no tail is misaligned to 16 bytes" : "";
}

std::string exclude_interrupt_entry(const Bin &bin) {
  const auto field = static_cast<EntryField>(bin[0]);
  const auto outcome = static_cast<EntryOutcome>(bin[1]);
  if (field == EntryField::kFpd0 && hidden(outcome)) return "FPD=0 hides nothing";
  if (field == EntryField::kFpd1 && !delivered(outcome) && !hidden(outcome)) {
    return "FPD=1 hides every fault of the entry";
  }
  if (field == EntryField::kFpd0 || field == EntryField::kFpd1) return "";
  if (field == EntryField::kNotPresent) return not_present(outcome) ? "" : "P=0 is 22h";
  if (not_present(outcome)) return "with P=0 nothing else is looked at";
  if (field == EntryField::kSvt0 && wrong_source(outcome)) return "SVT=00 verifies nothing";
  if (field == EntryField::kSvt3 && wrong_source(outcome)) return "SVT=11 is 24h";
  if (reserved_value(field) && delivered(outcome)) return "a reserved value is 24h";
  const bool other = (outcome == EntryOutcome::kRemapped && !in_remapped_format(field)) ||
                     (outcome == EntryOutcome::kPosted && !in_posted_format(field));
  return other ? "a field of the other format" : "";
}

}  // namespace dmar::coverage
