// SPDX-License-Identifier: Apache-2.0
// See grant_ledger.hpp.
#include "cosim/grant_ledger.hpp"

#include <algorithm>

#include "devices/device_tlb.hpp"

namespace dmar::cosim {

void GrantLedger::granted(SourceId source, Iova address, const TranslationEntry &entry) {
  if (!entry.grants() || entry.has(TranslationEntry::kUntranslated)) return;
  const std::uint64_t input = address.raw() & ~(entry.bytes() - 1);
  std::list<Grant> &grants = grants_[source.raw()];
  std::erase_if(grants, [&](const Grant &old) { return old.input == input && old.entry == entry; });
  grants.push_back({.input = input, .entry = entry, .number = ++count_});
}

void GrantLedger::invalidated(const InvalidateRequest &request, std::uint64_t sent) {
  if (!devices::reaches_all(request)) return;
  std::erase_if(grants_[request.source_id.raw()], [&](const Grant &grant) {
    return grant.number <= sent &&
           devices::regions_meet(grant.input, grant.entry.bytes(), request.base(), request.bytes());
  });
}

bool GrantLedger::covers(const Request &request) const {
  const auto grants = grants_.find(request.source_id.raw());
  if (grants == grants_.end()) return false;
  const bool writes = request.kind == AccessKind::kWrite || request.kind == AccessKind::kAtomic;
  const bool reads = request.kind != AccessKind::kWrite;
  return std::ranges::any_of(grants->second, [&](const Grant &grant) {
    const TranslationEntry &entry = grant.entry;
    if (writes && !entry.has(TranslationEntry::kWrite)) return false;
    if (reads && !entry.has(TranslationEntry::kRead)) return false;
    return devices::regions_meet(entry.base(), entry.bytes(), request.address.raw(), 1);
  });
}

std::size_t GrantLedger::size() const {
  std::size_t count = 0;
  for (const auto &[source, grants] : grants_) count += grants.size();
  return count;
}

}  // namespace dmar::cosim
