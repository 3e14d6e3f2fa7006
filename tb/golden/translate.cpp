// SPDX-License-Identifier: Apache-2.0
// The order of decisions; the chapters they come from are files of their own.
#include "golden/translate.hpp"

#include "dmar/registers.hpp"
#include "dmar/structures.hpp"
#include "golden/context.hpp"
#include "golden/explain.hpp"
#include "golden/interrupt_range.hpp"
#include "golden/page_walk.hpp"
#include "golden/permission.hpp"
#include "golden/protected_memory.hpp"
#include "golden/scene.hpp"
#include "golden/translation_request.hpp"

namespace dmar::golden {

namespace {

// A unit with ATS answers reads for one aligned translation and no others. Without ATS no context
// entry permits any, and the length rules are those of the link and end there.
bool asks_for_one_translation(const Config &config, const Request &request) {
  if (!config.device_tlb) {
    return request.kind == AccessKind::kRead || request.kind == AccessKind::kZeroLengthRead;
  }
  constexpr std::uint32_t kEntry = sizeof(TranslationEntry);
  return request.kind == AccessKind::kRead && request.bytes == kEntry &&
         request.address.raw() % kEntry == 0;
}

// Malformed or unsupported whatever the tables say (VT-d 7.1.1).
bool unsupported(const Config &config, const Request &request) {
  switch (request.at) {
    case AddressType::kUntranslated:
      return false;
    case AddressType::kTranslationRequest:
      return !asks_for_one_translation(config, request);
    case AddressType::kTranslated:
      return request.pasid.has_value();
    default:
      return true;
  }
}

Translation identity(const Request &request) {
  return {.address = HostAddr(request.address.raw()), .snoop = !request.no_snoop, .identity = true};
}

// Identity results of TT = 10 and of translated requests.
Verdict check_identity(const Scene &scene, const Context &context) {
  const std::uint64_t address = scene.request.address.raw();
  const bool fpd = context.fault_processing_disable;
  // AW limits untranslated requests through the entry, those that pass through not excepted.
  const bool too_wide = scene.request.at == AddressType::kUntranslated &&
                        !below(address, second_stage::input_width(scene.config, context.levels));
  if (too_wide || !below(address, scene.config.host_address_width)) {
    return make_fault(FaultReason::kAddressBeyondWidth, fpd);
  }
  if (in_interrupt_range(address)) return make_fault(FaultReason::kInterruptRangeOutput, fpd);
  Translation result = identity(scene.request);
  result.domain = context.domain;
  scene.note_decision("identity", "pass-through or translated: the address is used as it is");
  return result;
}

Verdict check_page(const Scene &scene, const Context &context, const Page &page) {
  const Request &request = scene.request;
  const bool fpd = context.fault_processing_disable;
  const auto reason = permission_fault(scene.config, request.kind, page.read, page.write);
  if (reason) return make_fault(*reason, fpd);
  if (in_interrupt_range(page.address.raw())) {
    return make_fault(FaultReason::kInterruptRangeOutput, fpd);
  }
  return Translation{.address = page.address,
                     .page_size = page.size,
                     .read = page.read,
                     .write = page.write,
                     .snoop = !request.no_snoop || page.snoop,
                     .domain = context.domain};
}

Verdict translate_second_stage(const Scene &scene, const Context &context) {
  const Request &request = scene.request;
  const unsigned width = second_stage::input_width(scene.config, context.levels);
  if (!below(request.address.raw(), width)) {
    scene.note_decision("address width", "the address exceeds the input width of the domain");
    return make_fault(FaultReason::kAddressBeyondWidth, context.fault_processing_disable);
  }
  const auto end = walk_pages(scene, context);
  if (const auto *fault = std::get_if<Fault>(&end)) return *fault;
  return check_page(scene, context, std::get<Page>(end));
}

// Units of major version 1 leave second-stage results to the tables.
Verdict protect(const Scene &scene, const Verdict &verdict) {
  const auto *result = std::get_if<Translation>(&verdict);
  if (result == nullptr) return verdict;
  if (!result->identity && scene.config.version_major < 2) return verdict;
  if (!in_protected_memory(scene.config, scene.control, result->address.raw())) return verdict;
  scene.note_decision("protected memory", "the address lies in a protected region");
  return Blocked{Blocked::Cause::kProtectedMemory};
}

Verdict translate_remapped(const Scene &scene) {
  const unsigned table_mode = rtaddr::ttm(scene.control.root_table);
  if (!table_mode_supported(scene.config, table_mode)) {
    return make_fault(FaultReason::kTableModeInvalid);
  }
  if (table_mode == rtaddr::kAbort) {
    scene.note_decision("abort mode", "RTADDR.TTM = 3: all DMA is blocked, no table is read");
    return make_fault(FaultReason::kAbortMode);
  }
  if (scene.request.pasid) return make_fault(FaultReason::kPasidInLegacyMode);
  const auto found = find_context(scene);
  if (const auto *fault = std::get_if<Fault>(&found)) return *fault;
  const auto &context = std::get<Context>(found);
  const bool translated = scene.request.at == AddressType::kTranslated;
  if (translated || context.translation_type == context_entry::kPassThrough) {
    return check_identity(scene, context);
  }
  if (scene.request.at == AddressType::kTranslationRequest) {
    return complete_translation_request(scene, context);
  }
  return translate_second_stage(scene, context);
}

// No table mode and no context entry take part, so what is blocked here is no translation fault.
// Only DMA with a PASID comes here with an address of the interrupt range; as a result of
// pass-through or of a table that address is blocked, too (VT-d 3.15).
Verdict pass_unchanged(const Scene &scene) {
  const Request &request = scene.request;
  scene.note_decision("translation disabled", "GSTS.TES = 0: addresses are host addresses");
  if (request.at != AddressType::kUntranslated) {
    return Blocked{Blocked::Cause::kUnsupportedRequest};
  }
  if (in_interrupt_range(request.address.raw())) {
    scene.note_decision("interrupt address range", "DMA never goes there, with a PASID neither");
    return Blocked{Blocked::Cause::kUnsupportedRequest};
  }
  if (!below(request.address.raw(), scene.config.host_address_width)) {
    scene.note_decision("address width", "no host address is that wide");
    return Blocked{Blocked::Cause::kUnsupportedRequest};
  }
  return protect(scene, identity(request));
}

Verdict decide(const Scene &scene) {
  if (unsupported(scene.config, scene.request)) return Blocked{Blocked::Cause::kUnsupportedRequest};
  if (is_for_interrupt_range(scene.request)) return judge_interrupt_range(scene);
  if (!scene.control.translation_enabled) return pass_unchanged(scene);
  return protect(scene, translate_remapped(scene));
}

}  // namespace

Verdict translate(const Config &config, const ControlState &control, TableReader &tables,
                  const Request &request, std::vector<Step> *steps) {
  const Scene scene{config, control, tables, request, steps};
  Verdict verdict = decide(scene);
  const bool may_abort = config.device_tlb && request.at == AddressType::kTranslationRequest;
  auto *fault = std::get_if<Fault>(&verdict);
  if (may_abort && fault != nullptr && aborts_translation_request(fault->reason)) {
    fault->refusal = Refusal::kCompleterAbort;
  }
  scene.note([&] { return Step{.title = "verdict", .conclusion = describe(verdict)}; });
  return verdict;
}

}  // namespace dmar::golden
