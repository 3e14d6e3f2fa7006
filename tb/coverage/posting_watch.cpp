// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "coverage/posting_watch.hpp"

#include <algorithm>
#include <utility>

#include "dmar/structures.hpp"

namespace dmar::coverage {
namespace {

namespace pid = posted_descriptor;

template <class Value>
constexpr std::size_t number(Value value) {
  return static_cast<std::size_t>(value);
}

// The first of the reserved fields that is set; nullopt: none.
std::optional<PostingEnd> reserved_in(const golden::PostedDescriptorWords &words, bool extended) {
  const std::uint64_t control = words[pid::kControlWord];
  if ((control & bits(15, 2)) != 0) return PostingEnd::kReservedLow;
  if ((control & bits(31, 24)) != 0) return PostingEnd::kReservedMiddle;
  if (!extended && (control & bits(39, 32)) != 0) return PostingEnd::kReservedDstLow;
  if (!extended && (control & bits(63, 48)) != 0) return PostingEnd::kReservedDstHigh;
  if (words[5] != 0) return PostingEnd::kReservedWord5;
  if (words[6] != 0) return PostingEnd::kReservedWord6;
  if (words[7] != 0) return PostingEnd::kReservedWord7;
  return std::nullopt;
}

Destination destination_of(std::uint64_t control, bool extended) {
  if (!extended) return Destination::kByte;
  return pid::destination(control, true) < 256 ? Destination::kByteOf32 : Destination::kWide;
}

}  // namespace

void PostingWatch::finish() {
  if (current_) ended_.push_back(*std::exchange(current_, std::nullopt));
}

void PostingWatch::read(HostAddr address, const golden::PostedDescriptorWords &words,
                        DescriptorAnswer answer) {
  const bool again = current_ && current_->refused && current_->address == address;
  const unsigned attempts = again ? current_->attempts + 1 : 1;
  if (!again) finish();
  current_ = Attempt{.address = address, .words = words, .attempts = attempts};
  if (answer == DescriptorAnswer::kError) current_->end = PostingEnd::kReadError;
  if (answer == DescriptorAnswer::kOkay) current_->end = PostingEnd::kNoMonitor;
}

void PostingWatch::written(bool sets_outstanding, DescriptorAnswer answer) {
  if (!current_) return;
  current_->notifies = sets_outstanding;
  current_->refused = answer == DescriptorAnswer::kOkay;
  if (current_->refused) return;
  current_->end =
      answer == DescriptorAnswer::kExclusive ? PostingEnd::kPosted : PostingEnd::kWriteError;
  finish();
}

std::optional<PostingWatch::Attempt> PostingWatch::take(HostAddr address) {
  auto found = std::ranges::find(ended_, address, &Attempt::address);
  if (found == ended_.end() && current_ && current_->address == address) {
    finish();
    found = ended_.end() - 1;
  }
  if (found == ended_.end()) return std::nullopt;
  const Attempt attempt = *found;
  ended_.erase(found);
  return attempt;
}

void PostingWatch::answered(DeviceGroups &groups, const golden::Posting &posting,
                            const Completion &completion) {
  const auto attempt = take(posting.descriptor);
  if (!attempt) return;
  PostingEnd end = attempt->end;
  if (end == PostingEnd::kReservedLow) {
    const auto reserved = reserved_in(attempt->words, posting.extended);
    if (!reserved) return;
    end = *reserved;
  }
  const bool posted = end == PostingEnd::kPosted;
  if (posted != (completion.status == Completion::Status::kOkay)) return;
  const auto value = [](bool set) -> std::size_t { return set ? 1 : 0; };
  groups.posting_ends.hit(
      {number(end), value(posting.fault_processing_disable), value(posting.extended)});
  if (!posted) return;
  const std::uint64_t control = attempt->words[pid::kControlWord];
  groups.posted_updates.hit({value((control & pid::kOutstanding) != 0),
                             value((control & pid::kSuppress) != 0), value(posting.urgent),
                             std::min(attempt->attempts - 1, 2U), value(attempt->notifies)});
  if (!attempt->notifies) return;
  groups.notifications.hit(
      {number(destination_of(control, posting.extended)), value(posting.urgent)});
}

}  // namespace dmar::coverage
