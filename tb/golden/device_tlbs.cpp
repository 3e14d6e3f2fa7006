// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "golden/device_tlbs.hpp"

#include <algorithm>

namespace dmar::golden {

unsigned DeviceTlbs::outstanding() const {
  return static_cast<unsigned>(std::ranges::count(tags_, true, &Tag::used));
}

unsigned DeviceTlbs::outstanding_of(SourceId source_id) const {
  return static_cast<unsigned>(std::ranges::count_if(
      tags_, [&](const Tag &tag) { return tag.used && tag.source_id == source_id; }));
}

bool DeviceTlbs::send(const DeviceTlbInvalidation &invalidation) {
  const auto free = std::ranges::find(tags_, false, &Tag::used);
  if (free == tags_.end()) return false;
  if (outstanding_of(invalidation.source_id) >= invalidation.max_pending) return false;
  *free = {.used = true, .source_id = invalidation.source_id, .number = sent_++};
  requests_.push_back({.source_id = invalidation.source_id,
                       .itag = static_cast<std::uint8_t>(free - tags_.begin()),
                       .payload = invalidation.payload});
  return true;
}

bool DeviceTlbs::idle() const { return std::ranges::none_of(tags_, &Tag::used); }

bool DeviceTlbs::complete(const InvalidateCompletion &completion) {
  bool all_known = true;
  for (unsigned n = 0; n < kTags; ++n) {
    if (((completion.itags >> n) & 1) == 0) continue;
    Tag &tag = tags_[n];
    if (!tag.used || tag.source_id != completion.source_id) {
      all_known = false;
      continue;
    }
    if (++tag.come >= completion.count) tag = {};
  }
  return all_known;
}

std::optional<SourceId> DeviceTlbs::give_up(std::optional<unsigned> tag) {
  auto found = tags_.end();
  for (auto it = tags_.begin(); it != tags_.end(); ++it) {
    const bool wanted = !tag || it - tags_.begin() == static_cast<std::ptrdiff_t>(*tag);
    if (!it->used || !wanted) continue;
    if (found == tags_.end() || it->number < found->number) found = it;
  }
  if (found == tags_.end()) return std::nullopt;
  const SourceId source_id = found->source_id;
  *found = {};
  return source_id;
}

}  // namespace dmar::golden
