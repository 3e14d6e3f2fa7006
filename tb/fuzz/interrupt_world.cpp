// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "fuzz/interrupt_world.hpp"

#include <array>
#include <utility>

#include "dmar/registers.hpp"
#include "dmar/structures.hpp"

namespace dmar::bench {
namespace {

constexpr std::uint64_t kTables = 0x3800'0000;  // a place of 1 MiB for each
constexpr std::uint64_t kTablesEnd = 0x4000'0000;
constexpr std::uint64_t kTableBytes = 0x10'0000;
constexpr std::uint64_t kRange = 0xFEE0'0000;

// In use by devices: neighbours, entries that share a set or a mask, the ends of tables of all
// sizes. The last ones lie beyond most tables.
constexpr std::array<unsigned, 16> kIndices{0,  1,  2,   3,   4,   5,      7,      8,
                                            15, 16, 128, 255, 256, 0x7FFF, 0x8000, 0xFFFF};

}  // namespace

InterruptWorld::InterruptWorld(Memory &memory, const Config &config, const FuzzCase &one,
                               std::vector<SourceId> devices)
    : memory_(memory),
      config_(config),
      flaws_(one.features.has(Feature::kFlaws)),
      devices_(std::move(devices)),
      random_(one.seed, 44),
      next_table_(kTables) {
  if (config.posted_interrupts && one.features.has(Feature::kPosting)) {
    posted_.emplace(memory, one.seed);
  }
  renew_table();
}

bool InterruptWorld::extended() const { return (pointer_ & irta::kEime) != 0; }

HostAddr InterruptWorld::entry_address(unsigned index) const {
  return HostAddr((pointer_ & irta::kTable) + 16ULL * index);
}

void InterruptWorld::renew_table() {
  if (next_table_ == kTablesEnd) return;
  constexpr std::array<unsigned, 6> kSizes{1, 3, 3, 7, 8, 15};
  pointer_ = next_table_ | kSizes[random_.below(kSizes.size())];
  if (config_.extended_interrupt_mode && random_.percent(40)) pointer_ |= irta::kEime;
  next_table_ += kTableBytes;
  for (const unsigned index : kIndices) write_entry(index);
}

std::uint64_t InterruptWorld::random_lo() {
  constexpr std::array<std::uint64_t, 6> kModes{0, 1, 2, 4, 5, 7};
  std::uint64_t lo = random_.percent(85) ? interrupt_entry::kPresent : 0;
  if (random_.percent(15)) lo |= interrupt_entry::kFpd;
  lo |= random_.next() & (interrupt_entry::kLogical | interrupt_entry::kRedirectionHint |
                          interrupt_entry::kLevel | bits(11, 8) | bits(23, 16));
  lo |= kModes[random_.below(kModes.size())] << 5;
  lo |= random_.next() & (extended() ? bits(63, 32) : bits(47, 40));
  if (!flaws_ || !random_.percent(12)) return lo;
  // A reserved bit, posted format where that is one, or a delivery mode that does not exist.
  constexpr std::array<unsigned, 8> kFlaws{12, 13, 14, 15, 24, 31, 32, 63};
  if (random_.percent(25)) return lo ^ bits(6, 5);
  const unsigned flaw = kFlaws[random_.below(kFlaws.size())];
  return lo ^ bit(flaw == 15 && config_.posted_interrupts ? 14 : flaw);
}

std::uint64_t InterruptWorld::random_hi() {
  const SourceId source = devices_[random_.below(devices_.size())];
  const std::uint64_t roll = random_.below(100);
  std::uint64_t hi = random_.next() & bits(19, 0);
  if (roll < 45) {
    hi &= ~bits(19, 18);  // any requester
  } else if (roll < 85) {
    hi = source.raw() | random_.below(4) << 16 | bit(18);
  } else if (roll < 97) {
    const std::uint64_t bus = source.raw() >> 8;
    const std::uint64_t first = bus - (random_.percent(50) ? random_.below(bus + 1) : 0);
    hi = (first << 8) | (bus + (random_.percent(50) ? random_.below(256 - bus) : 0)) | bit(19);
  }
  if (flaws_ && random_.percent(5)) hi |= bit(18 + static_cast<unsigned>(random_.below(46)));
  return hi;
}

// Both halves in one moment, as a locked write of 16 bytes would do it.
void InterruptWorld::write_entry(unsigned index) {
  if (index >= irta::entries(pointer_)) return;
  const HostAddr entry = entry_address(index);
  if (posted_ && random_.percent(30)) {
    // Reserved bits of the low half, here and there; the high half has the address in it.
    const PostedEntry posted = posted_->random_entry();
    const std::uint64_t flaw = flaws_ && random_.percent(8) ? bit(12 + random_.percent(50)) : 0;
    memory_.write64(entry, posted.lo() | flaw);
    memory_.write64(HostAddr(entry.raw() + 8), posted.hi() | (random_hi() & bits(31, 0)));
    return;
  }
  memory_.write64(entry, random_lo());
  memory_.write64(HostAddr(entry.raw() + 8), random_hi());
}

unsigned InterruptWorld::random_index() {
  const unsigned entries = irta::entries(pointer_);
  unsigned index = kIndices[random_.below(kIndices.size())];
  // Mostly inside the table.
  while (index >= entries && !random_.percent(15)) index = kIndices[random_.below(kIndices.size())];
  return index;
}

unsigned InterruptWorld::change() {
  const unsigned index = random_index() & (irta::entries(pointer_) - 1);
  const HostAddr entry = entry_address(index);
  const std::uint64_t roll = random_.below(10);
  if (roll < 2) {
    memory_.write64(entry, memory_.read64(entry) ^ interrupt_entry::kPresent);
  } else if (roll < 4) {
    // Another vector, as when an interrupt moves to another processor.
    memory_.write64(entry, memory_.read64(entry) ^ ((1 + random_.below(255)) << 16));
  } else {
    write_entry(index);
  }
  return index;
}

Message InterruptWorld::random_message() {
  if (random_.percent(10)) {
    // Compatibility format: the address names a processor.
    return {.address = kRange | (random_.next() & bits(19, 2) & ~interrupt_request::kRemappable),
            .data = static_cast<std::uint32_t>(random_.next())};
  }
  const unsigned index = random_index();
  unsigned handle = index;
  std::uint64_t address = kRange | interrupt_request::kRemappable;
  auto data = static_cast<std::uint32_t>(random_.next());
  if (random_.percent(40)) {
    // The sum may carry out of 16 bits.
    const unsigned subhandle = random_.percent(80) ? static_cast<unsigned>(random_.below(16))
                                                   : static_cast<unsigned>(random_.below(1 << 16));
    handle = (index - subhandle) & 0xFFFF;
    if (random_.percent(10)) handle = index;
    address |= interrupt_request::kSubhandleValid;
    data = subhandle | (random_.percent(8) ? data & interrupt_request::kReservedData : 0);
  }
  address |= std::uint64_t{handle & 0x7FFF} << 5 | std::uint64_t{handle >> 15} << 2;
  return {.address = address, .data = data};
}

}  // namespace dmar::bench
