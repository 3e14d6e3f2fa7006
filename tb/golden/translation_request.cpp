// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "golden/translation_request.hpp"

#include "dmar/ats.hpp"
#include "dmar/structures.hpp"
#include "golden/page_walk.hpp"

namespace dmar::golden {

namespace {

// The device may cache all of it, so all of it counts, not only the address it asked for.
bool reaches_interrupt_range(std::uint64_t base, std::uint64_t bytes) {
  return base <= 0xFEEF'FFFF && base + bytes > 0xFEE0'0000;
}

// The device intends no write. A unit that does not know the flag takes it for 0.
bool withholds_write(const Scene &scene) {
  return scene.config.no_write_flag && scene.request.no_write;
}

TranslationEntry entry_of(const Scene &scene, const Page &page) {
  const bool write = page.write && !withholds_write(scene);
  if (!page.read && !write) return {};
  return {size_code::encode(page.address.raw(), page_bytes(page.size)) |
          (page.read ? TranslationEntry::kRead : 0) | (write ? TranslationEntry::kWrite : 0) |
          (page.snoop ? TranslationEntry::kNoSnoop : 0)};
}

}  // namespace

Verdict complete_translation_request(const Scene &scene, const Context &context) {
  const std::uint64_t address = scene.request.address.raw();
  TranslationCompletion completion{.domain = context.domain};
  if (!below(address, second_stage::input_width(scene.config, context.levels))) {
    scene.note_decision("address width", "the address exceeds the input width of the domain");
    return completion;
  }
  if (in_interrupt_range(address)) {
    scene.note_decision("interrupt address range",
                        "the device is to send interrupts untranslated; no table is read");
    if (!withholds_write(scene)) {
      completion.entry.raw = TranslationEntry::kWrite | TranslationEntry::kUntranslated;
    }
    return completion;
  }
  const auto end = walk_pages(scene, context);
  if (const auto *fault = std::get_if<Fault>(&end)) return *fault;
  const Page &page = std::get<Page>(end);
  if (!page.read && !page.write) return completion;
  const std::uint64_t bytes = page_bytes(page.size);
  if (reaches_interrupt_range(page.address.raw() & ~(bytes - 1), bytes)) {
    return make_fault(FaultReason::kInterruptRangeOutput, context.fault_processing_disable);
  }
  completion.entry = entry_of(scene, page);
  return completion;
}

}  // namespace dmar::golden
