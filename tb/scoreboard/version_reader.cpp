// SPDX-License-Identifier: Apache-2.0
// See the header. Software changes words between two cycles, so a version whose end the memory
// puts at cycle N was last there to be read in cycle N-1.
#include "scoreboard/version_reader.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "dmar/structures.hpp"
#include "golden/interrupt_range.hpp"

namespace dmar::bench {
namespace {

constexpr std::uint64_t kPermissions = second_stage::kRead | second_stage::kWrite;

std::string until_text(Memory::Time until) {
  return until == Memory::kForever ? "now" : fmt::format("{}", until);
}

}  // namespace

std::size_t ChoicePath::choose(std::size_t options) {
  if (depth_ == points_.size()) points_.push_back({0, options});
  return points_[depth_++].chosen;
}

bool ChoicePath::advance() {
  points_.resize(depth_);
  depth_ = 0;
  while (!points_.empty()) {
    if (++points_.back().chosen < points_.back().options) return true;
    points_.pop_back();
  }
  return false;
}

const std::vector<TimedWord> &WordHistory::operator[](HostAddr word) {
  const auto [found, added] = words_.try_emplace(word.raw());
  if (added) {
    for (const WordVersion &one : memory_.versions(word, 0, until_)) {
      if (one.from < one.until) found->second.push_back({one.value, one.from, one.until});
    }
  }
  return found->second;
}

// Both halves are read at once, so only halves that were there together make a pair.
std::vector<VersionReader::TimedPair> VersionReader::pair_versions(HostAddr address) const {
  std::vector<TimedPair> pairs;
  const std::vector<TimedWord> lows = at_.history[address];
  const std::vector<TimedWord> highs = at_.history[HostAddr(address.raw() + 8)];
  for (const TimedWord &low : lows) {
    for (const TimedWord &high : highs) {
      const Memory::Time from = std::max(low.from, high.from);
      const Memory::Time until = std::min(low.until, high.until);
      if (from >= until) continue;
      const bool error = !low.value || !high.value;
      pairs.push_back({error ? Pair() : Pair({*low.value, *high.value}), from, until});
    }
  }
  return pairs;
}

bool VersionReader::in_window(Memory::Time from, Memory::Time until) const {
  if (from > at_.moments.judged) return false;
  return at_.source == Source::kCaches || until > at_.moments.accepted;
}

bool VersionReader::usable_root(const TimedPair &version) const {
  if (!in_window(version.from, version.until)) return false;
  if (at_.source == Source::kMemory) return true;
  if (!version.value || ((*version.value)[0] & root_entry::kPresent) == 0) return false;
  return version.until >
         at_.invalidations.context_horizon(at_.request.source_id, std::nullopt, at_.moments.used);
}

// Root and context entry are cached as one, so both are as old as the invalidations that cover the
// context-entry let them be.
bool VersionReader::usable_context(const TimedPair &version) const {
  if (!in_window(version.from, version.until)) return false;
  if (at_.source == Source::kMemory) return true;
  if (!version.value || ((*version.value)[0] & context_entry::kPresent) == 0) return false;
  const DomainId domain = context_entry::domain((*version.value)[1]);
  const Memory::Time horizon =
      at_.invalidations.context_horizon(at_.request.source_id, domain, at_.moments.used);
  return std::min(version.until, root_until_) > horizon;
}

// Only a present entry is cached; whether it gives this request a fault is seen from the verdict.
bool VersionReader::usable_interrupt_entry(const TimedPair &version) const {
  if (!in_window(version.from, version.until)) return false;
  if (at_.source == Source::kMemory) return true;
  if (!version.value || ((*version.value)[0] & interrupt_entry::kPresent) == 0) return false;
  const unsigned index =
      interrupt_request::index(at_.request.address.raw(), at_.request.message_data);
  return version.until > at_.invalidations.interrupt_horizon(index, at_.moments.used);
}

bool VersionReader::usable_entry(const TimedWord &version) const {
  if (!in_window(version.from, version.until)) return false;
  if (at_.source == Source::kMemory) return true;
  if (!version.value || (*version.value & kPermissions) == 0) return false;
  const bool leaf = second_stage::is_leaf(*version.value, level_);
  return version.until >
         at_.invalidations.paging_horizon(domain_, at_.request.address, leaf, at_.moments.used);
}

// One option for each different value: the one that lasted longest.
template <class Timed>
Timed VersionReader::choose(const std::vector<Timed> &options) {
  std::vector<Timed> distinct;
  for (const Timed &option : options) {
    const auto same = std::ranges::find(distinct, option.value, &Timed::value);
    if (same == distinct.end()) {
      distinct.push_back(option);
    } else {
      same->until = std::max(same->until, option.until);
    }
  }
  if (distinct.empty()) {
    dead_ = true;
    return {std::nullopt, 0, 0};
  }
  return distinct[path_.choose(distinct.size())];
}

void VersionReader::note(const char *what, HostAddr address, unsigned words) {
  if (at_.words == nullptr) return;
  std::string line = fmt::format("  {} at {:#x}:", what, address.raw());
  for (unsigned k = 0; k < words; ++k) {
    line += k == 0 ? "" : "; high half:";
    for (const TimedWord &version : at_.history[HostAddr(address.raw() + 8 * k)]) {
      line += version.value ? fmt::format(" {:#x}", *version.value) : " error";
      line += fmt::format(" in {}..{}", version.from, until_text(version.until));
    }
  }
  if (std::ranges::find(*at_.words, line) == at_.words->end()) at_.words->push_back(line);
}

// Root, then context entry; for an interrupt the one entry it names.
std::optional<std::array<std::uint64_t, 2>> VersionReader::read128(HostAddr address) {
  if (dead_) return std::nullopt;
  const bool interrupt = golden::is_for_interrupt_range(at_.request);
  note(interrupt ? "interrupt entry" : root_read_ ? "context entry" : "root entry", address, 2);
  const std::vector<TimedPair> options = pair_versions(address);
  if (interrupt) return read_interrupt_entry(options);
  return root_read_ ? read_context(options) : read_root(options);
}

VersionReader::Pair VersionReader::read_interrupt_entry(std::vector<TimedPair> options) {
  std::erase_if(options, [this](const TimedPair &one) { return !usable_interrupt_entry(one); });
  return choose(options).value;
}

VersionReader::Pair VersionReader::read_root(std::vector<TimedPair> options) {
  root_read_ = true;
  std::erase_if(options, [this](const TimedPair &one) { return !usable_root(one); });
  const TimedPair root = choose(options);
  root_until_ = root.until;
  return root.value;
}

VersionReader::Pair VersionReader::read_context(std::vector<TimedPair> options) {
  std::erase_if(options, [this](const TimedPair &one) { return !usable_context(one); });
  const Pair context = choose(options).value;
  if (context) {
    domain_ = context_entry::domain((*context)[1]);
    level_ = context_entry::address_width((*context)[1]) + second_stage::kTopOfAw;
  }
  return context;
}

std::optional<std::uint64_t> VersionReader::read64(HostAddr address) {
  if (dead_) return std::nullopt;
  note("second-stage entry", address, 1);
  std::vector<TimedWord> options = at_.history[address];
  std::erase_if(options, [this](const TimedWord &one) { return !usable_entry(one); });
  --level_;
  return choose(options).value;
}

}  // namespace dmar::bench
