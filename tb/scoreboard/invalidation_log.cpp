// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "scoreboard/invalidation_log.hpp"

#include <algorithm>
#include <stdexcept>

#include "dmar/registers.hpp"
#include "dmar/structures.hpp"

namespace dmar::bench {
namespace {

// Function numbers that FM leaves out of the comparison (VT-d 6.5.2.1).
std::uint16_t source_mask(unsigned function_mask) {
  constexpr std::array<std::uint16_t, 4> kIgnored{0b000, 0b100, 0b110, 0b111};
  return static_cast<std::uint16_t>(~kIgnored[function_mask & 3]);
}

bool covers_context(const golden::ContextInvalidation &one, SourceId source_id,
                    std::optional<DomainId> domain) {
  if (one.granularity == granularity::kGlobal) return true;
  if (one.domain != domain) return false;
  if (one.granularity == granularity::kDomain) return true;
  return ((one.source_id.raw() ^ source_id.raw()) & source_mask(one.function_mask)) == 0;
}

// The 4 KiB page of `address` decides: a larger page may have been cached in pieces.
bool covers_page(const golden::IotlbInvalidation &one, DomainId domain, Iova address, bool leaf,
                 unsigned width) {
  if (one.granularity == granularity::kGlobal) return true;
  if (one.domain != domain) return false;
  if (one.granularity == granularity::kDomain) return true;
  if (one.leaf_only && !leaf) return false;
  const std::uint64_t differ = (one.address.raw() ^ address.raw()) & bits(width - 1, 12);
  const unsigned low = 12 + one.address_mask;
  return low >= 64 || differ >> low == 0;
}

bool covers_index(const golden::InterruptInvalidation &one, unsigned index) {
  return one.all || (index ^ one.index) >> one.index_mask == 0;
}

}  // namespace

InvalidationLog::Ticket InvalidationLog::begin(const golden::Invalidation &invalidation,
                                               Time given) {
  return add(std::visit([](const auto &one) { return Scope(one); }, invalidation), given);
}

InvalidationLog::Ticket InvalidationLog::begin_dma_flush(Time given) {
  return add(AllDma{}, given);
}

InvalidationLog::Ticket InvalidationLog::begin_interrupt_flush(Time given) {
  return add(golden::InterruptInvalidation{}, given);
}

InvalidationLog::Ticket InvalidationLog::add(const Scope &scope, Time given) {
  entries_.push_back({.scope = scope, .given = given});
  return entries_.size() - 1;
}

void InvalidationLog::complete(Ticket ticket, Time seen) {
  Entry &entry = entries_.at(ticket);
  if (entry.seen != Memory::kForever) {
    throw std::logic_error("an invalidation was completed twice");
  }
  entry.seen = seen;
}

template <class Covers>
InvalidationLog::Time InvalidationLog::horizon(Time used, Covers covers) const {
  Time latest = 0;
  for (const Entry &entry : entries_) {
    if (entry.seen >= used || entry.given <= latest) continue;
    if (covers(entry.scope)) latest = entry.given;
  }
  return latest;
}

InvalidationLog::Time InvalidationLog::context_horizon(SourceId source_id,
                                                       std::optional<DomainId> domain,
                                                       Time used) const {
  return horizon(used, [&](const Scope &scope) {
    if (std::holds_alternative<AllDma>(scope)) return true;
    const auto *one = std::get_if<golden::ContextInvalidation>(&scope);
    return one != nullptr && covers_context(*one, source_id, domain);
  });
}

InvalidationLog::Time InvalidationLog::interrupt_horizon(unsigned index, Time used) const {
  return horizon(used, [&](const Scope &scope) {
    const auto *one = std::get_if<golden::InterruptInvalidation>(&scope);
    return one != nullptr && covers_index(*one, index);
  });
}

InvalidationLog::Time InvalidationLog::paging_horizon(DomainId domain, Iova address, bool leaf,
                                                      Time used) const {
  return horizon(used, [&](const Scope &scope) {
    if (std::holds_alternative<AllDma>(scope)) return true;
    const auto *one = std::get_if<golden::IotlbInvalidation>(&scope);
    return one != nullptr && covers_page(*one, domain, address, leaf, config_.guest_address_width);
  });
}

}  // namespace dmar::bench
