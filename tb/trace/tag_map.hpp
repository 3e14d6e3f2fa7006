// SPDX-License-Identifier: Apache-2.0
// Tags of requests to device TLBs. Each unit chooses its own, so that those of a recording have to
// be those of another unit before it hears of them.
#ifndef DMAR_TRACE_TAG_MAP_HPP
#define DMAR_TRACE_TAG_MAP_HPP

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "dmar/ats.hpp"

namespace dmar::trace {

class TagMap {
 public:
  TagMap() {
    for (unsigned n = 0; n < kTags; ++n) tags_[n] = static_cast<std::uint8_t>(n);
  }

  // The unit has sent `requests` where the trace has `recorded`. What is the same apart from its
  // tag gets the tag of the trace.
  std::vector<InvalidateRequest> as_recorded(std::vector<InvalidateRequest> requests,
                                             const std::vector<InvalidateRequest> &recorded) {
    const std::size_t both = std::min(requests.size(), recorded.size());
    for (std::size_t n = 0; n < both; ++n) {
      tags_[recorded[n].itag % kTags] = requests[n].itag;
      requests[n].itag = recorded[n].itag;
    }
    return requests;
  }
  // The tag that the unit has in place of the recorded one.
  [[nodiscard]] unsigned of_unit(unsigned recorded) const { return tags_[recorded % kTags]; }
  [[nodiscard]] InvalidateCompletion of_unit(InvalidateCompletion completion) const {
    std::uint32_t itags = 0;
    for (unsigned n = 0; n < kTags; ++n) {
      if (((completion.itags >> n) & 1) != 0) itags |= std::uint32_t{1} << tags_[n];
    }
    completion.itags = itags;
    return completion;
  }

 private:
  static constexpr unsigned kTags = 32;
  std::array<std::uint8_t, kTags> tags_{};
};

}  // namespace dmar::trace

#endif  // DMAR_TRACE_TAG_MAP_HPP
