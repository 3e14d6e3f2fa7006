// SPDX-License-Identifier: Apache-2.0
// The changes that software makes to tables while devices are busy. Pages of tables are never used
// a second time, so that a stale entry cannot turn DMA onto the tables themselves.
#include <stdexcept>

#include "dmar/structures.hpp"
#include "fuzz/world.hpp"

namespace dmar::bench {
namespace {

constexpr std::uint64_t kPermissions = second_stage::kRead | second_stage::kWrite;
// Bits 6:2, 10:8, 61:52 and 63 mean nothing in any entry.
constexpr std::uint64_t kIgnored = bits(6, 2) | bits(10, 8) | bits(61, 52) | bit(63);

bool present(std::uint64_t entry) { return (entry & kPermissions) != 0; }

}  // namespace

Change World::page_change(const Domain &domain, Iova iova, const Entry &entry,
                          bool leaf_only) const {
  return {.what = Change::What::kPages,
          .domain = domain.id(),
          .address = iova,
          .page_bits = second_stage::index_shift(entry.level),
          .leaf_only = leaf_only};
}

Change World::map(const Domain &domain, Iova iova) {
  const PageSize size = random_size();
  const Iova base(iova.raw() & ~(page_bytes(size) - 1));
  const std::uint64_t permissions = random_permissions();
  const Rights rights{.read = (permissions & second_stage::kRead) != 0,
                      .write = (permissions & second_stage::kWrite) != 0,
                      .snoop = config().snoop_control && random_.percent(20)};
  // What is mapped already, or beyond the width, stays as it is.
  try {
    domain.find(base) ? void() : Domain(domain).map(base, frame(size), size, rights);
  } catch (const std::invalid_argument &) {
  }
  return {};  // not present to present needs no invalidation
}

Change World::change_leaf(const Domain &domain, Iova iova) {
  const Entry entry = path(domain, iova).back();
  if (!present(entry.value) || !second_stage::is_leaf(entry.value, entry.level)) return {};
  std::uint64_t value = entry.value;
  switch (random_.below(5)) {
    case 0:
      value = 0;
      break;
    case 1:
      value &= ~kPermissions;  // not present, whatever else is left
      break;
    case 2:
      value = (value & ~kPermissions) | random_permissions();
      break;
    case 3:
      value ^= random_.next() & kIgnored;
      break;
    default:
      if (second_stage::may_be_leaf(config(), entry.level)) value = leaf(entry.level);
      break;
  }
  memory_.write64(entry.address, value);
  return page_change(domain, iova, entry, true);
}

Change World::change_inner(const Domain &domain, Iova iova) {
  const std::vector<Entry> entries = path(domain, iova);
  const Entry entry = entries[random_.below(entries.size())];
  if (!present(entry.value) || second_stage::is_leaf(entry.value, entry.level)) return {};
  std::uint64_t value = (entry.value & ~kPermissions) | random_permissions();
  if (random_.percent(40)) value ^= random_.next() & kIgnored;
  memory_.write64(entry.address, value);
  return page_change(domain, iova, entry, false);
}

// Entries of a new table at the places that devices use.
void World::fill_table(HostAddr table, unsigned level, std::uint64_t inherited) {
  for (unsigned k = 0; k < 24; ++k) {
    const std::uint64_t index = second_stage::index(random_page().raw(), level);
    const std::uint64_t part = index << second_stage::index_shift(level);
    const bool same = random_.percent(50) && inherited != 0;
    const std::uint64_t value =
        same ? (inherited | part) & ~(level == 1 ? second_stage::kPageSize : 0) : leaf(level);
    memory_.write64(HostAddr(table.raw() + 8 * index), value);
  }
}

Change World::shatter(const Domain &domain, Iova iova) {
  const Entry entry = path(domain, iova).back();
  const bool large = entry.level > 1 && second_stage::is_leaf(entry.value, entry.level);
  if (!large || !present(entry.value)) return {};
  if (!second_stage::may_be_leaf(config(), entry.level - 1)) return {};
  const HostAddr table = builder_.pages().allocate();
  fill_table(table, entry.level - 1, entry.value);
  memory_.write64(entry.address, table.raw() | kPermissions);
  return page_change(domain, iova, entry, false);
}

Change World::merge(const Domain &domain, Iova iova) {
  for (const Entry &entry : path(domain, iova)) {
    const bool inner = present(entry.value) && !second_stage::is_leaf(entry.value, entry.level);
    if (!inner || !second_stage::may_be_leaf(config(), entry.level)) continue;
    memory_.write64(entry.address, leaf(entry.level));
    return page_change(domain, iova, entry, false);
  }
  return {};
}

void World::spoil_word(HostAddr address, std::uint64_t bad) {
  spoiled_.push_back({address, bad, memory_.read64(address)});
  memory_.write64(address, bad);
}

Change World::spoil(const Domain &domain, Iova iova) {
  const std::vector<Entry> entries = path(domain, iova);
  const Entry entry = entries[random_.below(entries.size())];
  if (!present(entry.value)) return {};
  std::vector<std::uint64_t> flaws;
  for (unsigned n = 0; n < 64; ++n) {
    const std::uint64_t bad = entry.value | bit(n);
    if (bad != entry.value && (second_stage::reserved(bad, entry.level, config()) & bit(n)) != 0) {
      flaws.push_back(bad);
    }
  }
  if (flaws.empty()) return {};
  const std::uint64_t bad = flaws[random_.below(flaws.size())];
  spoil_word(entry.address, bad);
  return page_change(domain, iova, entry, false);
}

Change World::repair() {
  // The last flaw first, so that two in one word leave it as it was.
  for (auto one = spoiled_.rbegin(); one != spoiled_.rend(); ++one) {
    if (memory_.read64(one->address) == one->bad) memory_.write64(one->address, one->good);
  }
  spoiled_.clear();
  for (Device &device : devices_) {
    if (device.flawed) write_context(device);
  }
  return {};  // faulting to present needs no invalidation
}

void World::write_context(Device &device, std::uint64_t lo_flaw, std::uint64_t hi_flaw) {
  std::uint64_t lo = device.fpd ? context_entry::kFpd : 0;
  std::uint64_t hi = 0;
  if (device.domain) {
    const Domain &table = domains_[*device.domain].table;
    lo |= context_entry::kPresent | table.root().raw();
    if (device.device_tlb) {
      lo |= std::uint64_t{context_entry::kDeviceTlb} << context_entry::kTranslationTypeShift;
    }
    hi = (std::uint64_t{table.id().raw()} << context_entry::kDomainShift) |
         (table.levels() - second_stage::kTopOfAw);
  } else if (device.pass_through) {
    // The pointer means nothing here, reserved or not.
    lo |= context_entry::kPresent | (random_.next() & bits(63, 12)) |
          (context_entry::kPassThrough << context_entry::kTranslationTypeShift);
    hi = (std::uint64_t{pass_through_id_} << context_entry::kDomainShift) |
         ((config().sagaw & 0b100) != 0 ? 2 : 1);
  }
  hi |= random_.next() & bits(6, 3);  // AVAIL
  const HostAddr entry = context_address(device.source_id);
  device.flawed = (lo_flaw | hi_flaw) != 0;
  memory_.write64(entry, lo ^ lo_flaw);
  memory_.write64(HostAddr(entry.raw() + 8), hi ^ hi_flaw);
}

Change World::change_context() {
  Device &device = devices_[random_.below(devices_.size())];
  Change change{.what = Change::What::kContext, .source_id = device.source_id};
  if (device.domain) change.domain = domains_[*device.domain].table.id();
  if (device.pass_through) {
    change.domain = DomainId(static_cast<std::uint16_t>(pass_through_id_));
  }
  std::uint64_t lo_flaw = 0;
  std::uint64_t hi_flaw = 0;
  const bool flaws = has(Feature::kFlaws);
  const std::uint64_t roll = random_.below(14);
  if (roll < 4 || roll > 9) {
    device.domain = static_cast<unsigned>(random_.below(domains_.size()));
    device.pass_through = false;
    if (may_use_ats() && random_.percent(30)) device.device_tlb = !device.device_tlb;
  } else if (roll == 4) {
    device.fpd = !device.fpd;
  } else if (roll == 6 && config().pass_through && has(Feature::kPassThrough)) {
    device.domain.reset();
    device.pass_through = true;
  } else if (!flaws) {
    device.pass_through = false;
    device.domain = 0;
  } else if (roll == 5) {
    lo_flaw = device.domain || device.pass_through ? context_entry::kPresent : 0;
  } else if (roll == 7) {
    lo_flaw = bit(4 + static_cast<unsigned>(random_.below(8)));
  } else if (roll == 8) {
    hi_flaw = random_.percent(50) ? bit(7) : bit(24 + static_cast<unsigned>(random_.below(40)));
  } else {
    // Another TT: one that does not exist, or not in this build, or not for this device.
    lo_flaw = bit(context_entry::kTranslationTypeShift);
  }
  write_context(device, lo_flaw, hi_flaw);
  return change;
}

Change World::change_root() {
  const HostAddr entry = builder_.root_entry_address(random_device());
  const std::uint64_t value = memory_.read64(entry);
  if ((value & root_entry::kPresent) == 0) return {};
  const std::uint64_t roll = random_.below(3);
  if (roll == 0) {
    spoil_word(entry, value & ~root_entry::kPresent);
  } else if (roll == 1) {
    spoil_word(entry, value | bit(1 + static_cast<unsigned>(random_.below(11))));
  } else {
    spoil_word(HostAddr(entry.raw() + 8), bit(static_cast<unsigned>(random_.below(64))));
  }
  return {.what = Change::What::kRoot};
}

Change World::change() {
  if (renewing_) return {};
  const Domain &domain = domains_[random_.below(domains_.size())].table;
  const Iova iova = random_page();
  if (interrupts_ && random_.percent(25)) {
    if (!has(Feature::kInterruptEntries)) return {};
    return {.what = Change::What::kInterrupt, .index = interrupts_->change()};
  }
  const std::uint64_t roll = random_.below(100);
  if (roll >= 88 ? !has(Feature::kContexts) : !has(Feature::kMappings)) return {};
  if (roll < 28) {
    for (unsigned k = 0; k < 6; ++k) map(domain, random_page());
    return map(domain, iova);
  }
  if (roll < 52) return change_leaf(domain, iova);
  if (roll < 60) return change_inner(domain, iova);
  if (roll < 68) return shatter(domain, iova);
  if (roll < 73) return merge(domain, iova);
  if (roll < 77) return has(Feature::kFlaws) ? spoil(domain, iova) : Change{};
  if (roll < 88) return repair();
  if (roll < 96) return change_context();
  return has(Feature::kFlaws) ? change_root() : Change{};
}

}  // namespace dmar::bench
