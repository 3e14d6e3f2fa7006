// SPDX-License-Identifier: Apache-2.0
// Posted interrupts: the guest changes the same descriptors, so what a posting has to do is judged
// by what the unit found when memory took its change. See lockstep.hpp.
#include <fmt/core.h>

#include <algorithm>

#include "cosim/lockstep.hpp"
#include "golden/little_endian.hpp"
#include "golden/posting.hpp"
#include "trace/event_text.hpp"

namespace dmar::cosim {

namespace {

using Words = golden::PostedDescriptorWords;

Words words_of(const Recorder::Line &line) {
  Words words{};
  for (std::size_t n = 0; n < words.size(); ++n) {
    words[n] = golden::from_little_endian<std::uint64_t>(
        std::span<const std::uint8_t>(line).subspan(8 * n));
  }
  return words;
}

std::string text(const Words &words) {
  std::string out;
  for (const std::uint64_t word : words) out += fmt::format("{}{:x}", out.empty() ? "" : " ", word);
  return out;
}

}  // namespace

bool Lockstep::is_posting() const {
  return std::ranges::any_of(flights_, [](const auto &entry) { return entry.second.to_post; });
}

// Postings follow the order of their requests. A descriptor that a cached entry names is as legal
// as the one that the table names now.
void Lockstep::note_posting(const ObservedMemory::Change &change) {
  const auto found =
      std::ranges::find_if(flights_, [](const auto &entry) { return entry.second.to_post; });
  const std::string what = fmt::format("posting at {:x}", change.address.raw());
  if (found == flights_.end()) return differ(what, "the descriptor changes", "nobody asked");
  Flight &flight = found->second;
  flight.to_post = false;

  std::vector<golden::Verdict> verdicts = flight.later;
  verdicts.push_back(flight.at_submission);
  const Words before = words_of(change.before);
  const Words after = words_of(change.after);
  std::string expected = "no change of this descriptor";
  for (const golden::Verdict &verdict : verdicts) {
    const auto *posting = std::get_if<golden::Posting>(&verdict);
    if (posting == nullptr || posting->descriptor != change.address) continue;
    Words golden = before;
    const auto notification = golden::post_into(golden, *posting);
    if (golden != after || golden::posted_descriptor_reserved(before, posting->extended)) {
      expected = text(golden);
      continue;
    }
    if (notification) {
      ++statistics_.notifications;
      await_message(*notification);
      if (recorder_ != nullptr) recorder_->consequence(trace::MessageEvent{*notification});
    }
    if (recorder_ != nullptr) {
      recorder_->posted(flight.request, change.address, change.before, change.after);
    }
    return disturb();  // the notification may be under way
  }
  differ(what, text(after), expected);
}

// No change was seen, so the unit could not post. The golden model looks at the descriptor now.
void Lockstep::note_posting_fault(Flight &flight, const bench::Outcome &outcome) {
  flight.to_post = false;
  const FaultReason reason = outcome.completion.reason;
  std::vector<golden::Verdict> verdicts = flight.later;
  verdicts.push_back(flight.at_submission);
  const auto found = std::ranges::find_if(verdicts, [](const golden::Verdict &verdict) {
    return std::holds_alternative<golden::Posting>(verdict);
  });
  if (found == verdicts.end()) return;  // that it was judged so is a difference already
  const auto fault = golden_->post(flight.request, std::get<golden::Posting>(*found));
  const FaultReason golden = fault ? fault->reason : FaultReason::kNone;
  if (reason != golden || reason == FaultReason::kNone) {
    differ(fmt::format("posting of {:04x} {:x}", flight.request.source_id.raw(),
                       flight.request.address.raw()),
           fmt::format("no change, fault {:x}", static_cast<unsigned>(reason)),
           fmt::format("fault {:x}", static_cast<unsigned>(golden)));
  }
  note_golden_consequences();
  if (recorder_ != nullptr && fault) recorder_->request(flight.request, *fault);
  if (reason != FaultReason::kNone) record_fault(reason, outcome.done_cycle, flight);
}

}  // namespace dmar::cosim
