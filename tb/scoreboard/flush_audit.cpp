// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "scoreboard/flush_audit.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "dmar/structures.hpp"

namespace dmar::bench {
namespace {

constexpr std::uint64_t kPermissions = second_stage::kRead | second_stage::kWrite;

HostAddr high_half(HostAddr entry) { return HostAddr(entry.raw() + 8); }

}  // namespace

// Every context entry that the device once had: itself, when it changed, and the second-stage
// entries that were cached under its domain.
void FlushAudit::audit_contexts(Search &search, HostAddr entry) const {
  const std::vector<TimedWord> lows = search.history[entry];
  const std::vector<TimedWord> highs = search.history[high_half(entry)];
  for (const TimedWord &low : lows) {
    for (const TimedWord &high : highs) {
      const Time from = std::max(low.from, high.from);
      const Time until = std::min(low.until, high.until);
      if (from >= until || until > search.now || !low.value || !high.value) continue;
      if ((*low.value & context_entry::kPresent) == 0) continue;
      const DomainId domain = context_entry::domain(*high.value);
      const Time context = invalidations_.context_horizon(search.device, domain, search.now + 1);
      if (context < until) {
        search.found.push_back(
            {MissingFlush::Cache::kContext, domain, entry,
             fmt::format(
                 "the context entry of {:04x} at {:#x} changed in cycle {}: no context-cache "
                 "invalidation of domain {} covers it",
                 search.device.raw(), entry.raw(), until, domain.raw())});
        continue;
      }
      // Until the context entry is gone, the old table may still be cached again.
      const Time pages =
          invalidations_.paging_horizon(domain, search.address, false, search.now + 1);
      if (pages >= context) continue;
      search.found.push_back(
          {MissingFlush::Cache::kIotlb, domain, entry,
           fmt::format(
               "the context entry of {:04x} at {:#x} changed in cycle {}: its context-cache "
               "invalidation is not followed by an IOTLB invalidation of domain {} that "
               "covers {:#x}",
               search.device.raw(), entry.raw(), until, domain.raw(), search.address.raw())});
    }
  }
}

// The present tables of `domain`, top down; every older value of each entry must be out of the
// caches.
void FlushAudit::audit_tables(Search &search, HostAddr table, unsigned level,
                              DomainId domain) const {
  for (; level >= 1; --level) {
    const HostAddr entry(table.raw() + 8 * second_stage::index(search.address.raw(), level));
    for (const TimedWord &one : search.history[entry]) {
      if (one.until > search.now || !one.value || (*one.value & kPermissions) == 0) continue;
      const bool leaf = second_stage::is_leaf(*one.value, level);
      const Time pages =
          invalidations_.paging_horizon(domain, search.address, leaf, search.now + 1);
      if (pages >= one.until) continue;
      search.found.push_back(
          {MissingFlush::Cache::kIotlb, domain, entry,
           fmt::format("the level {} entry at {:#x} changed in cycle {}: no IOTLB invalidation of "
                       "domain {}{} covers {:#x}",
                       level, entry.raw(), one.until, domain.raw(), leaf ? "" : " with IH=0",
                       search.address.raw())});
    }
    const std::uint64_t value = memory_.read64(entry);
    if ((value & kPermissions) == 0 || second_stage::is_leaf(value, level)) return;
    table = HostAddr(second_stage::address(value, level, config_));
  }
}

std::vector<MissingFlush> FlushAudit::missing(HostAddr root_table, SourceId device, Iova address,
                                              Time now) const {
  Search search{
      .device = device, .address = address, .now = now, .history = WordHistory(memory_, now)};
  const std::uint64_t root = memory_.read64(HostAddr(root_table.raw() + 16 * (device.raw() >> 8)));
  if ((root & root_entry::kPresent) == 0) return {};
  const HostAddr entry(root_entry::context_table(root, config_) + 16 * (device.raw() & 0xFF));
  audit_contexts(search, entry);
  const std::uint64_t low = memory_.read64(entry);
  const std::uint64_t high = memory_.read64(high_half(entry));
  const bool present = (low & context_entry::kPresent) != 0;
  if (present && context_entry::translation_type(low) != context_entry::kPassThrough) {
    audit_tables(search, HostAddr(context_entry::table(low, config_)),
                 context_entry::address_width(high) + second_stage::kTopOfAw,
                 context_entry::domain(high));
  }
  return std::move(search.found);
}

}  // namespace dmar::bench
