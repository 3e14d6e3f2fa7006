// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "versions.hpp"

#include "dmar/structures.hpp"

namespace dmar::bench {
namespace {

constexpr std::uint64_t kPage = 4096;
constexpr std::array<std::uint64_t, 2> kHost{0x4000'0000, 0x6000'0000};
constexpr std::uint64_t kTrap = 0x5000'0000;  // where no version leads
constexpr std::uint64_t kRights = second_stage::kRead | second_stage::kWrite;
constexpr unsigned kLevels = 4;

// The destination of an interrupt tells its entry and the version.
InterruptEntry interrupt_entry(unsigned version, unsigned n) {
  return {.vector = 0x30 + n, .destination = (version == 0 ? 0x10 + n : 0x80 + n) << 8};
}

Iova page(unsigned n) { return Iova(Versions::kFirstPage.raw() + n * kPage); }

}  // namespace

Versions::Versions(Memory &memory, const Config &config, Change change)
    : memory_(memory),
      change_(change),
      builder_(memory, config),
      domains_{builder_.create_domain({.id = 1, .levels = kLevels}),
               builder_.create_domain({.id = 2, .levels = kLevels})},
      interrupts_{InterruptTable(memory, HostAddr(0x0600'0000), kInterruptSize),
                  InterruptTable(memory, HostAddr(0x0610'0000), kInterruptSize)} {
  for (unsigned n = 0; n < interrupts_[0].entries(); ++n) {
    for (const unsigned version : {0U, 1U}) {
      interrupts_[version].set(n, interrupt_entry(version, n));
    }
  }
  for (unsigned version = 0; version < 2; ++version) {
    for (unsigned n = 0; n < kPages; ++n) {
      domains_[version].map(page(n), HostAddr(kHost[version] + n * kPage));
    }
  }
  const unsigned level = change == Change::kFreedTables ? 3 : 2;
  table_entry_ = builder_.entry_address(domains_[0], kFirstPage, level);
  table_values_ = {memory.read64(table_entry_),
                   memory.read64(builder_.entry_address(domains_[1], kFirstPage, level))};
  for (const unsigned version : {0U, 1U}) {
    tables_[version] = builder_.entry_address(domains_[version], kFirstPage, 1);
    upper_[version] = builder_.entry_address(domains_[version], kFirstPage, 2);
  }
  if (change == Change::kSuperPage) {
    table_values_[1] = kHost[1] | second_stage::kPageSize | kRights;
  }
  // A second root table, whose context table has the device in the second domain.
  builder_.attach(kDevice, domains_[1]);
  const HostAddr context = builder_.context_entry_address(kDevice);
  const HostAddr copy = builder_.pages().allocate();
  for (const std::uint64_t half : {0, 8}) {
    memory.write64(HostAddr(copy.raw() + context.raw() % kPage + half),
                   memory.read64(HostAddr(context.raw() + half)));
  }
  roots_ = {builder_.root_table(), builder_.pages().allocate()};
  const std::uint64_t root_entry = builder_.root_entry_address(kDevice).raw() % kPage;
  memory.write64(HostAddr(roots_[1].raw() + root_entry), copy.raw() | root_entry::kPresent);
  builder_.attach(kDevice, domains_[0]);
}

void Versions::publish(unsigned version) {
  switch (change_) {
    case Change::kContext:
      builder_.attach(kDevice, domains_[version]);
      break;
    case Change::kTable:
      memory_.write64(table_entry_, table_values_[version]);
      break;
    case Change::kLeaf:
      for (unsigned n = 0; n < kPages; ++n) {
        memory_.write64(builder_.entry_address(domains_[0], page(n), 1),
                        (kHost[version] + n * kPage) | kRights);
      }
      break;
    case Change::kFreedTable:
    case Change::kFreedTables:
      map_all(version, version);      // new tables, known to nobody yet
      map_all(1 - version, version);  // the leaves of those in use
      break;
    case Change::kSuperPage:
      if (version == 0) {
        memory_.write64(table_entry_, kHost[0] | second_stage::kPageSize | kRights);
      }
      map_all(0, version);
      break;
    case Change::kInterruptEntry:
      for (unsigned n = 0; n < interrupts_[0].entries(); ++n) {
        interrupts_[0].set(n, interrupt_entry(version, n));
      }
      break;
    case Change::kRoot:
    case Change::kTranslation:
    case Change::kInterruptTable:
    case Change::kInterruptEnable:
      break;
  }
}

// Points the tables of one domain to the pages of `version`.
void Versions::map_all(unsigned tables, unsigned version) {
  if (change_ == Change::kFreedTables) {
    memory_.write64(upper_[tables], tables_[tables].raw() | kRights);
  }
  for (unsigned n = 0; n < kPages; ++n) {
    memory_.write64(HostAddr(tables_[tables].raw() + 8 * n),
                    (kHost[version] + n * kPage) | kRights);
  }
}

void Versions::publish_table(unsigned version) {
  memory_.write64(table_entry_, table_values_[version]);
}

// Data that looks like entries which lead somewhere else.
void Versions::reuse_freed(unsigned version) {
  if (change_ == Change::kSuperPage && version == 0) return;  // no table was freed
  const unsigned freed = 1 - version;
  if (change_ == Change::kFreedTables) memory_.write64(upper_[freed], kTrap | kRights);
  for (unsigned n = 0; n < kPages; ++n) {
    memory_.write64(HostAddr(tables_[freed].raw() + 8 * n), (kTrap + n * kPage) | kRights);
    memory_.write64(HostAddr(kTrap + 8 * n), (kTrap + n * kPage) | kRights);
  }
}

unsigned Versions::domain(unsigned version) const {
  const bool moves = change_ == Change::kContext || change_ == Change::kRoot;
  return domains_[moves ? version : 0].id().raw();
}

HostAddr Versions::root(unsigned version) const {
  return roots_[change_ == Change::kRoot ? version : 0];
}

bool Versions::translating(unsigned version) const {
  return change_ != Change::kTranslation || version == 0;
}

HostAddr Versions::interrupt_table(unsigned version) const {
  return interrupts_[change_ == Change::kInterruptTable ? version : 0].base();
}

bool Versions::remapping(unsigned version) const {
  return about_interrupts(change_) && (change_ != Change::kInterruptEnable || version == 0);
}

std::uint64_t Versions::reached(unsigned version, const Request &request) const {
  if (in_interrupt_range(request.address.raw())) {
    if (!remapping(version)) return request.address.raw();
    const unsigned index = interrupt_request::index(request.address.raw(), request.message_data);
    return 0xFEE0'0000 | interrupt_entry(version, index).destination << 4;
  }
  // Where interrupts change, the tables of DMA do not.
  if (about_interrupts(change_)) version = 0;
  if (!translating(version)) return request.address.raw();
  return kHost[version] + (request.address.raw() - kFirstPage.raw());
}

}  // namespace dmar::bench
