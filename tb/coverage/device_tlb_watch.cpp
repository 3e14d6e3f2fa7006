// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "coverage/device_tlb_watch.hpp"

#include <algorithm>

#include "dmar/registers.hpp"

namespace dmar::coverage {
namespace {

constexpr std::uint64_t kGlobal = 1;  // of the payload

template <class Value>
constexpr std::size_t number(Value value) {
  return static_cast<std::size_t>(value);
}

Region region_of(const InvalidateRequest &request) {
  constexpr std::uint64_t k4K = 4096;
  constexpr std::uint64_t k2M = 2ULL << 20;
  const std::uint64_t bytes = request.bytes();
  if (bytes == 0) return Region::kEverything;
  if (bytes == k4K) return Region::kPage;
  return bytes <= k2M ? Region::kUpTo2M : Region::kLarger;
}

CompletionCount count_value(unsigned count) {
  if (count == 1) return CompletionCount::kOne;
  return count == 8 ? CompletionCount::kEight : CompletionCount::kSeveral;
}

}  // namespace

Outstanding DeviceTlbWatch::outstanding_beside(SourceId source_id) const {
  Outstanding outstanding = Outstanding::kNone;
  for (const Tag &tag : tags_) {
    if (!tag.used) continue;
    if (tag.source_id == source_id) return Outstanding::kOfThisDevice;
    outstanding = Outstanding::kOfOthers;
  }
  return outstanding;
}

std::optional<unsigned> DeviceTlbWatch::golden_tag_of(const InvalidateRequest &request) {
  if (asked_.empty()) return std::nullopt;
  const InvalidateRequest asked = asked_.front();
  if (asked.source_id != request.source_id || asked.payload != request.payload) return std::nullopt;
  asked_.pop_front();
  return asked.itag;
}

void DeviceTlbWatch::sent(const InvalidateRequest &request, std::uint64_t cycle) {
  expire(cycle);
  Tag &tag = tags_.at(request.itag);
  if (tag.used) give_up(tag);
  const auto outstanding = number(outstanding_beside(request.source_id));
  groups_.device_tlb_messages.hit(
      {number(region_of(request)), (request.payload & kGlobal) != 0 ? 1U : 0U, outstanding});
  groups_.device_tlb_tags.hit({outstanding, number(tag.past)});
  tag = {.used = true,
         .source_id = request.source_id,
         .golden = golden_tag_of(request),
         .sent = cycle,
         .past = tag.past};
}

// The device did not answer in time.
void DeviceTlbWatch::give_up(Tag &tag) {
  const std::optional<unsigned> golden = tag.golden;
  tag = {.past = TagPast::kTimedOut};
  if (!golden) return;
  error(DeviceError::kTimeOut);
  unit_.time_out_device_tlb(golden);
  follow(Release::kTimeOut);
}

void DeviceTlbWatch::expire(std::uint64_t cycle) {
  const auto late = [&](const Tag &tag) { return tag.used && cycle >= tag.sent + time_out_; };
  while (time_out_ != 0) {
    Tag *oldest = nullptr;
    for (Tag &tag : tags_) {
      if (late(tag) && (oldest == nullptr || tag.sent < oldest->sent)) oldest = &tag;
    }
    if (oldest == nullptr) return;
    give_up(*oldest);
  }
}

// Counts the completion for one tag that it names.
CompletedTag DeviceTlbWatch::judge(Tag &tag, const InvalidateCompletion &completion) {
  if (!tag.used) {
    return tag.past == TagPast::kTimedOut ? CompletedTag::kTimedOut : CompletedTag::kFree;
  }
  if (tag.source_id != completion.source_id) return CompletedTag::kOfOther;
  const bool first = tag.count == 0;
  if (first) tag.count = completion.count;
  if (++tag.come < completion.count) return first ? CompletedTag::kFirst : CompletedTag::kLater;
  tag.used = false;
  tag.past = TagPast::kAnswered;
  return CompletedTag::kLast;
}

// So that the golden unit hears of a completion that names what is not outstanding.
std::optional<unsigned> DeviceTlbWatch::unused_golden_tag() const {
  for (unsigned n = 0; n < tags_.size(); ++n) {
    const bool sent =
        std::ranges::any_of(tags_, [&](const Tag &tag) { return tag.used && tag.golden == n; });
    const bool asked = std::ranges::any_of(
        asked_, [&](const InvalidateRequest &request) { return request.itag == n; });
    if (!sent && !asked) return n;
  }
  return std::nullopt;
}

void DeviceTlbWatch::completed(const InvalidateCompletion &completion, std::uint64_t cycle) {
  expire(cycle);
  const bool translating = unit_.control().translation_enabled;
  const bool several = (completion.itags & (completion.itags - 1)) != 0;
  InvalidateCompletion heard = completion;
  heard.itags = 0;
  bool wrong = false;
  for (unsigned n = 0; n < tags_.size(); ++n) {
    if (((completion.itags >> n) & 1) == 0) continue;
    Tag &tag = tags_.at(n);
    std::optional<unsigned> golden = tag.golden;
    const unsigned said = tag.used && tag.count != 0 ? tag.count : completion.count;
    const CompletedTag end = translating ? judge(tag, completion) : CompletedTag::kNoTranslation;
    groups_.device_tlb_completions.hit({number(end), number(count_value(said)), several ? 1U : 0U});
    const bool unknown = end == CompletedTag::kFree || end == CompletedTag::kTimedOut;
    if (unknown) golden = unused_golden_tag();
    wrong = wrong || unknown || end == CompletedTag::kOfOther;
    if (golden) heard.itags |= 1U << *golden;
  }
  if (wrong) error(DeviceError::kCompletion);
  unit_.complete_invalidation(heard);
  follow(Release::kAnswer);
}

// An error that is about to be reported.
void DeviceTlbWatch::error(DeviceError error) {
  const auto status = static_cast<std::uint32_t>(unit_.read(reg::kFsts, 4));
  const std::size_t before =
      ((status & fsts::kIce) != 0 ? 1U : 0U) + ((status & fsts::kIte) != 0 ? 2U : 0U);
  Held held = Held::kNothing;
  if (holding_) held = holding_->hold == Hold::kWait ? Held::kWait : Held::kMessage;
  groups_.device_tlb_errors.hit({number(error), number(held), before});
}

void DeviceTlbWatch::before_write(std::uint32_t cleared, std::uint64_t cycle) {
  expire(cycle);
  const std::uint64_t pending = unit_.read(reg::kFsts, 4) & cleared & (fsts::kIce | fsts::kIte);
  if (pending == 0) return;
  const Cleared what = pending == fsts::kIce   ? Cleared::kCompletion
                       : pending == fsts::kIte ? Cleared::kTimeOut
                                               : Cleared::kBoth;
  const bool left = unit_.read(reg::kIqh, 8) != unit_.read(reg::kIqt, 8);
  groups_.device_tlb_recoveries.hit({number(what), left ? 1U : 0U});
}

std::optional<DeviceTlbWatch::Holding> DeviceTlbWatch::holding() const {
  const auto &held = unit_.held_descriptor();
  if (!held) return std::nullopt;
  const unsigned outstanding = unit_.device_tlbs().outstanding();
  const bool all = outstanding == golden::DeviceTlbs::kTags;
  Hold hold = all ? Hold::kTags : Hold::kLimit;
  if (std::holds_alternative<golden::InvalidationWait>(*held)) hold = Hold::kWait;
  const Amount amount = all ? Amount::kAll : outstanding == 1 ? Amount::kOne : Amount::kSome;
  return Holding{.hold = hold, .amount = amount, .head = unit_.read(reg::kIqh, 8)};
}

// After the golden unit has done something. `release`: what ended what it held before.
void DeviceTlbWatch::follow(Release release) {
  for (const InvalidateRequest &request : unit_.take_invalidate_requests()) {
    asked_.push_back(request);
  }
  const std::optional<Holding> now = holding();
  if (holding_ && now && holding_->head == now->head) return;
  if (holding_) {
    groups_.device_tlb_holds.hit(
        {number(holding_->hold), number(holding_->amount), number(release)});
  }
  holding_ = now;
}

void DeviceTlbWatch::reset() {
  tags_ = {};
  asked_.clear();
  holding_.reset();
}

}  // namespace dmar::coverage
