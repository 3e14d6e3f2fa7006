// SPDX-License-Identifier: Apache-2.0
// Postings to bins, from the accesses that they make to their descriptors: one at a time, each a
// read and a write that may be refused because somebody else wrote.
#ifndef DMAR_COVERAGE_POSTING_WATCH_HPP
#define DMAR_COVERAGE_POSTING_WATCH_HPP

#include <deque>
#include <optional>

#include "coverage/device_groups.hpp"
#include "dmar/types.hpp"
#include "golden/posting.hpp"

namespace dmar::coverage {

enum class DescriptorAnswer : std::uint8_t { kOkay, kExclusive, kError };

class PostingWatch {
 public:
  // `words`: what memory holds.
  void read(HostAddr address, const golden::PostedDescriptorWords &words, DescriptorAnswer answer);
  // `sets_outstanding`: the byte of ON is written, too.
  void written(bool sets_outstanding, DescriptorAnswer answer);
  // The interrupt was answered. Nothing is counted when no posting ended that way.
  void answered(DeviceGroups &groups, const golden::Posting &posting, const Completion &completion);
  void reset() {
    current_.reset();
    ended_.clear();
  }

 private:
  struct Attempt {
    HostAddr address = {};
    golden::PostedDescriptorWords words = {};
    unsigned attempts = 1;
    bool refused = false;  // the write: it looks again
    bool notifies = false;
    PostingEnd end = PostingEnd::kReservedLow;  // of a posting that makes no write: 28h
  };

  void finish();
  [[nodiscard]] std::optional<Attempt> take(HostAddr address);

  std::optional<Attempt> current_ = std::nullopt;
  std::deque<Attempt> ended_;  // not answered yet, oldest first
};

}  // namespace dmar::coverage

#endif  // DMAR_COVERAGE_POSTING_WATCH_HPP
