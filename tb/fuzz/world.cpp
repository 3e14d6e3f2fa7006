// SPDX-License-Identifier: Apache-2.0
// Devices, domains and the places they use. Changes: world_changes.cpp.
#include "fuzz/world.hpp"

#include <array>
#include <stdexcept>

#include "dmar/structures.hpp"

namespace dmar::bench {
namespace {

// Devices that share sets, buses, device numbers and functions with each other.
constexpr std::array<SourceId, 6> kDevices{bdf(0, 3, 0), bdf(0, 3, 1),     bdf(0, 3, 6),
                                           bdf(1, 3, 0), bdf(0x3A, 31, 7), bdf(0xFF, 0, 0)};

constexpr std::uint64_t kPages4k = 0x10'0000'0000;  // host pages by size
constexpr std::uint64_t kPages2m = 0x20'0000'0000;
constexpr std::uint64_t kPages1g = 0x30'0000'0000;
constexpr std::uint64_t kRegionOf1g = 0x4000'0000;
constexpr std::uint64_t kInterruptRange = 0xFEE0'0000;
constexpr std::uint64_t kMega2 = 0x20'0000;
constexpr unsigned kDomains = 4;

constexpr unsigned kRegions = 4;  // in use by one machine, so that pages are met again and again

std::vector<std::uint64_t> regions_of(const Config &config, Random &random) {
  std::vector<std::uint64_t> regions{0, kRegionOf1g, kRegionOf1g, 0xFEC0'0000, 0xFF00'0000};
  for (const unsigned width : {39U, 48U, 57U, config.host_address_width}) {
    regions.push_back(bit(width) - 2 * kMega2);
  }
  while (regions.size() > kRegions) {
    regions.erase(regions.begin() + static_cast<std::ptrdiff_t>(random.below(regions.size())));
  }
  return regions;
}

}  // namespace

World::World(Memory &memory, const Config &config, const FuzzCase &one)
    : memory_(memory),
      builder_(memory, config),
      features_(one.features),
      random_(one.seed, 41),
      regions_(regions_of(config, random_)) {
  const unsigned id_bits = domain_id_bits(config);
  const std::array<unsigned, kDomains> ids{1, 2, 3, (1U << id_bits) - 1};
  pass_through_id_ = (1U << id_bits) - 2;
  for (const unsigned id : ids) domains_.push_back({.table = make_domain(id)});
  for (const SourceId source_id : kDevices) {
    builder_.make_context_table(source_id);
    devices_.push_back({.source_id = source_id,
                        .domain = static_cast<unsigned>(random_.below(kDomains)),
                        .fpd = random_.percent(10),
                        .device_tlb = may_use_ats() && random_.percent(70)});
    write_context(devices_.back());
  }
  if (config.pass_through && has(Feature::kPassThrough)) {
    devices_.back().domain.reset();
    devices_.back().pass_through = true;
    write_context(devices_.back());
  }
  if (config.interrupt_remapping) {
    interrupts_.emplace(memory, config, one,
                        std::vector<SourceId>(kDevices.begin(), kDevices.end()));
  }
}

bool World::may_use_ats() const { return config().device_tlb && has(Feature::kAts); }

Domain World::make_domain(unsigned id) {
  std::vector<unsigned> depths;
  for (unsigned levels = 3; levels <= 5; ++levels) {
    if (((config().sagaw >> (levels - second_stage::kTopOfAw)) & 1) != 0) depths.push_back(levels);
  }
  const Domain domain =
      builder_.create_domain({.id = id, .levels = depths[random_.below(depths.size())]});
  for (unsigned k = 0; k < 120; ++k) map(domain, random_page());
  return domain;
}

// Where the context entry is, whether the root entry says so at the moment or not.
HostAddr World::context_address(SourceId source_id) const {
  const std::uint64_t root = memory_.read64(builder_.root_entry_address(source_id));
  return HostAddr(root_entry::context_table(root, config()) + 16 * (source_id.raw() & 0xFF));
}

void World::detach_domain(unsigned index) {
  renewing_ = true;
  for (Device &device : devices_) {
    if (device.domain == index) memory_.write64(context_address(device.source_id), 0);
  }
}

void World::renew_domain(unsigned index) {
  renewing_ = false;
  domains_[index].table = make_domain(domains_[index].table.id().raw());
  for (Device &device : devices_) {
    if (device.domain == index) write_context(device);
  }
}

HostAddr World::copy_root_table() {
  const HostAddr copy = builder_.pages().allocate();
  for (unsigned offset = 0; offset < 4096; offset += 8) {
    const std::uint64_t word = memory_.read64(HostAddr(root_table().raw() + offset));
    if (word != 0) memory_.write64(HostAddr(copy.raw() + offset), word);
  }
  return copy;
}

SourceId World::random_device() {
  // Now and then one that has no context entry, or no root entry.
  if (random_.percent(3)) return bdf(random_.percent(50) ? 0 : 7, 9, 0);
  return devices_[random_.below(devices_.size())].source_id;
}

Message World::random_message() {
  if (interrupts_) return interrupts_->random_message();
  return {.address = kInterruptRange | (random_.next() & bits(19, 2)),
          .data = static_cast<std::uint32_t>(random_.next())};
}

Iova World::random_page() {
  constexpr std::array<std::uint64_t, 6> kPages{0, 1, 2, 3, 510, 511};
  const std::uint64_t base = regions_[random_.below(regions_.size())];
  std::uint64_t slot = random_.below(random_.percent(5) ? 3 : 2);
  // The part of a 1 GiB page that may lie over the interrupt range.
  if (base == kRegionOf1g && random_.percent(15)) slot = 0x3EE0'0000 / kMega2;
  return Iova(base + slot * kMega2 + kPages[random_.below(kPages.size())] * 4096);
}

PageSize World::random_size() {
  const std::uint64_t roll = random_.below(10);
  if (roll < 2 && second_stage::may_be_leaf(config(), 3)) return PageSize::k1G;
  if (roll < 5 && second_stage::may_be_leaf(config(), 2)) return PageSize::k2M;
  return PageSize::k4K;
}

HostAddr World::frame(PageSize size) {
  const std::uint64_t bytes = page_bytes(size);
  if (random_.percent(4)) return HostAddr(bit(config().host_address_width) - bytes);
  if (random_.percent(6)) {
    const std::uint64_t page = size == PageSize::k4K ? random_.below(256) * 4096 : 0;
    return HostAddr((kInterruptRange & ~(bytes - 1)) + page);
  }
  if (size == PageSize::k4K) return HostAddr(kPages4k + random_.below(64) * bytes);
  if (size == PageSize::k2M) return HostAddr(kPages2m + random_.below(8) * bytes);
  return HostAddr(kPages1g + random_.below(4) * bytes);
}

std::uint64_t World::random_permissions() {
  const std::uint64_t roll = random_.below(6);
  if (roll == 0) return second_stage::kRead;
  if (roll == 1) return second_stage::kWrite;
  return second_stage::kRead | second_stage::kWrite;
}

std::uint64_t World::leaf(unsigned level) {
  const bool snoop = config().snoop_control && random_.percent(20);
  return frame(static_cast<PageSize>(level - 1)).raw() | random_permissions() |
         (level > 1 ? second_stage::kPageSize : 0) | (snoop ? second_stage::kSnoop : 0);
}

// The entries met on the way to `iova`, the last one being a leaf or not present.
std::vector<World::Entry> World::path(const Domain &domain, Iova iova) const {
  std::vector<Entry> entries;
  HostAddr table = domain.root();
  for (unsigned level = domain.levels(); level >= 1; --level) {
    const HostAddr address(table.raw() + 8 * second_stage::index(iova.raw(), level));
    const std::uint64_t value = memory_.read64(address);
    entries.push_back({address, level, value});
    const bool present = (value & (second_stage::kRead | second_stage::kWrite)) != 0;
    if (!present || second_stage::is_leaf(value, level)) break;
    table = HostAddr(second_stage::address(value, level, config()));
  }
  return entries;
}

void World::inject_error() {
  const Device &device = devices_[random_.below(devices_.size())];
  const std::uint64_t roll = random_.below(12);
  HostAddr word = builder_.root_entry_address(device.source_id);
  if (roll == 1) {
    word = context_address(device.source_id);
  } else if (roll == 2) {
    word = frame(PageSize::k4K);
  } else if (roll >= 10 && interrupts_) {
    word = interrupts_->entry_address(interrupts_->random_index());
  } else if (roll > 2) {
    const auto entries = path(domains_[random_.below(kDomains)].table, random_page());
    word = entries[random_.below(entries.size())].address;
  }
  memory_.inject_error(word, HostAddr(word.raw() + 7));
}

}  // namespace dmar::bench
