// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "trigger.hpp"

#include <algorithm>

#include "dmar/registers.hpp"
#include "dmar/structures.hpp"

namespace dmar::bench {
namespace {

struct Kind {
  const char *name;
  Change change;
  Trigger::Scope scope;
  Trigger::Scope then = {};
};

// Leaves go with the hint, and then what is above them in a range of 2^`mask` pages without it.
Kind in_two_steps(const char *name, Change change, unsigned leaves_mask, unsigned mask) {
  IotlbScope leaves{.granularity = granularity::kDeviceOrPage,
                    .address = Versions::kFirstPage,
                    .address_mask = leaves_mask,
                    .leaf_only = true};
  IotlbScope tables = leaves;
  tables.address_mask = mask;
  tables.leaf_only = false;
  return {name, change, leaves, tables};
}

std::vector<Kind> kinds(const Config &config) {
  std::vector<Kind> list{
      {"context_global", Change::kContext, ContextScope{}},
      {"context_domain", Change::kContext, ContextScope{.granularity = granularity::kDomain}},
      {"context_device", Change::kContext,
       ContextScope{.granularity = granularity::kDeviceOrPage, .source_id = Versions::kDevice}},
      {"iotlb_global", Change::kTable, IotlbScope{}},
      {"iotlb_domain", Change::kLeaf, IotlbScope{.granularity = granularity::kDomain}}};
  if (!config.page_selective) return list;
  IotlbScope pages{.granularity = granularity::kDeviceOrPage,
                   .address = Versions::kFirstPage,
                   .address_mask = Versions::kPagesLog2};
  list.push_back({"iotlb_pages", Change::kTable, pages});
  pages.leaf_only = true;
  list.push_back({"iotlb_leaves", Change::kLeaf, pages});
  constexpr unsigned kBelowLevel2 = 9;
  constexpr unsigned kBelowLevel3 = 18;
  const unsigned leaves = Versions::kPagesLog2;
  list.push_back(in_two_steps("freed_table", Change::kFreedTable, leaves, kBelowLevel2));
  list.push_back(in_two_steps("freed_tables", Change::kFreedTables, leaves,
                              std::min(kBelowLevel3, config.max_address_mask)));
  if (second_stage::may_be_leaf(config, 2)) {
    list.push_back(in_two_steps("super_page", Change::kSuperPage, kBelowLevel2, kBelowLevel2));
  }
  return list;
}

}  // namespace

std::vector<Trigger> triggers(const Config &config) {
  std::vector<Trigger> list;
  for (const Kind &kind : kinds(config)) {
    const std::string name = kind.name;
    list.push_back({"queue_" + name, Trigger::Path::kQueue, kind.change, kind.scope, kind.then});
    // Of the changes in two steps one is enough to see that both ways do the same.
    const bool both = !in_two_steps(kind.change) || kind.change == Change::kFreedTable;
    if (config.version_major < 6 && both) {
      list.push_back(
          {"register_" + name, Trigger::Path::kRegisters, kind.change, kind.scope, kind.then});
    }
  }
  list.push_back({"set_root_pointer", Trigger::Path::kCommand, Change::kRoot});
  list.push_back({"translation_enable", Trigger::Path::kCommand, Change::kTranslation});
  if (!config.interrupt_remapping) return list;
  list.push_back(
      {"queue_interrupt_global", Trigger::Path::kQueue, Change::kInterruptEntry, InterruptScope{}});
  // As many indices as one descriptor covers here, up to the whole table.
  list.push_back({"queue_interrupt_index", Trigger::Path::kQueue, Change::kInterruptEntry,
                  InterruptScope{.all = false, .mask = std::min(4U, config.max_interrupt_mask)}});
  list.push_back({"set_interrupt_pointer", Trigger::Path::kCommand, Change::kInterruptTable});
  list.push_back({"interrupt_enable", Trigger::Path::kCommand, Change::kInterruptEnable});
  return list;
}

}  // namespace dmar::bench
