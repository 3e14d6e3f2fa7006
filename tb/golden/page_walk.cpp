// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "golden/page_walk.hpp"

#include <fmt/format.h>

#include <array>
#include <optional>

#include "dmar/structures.hpp"

namespace dmar::golden {

namespace {

using Reason = FaultReason;

constexpr std::array<const char *, 6> kEntryNames{"", "PTE", "PDE", "PDPE", "PML4E", "PML5E"};

// What one entry means for the walk.
struct Judgement {
  std::optional<Reason> reason = {};
  bool not_present = false;
  bool leaf = false;
};

Judgement judge(const Scene &scene, const std::optional<std::uint64_t> &entry, unsigned level,
                bool top) {
  if (!entry) return {.reason = top ? Reason::kContextInvalid : Reason::kPagingEntryAccess};
  // Everything else in an entry that grants nothing is ignored, reserved bits included.
  if ((*entry & (second_stage::kRead | second_stage::kWrite)) == 0) return {.not_present = true};
  if ((*entry & second_stage::reserved(*entry, level, scene.config)) != 0) {
    return {.reason = Reason::kPagingEntryReserved};
  }
  return {.leaf = second_stage::is_leaf(*entry, level)};
}

std::string conclusion(const Judgement &judgement, unsigned level) {
  if (judgement.reason) {
    return fmt::format("fault {:02X}h: {}", static_cast<unsigned>(*judgement.reason),
                       fault_name(*judgement.reason).description);
  }
  if (judgement.not_present) return "R = W = 0: nothing is mapped here";
  if (!judgement.leaf) return "leads to the next table";
  return level == 1 ? "maps a 4 KiB page" : level == 2 ? "maps a 2 MiB page" : "maps a 1 GiB page";
}

Step entry_step(const Scene &scene, unsigned level, std::uint64_t address,
                const std::optional<std::uint64_t> &entry, const Judgement &judgement) {
  Step step{.title = fmt::format("second-stage {}", kEntryNames[level]),
            .address = HostAddr(address),
            .conclusion = conclusion(judgement, level)};
  if (!entry) return step;
  step.words = {*entry};
  step.fields = {{"R", *entry & 1, ""},
                 {"W", field(*entry, 1, 1), ""},
                 {"PS", field(*entry, 7, 7), level == 1 ? "ignored" : ""},
                 {"SNP", field(*entry, 11, 11), judgement.leaf ? "force snoop" : "reserved"},
                 {"ADDR", second_stage::address(*entry, level, scene.config),
                  second_stage::is_leaf(*entry, level) ? "page" : "next table"},
                 {"reserved", *entry & second_stage::reserved(*entry, level, scene.config), ""}};
  return step;
}

}  // namespace

std::variant<Page, Fault> walk_pages(const Scene &scene, const Context &context) {
  const std::uint64_t input = scene.request.address.raw();
  Page page;
  std::uint64_t table = context.table;
  for (unsigned level = context.levels; level >= 1; --level) {
    const std::uint64_t address = table + 8 * second_stage::index(input, level);
    // Pointers are below 2^HAW here: higher bits were reserved where each was found.
    const std::optional<std::uint64_t> entry = scene.tables.read64(HostAddr(address));
    const Judgement judgement = judge(scene, entry, level, level == context.levels);
    scene.note([&] { return entry_step(scene, level, address, entry, judgement); });
    if (judgement.reason) return make_fault(*judgement.reason, context.fault_processing_disable);
    if (judgement.not_present) return Page{.mapped = false, .read = false, .write = false};
    page.read = page.read && (*entry & second_stage::kRead) != 0;
    page.write = page.write && (*entry & second_stage::kWrite) != 0;
    table = second_stage::address(*entry, level, scene.config);
    if (!judgement.leaf) continue;
    page.address = HostAddr(table | (input & bits(second_stage::index_shift(level) - 1, 0)));
    page.size = static_cast<PageSize>(level - 1);
    page.snoop = (*entry & second_stage::kSnoop) != 0;
    break;
  }
  return page;
}

}  // namespace dmar::golden
