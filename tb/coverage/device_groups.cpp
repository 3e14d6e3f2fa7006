// SPDX-License-Identifier: Apache-2.0
// Axes and rules. The rules follow from docs/architecture.md.
#include "coverage/device_groups.hpp"

#include <fmt/format.h>

#include "coverage/reasons.hpp"
#include "dmar/types.hpp"

namespace dmar::coverage {
namespace {

using Reason = FaultReason;

std::vector<std::string> with_reasons(std::vector<std::string> names) {
  for (const FaultReason reason : kReasons) {
    names.push_back(fmt::format("{:02X}h", static_cast<unsigned>(reason)));
  }
  return names;
}

template <class End>
bool is_fault(std::size_t end) {
  return end >= static_cast<std::size_t>(End::kFirstFault);
}

template <class End>
Reason reason_of(std::size_t end) {
  return is_fault<End>(end) ? kReasons[end - static_cast<std::size_t>(End::kFirstFault)]
                            : Reason::kNone;
}

bool is_of_interrupts(Reason reason) {
  return reason >= Reason::kInterruptRequestReserved && reason <= Reason::kInterruptRequestInvalid;
}

std::string exclude_translation_reason(Reason reason) {
  if (is_of_interrupts(reason)) return "no interrupt request";
  if (reason == Reason::kAddressBeyondWidth || reason == Reason::kWriteNotPermitted ||
      reason == Reason::kReadNotPermitted) {
    return "a success that grants nothing";
  }
  return "";
}

std::string exclude_translation(const Bin &bin) {
  const auto end = static_cast<TranslationEnd>(bin[0]);
  const Reason reason = reason_of<TranslationEnd>(bin[0]);
  const bool no_write = bin[1] != 0;
  const bool grants = end <= TranslationEnd::kReadWrite;
  if (const std::string why = exclude_translation_reason(reason); !why.empty()) return why;
  if (end >= TranslationEnd::kNoTranslation && no_write) return "NW counts for successes";
  const bool needs_page = grants || reason == Reason::kInterruptRangeOutput;
  if (needs_page != (bin[2] != 0)) return "a page for what a leaf decides";
  if (!grants && bin[3] != 0) return "N of an entry that grants nothing means nothing";
  const bool writes = end == TranslationEnd::kWrite || end == TranslationEnd::kReadWrite ||
                      end == TranslationEnd::kUntranslated;
  if (writes && no_write) return "W is withheld with NW=1";
  if (end == TranslationEnd::kNoInterrupt && !no_write) return "the range grants W with NW=0";
  return "";
}

std::string exclude_translated(const Bin &bin) {
  const Reason reason = reason_of<TranslatedEnd>(bin[0]);
  if (is_of_interrupts(reason)) return "no interrupt request";
  switch (reason) {
    case Reason::kWriteNotPermitted:
    case Reason::kReadNotPermitted:
    case Reason::kPagingEntryAccess:
    case Reason::kPagingEntryReserved:
      return "no page is looked up";
    case Reason::kPasidInLegacyMode:
      return "with a PASID it is blocked before that";
    default:
      return "";
  }
}

std::string exclude_message(const Bin &bin) {
  return bin[1] != 0 ? "Global belongs to the descriptors with a PASID" : "";
}

std::string exclude_completion(const Bin &bin) {
  const auto tag = static_cast<CompletedTag>(bin[0]);
  const bool of_several = tag == CompletedTag::kFirst || tag == CompletedTag::kLater;
  const bool one = static_cast<CompletionCount>(bin[1]) == CompletionCount::kOne;
  return of_several && one ? "a count of 1 is the last one" : "";
}

std::string exclude_hold(const Bin &bin) {
  const auto hold = static_cast<Hold>(bin[0]);
  const bool all = static_cast<Amount>(bin[1]) == Amount::kAll;
  if (hold == Hold::kTags && !all) return "a tag is free";
  return hold == Hold::kLimit && all ? "then no tag is free" : "";
}

std::string exclude_error(const Bin &bin) {
  const auto before = static_cast<ErrorsBefore>(bin[2]);
  const bool timed_out = before == ErrorsBefore::kTimeOut || before == ErrorsBefore::kBoth;
  const bool wait = static_cast<Held>(bin[1]) == Held::kWait;
  return timed_out && wait ? "a time-out ends the wait, and no other is fetched" : "";
}

std::string exclude_update(const Bin &bin) {
  const bool notifies = bin[0] == 0 && (bin[1] == 0 || bin[2] != 0);
  return notifies == (bin[4] != 0) ? "" : "ON, SN and URG decide";
}

std::string exclude_posting_end(const Bin &bin) {
  const auto end = static_cast<PostingEnd>(bin[0]);
  const bool destination =
      end == PostingEnd::kReservedDstLow || end == PostingEnd::kReservedDstHigh;
  return destination && bin[2] != 0 ? "all of NDST counts with 32-bit ids" : "";
}

std::string exclude_nothing(const Bin &) { return ""; }

const Axis kHeld{"held", {"nothing held", "wait held", "message held"}};

}  // namespace

DeviceGroups::DeviceGroups()
    : translation_requests(
          "translation_requests", "Answer to a translation request x NW x page size x N",
          {{"answer", with_reasons({"R", "W", "R W", "nothing: width", "nothing: tables",
                                    "W U: interrupts", "nothing: interrupts", "UR: TES=0"})},
           {"NW", {"NW=0", "NW=1"}},
           {"page", {"no page", "4K", "2M", "1G"}},
           {"N", {"N=0", "N=1"}}},
          exclude_translation),
      translated_requests(
          "translated_requests", "What became of a translated request x request kind",
          {{"outcome", with_reasons({"forwarded", "protected memory", "UR: PASID", "UR: TES=0"})},
           {"kind", {"read", "write", "atomic", "zero-length read"}}},
          exclude_translated),
      device_tlb_messages("device_tlb_messages",
                          "Invalidation of a device TLB: region x G x what is outstanding",
                          {{"region", {"4K", "8K to 2M", "larger", "everything"}},
                           {"G", {"G=0", "G=1"}},
                           {"outstanding", {"none", "others", "this device"}}},
                          exclude_message),
      device_tlb_tags("device_tlb_tags", "ITag: what is outstanding x how it was used before",
                      {{"outstanding", {"none", "others", "this device"}},
                       {"past", {"new", "answered", "timed out"}}},
                      exclude_nothing),
      device_tlb_completions(
          "device_tlb_completions", "Tag of a completion x count x other tags in it",
          {{"tag",
            {"first", "later", "last", "free", "timed out", "other device", "dropped: TES=0"}},
           {"count", {"1", "2 to 7", "8"}},
           {"tags", {"one tag", "several tags"}}},
          exclude_completion),
      device_tlb_holds("device_tlb_holds", "What the queue holds back x outstanding x its end",
                       {{"held", {"wait", "limit of the device", "no tag"}},
                        {"outstanding", {"1", "2 to 31", "32"}},
                        {"end", {"answers", "time-out"}}},
                       exclude_hold),
      device_tlb_errors("device_tlb_errors", "Error x descriptor held x errors that stand",
                        {{"error", {"ICE", "ITE"}},
                         kHeld,
                         {"before", {"no error", "after ICE", "after ITE", "after both"}}},
                        exclude_error),
      device_tlb_recoveries("device_tlb_recoveries", "Errors cleared x descriptors left",
                            {{"cleared", {"ICE", "ITE", "ICE and ITE"}},
                             {"left", {"queue empty", "descriptors left"}}},
                            exclude_nothing),
      posted_updates("posted_updates", "Posted descriptor: ON x SN x URG x attempts x notification",
                     {{"ON", {"ON=0", "ON=1"}},
                      {"SN", {"SN=0", "SN=1"}},
                      {"URG", {"URG=0", "URG=1"}},
                      {"attempts", {"at once", "second attempt", "later"}},
                      {"notification", {"silent", "notified"}}},
                     exclude_update),
      posting_ends("posting_ends", "End of a posting x FPD x width of APIC ids",
                   {{"end",
                     {"posted", "27h read", "27h no monitor", "27h write", "28h 15:2", "28h 31:24",
                      "28h 39:32", "28h 63:48", "28h q5", "28h q6", "28h q7"}},
                    {"FPD", {"FPD=0", "FPD=1"}},
                    {"ids", {"8-bit ids", "32-bit ids"}}},
                   exclude_posting_end),
      notifications("notifications", "Destination of a notification x URG",
                    {{"NDST", {"8 bits", "32 bits, below 256", "32 bits, above"}},
                     {"URG", {"URG=0", "URG=1"}}},
                    exclude_nothing) {}

}  // namespace dmar::coverage
