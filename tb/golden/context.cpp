// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "golden/context.hpp"

#include <fmt/format.h>

#include <optional>

#include "dmar/structures.hpp"

namespace dmar::golden {

namespace {

using Entry = std::array<std::uint64_t, 2>;  // lo, hi
using Reason = FaultReason;

// One 16-byte read, which never reaches memory at or above 2^HAW.
std::optional<Entry> read_entry(const Scene &scene, std::uint64_t address) {
  if ((address & bits(63, scene.config.host_address_width)) != 0) return std::nullopt;
  return scene.tables.read128(HostAddr(address));
}

Step entry_step(std::string title, std::uint64_t address, const std::optional<Entry> &entry,
                std::optional<Reason> reason, const char *next) {
  Step step{.title = std::move(title), .address = HostAddr(address)};
  if (entry) step.words = {(*entry)[0], (*entry)[1]};
  step.conclusion = reason ? fmt::format("fault {:02X}h: {}", static_cast<unsigned>(*reason),
                                         fault_name(*reason).description)
                           : next;
  return step;
}

std::optional<Reason> judge_root(const Scene &scene, const std::optional<Entry> &entry) {
  if (!entry) return Reason::kRootAccess;
  const auto [lo, hi] = *entry;
  if ((lo & root_entry::kPresent) == 0) return Reason::kRootNotPresent;
  if ((lo & root_entry::reserved_lo(scene.config)) != 0) return Reason::kRootReserved;
  if ((hi & root_entry::kReservedHi) != 0) return Reason::kRootReserved;
  return std::nullopt;
}

bool type_supported(const Config &config, unsigned translation_type) {
  switch (translation_type) {
    case context_entry::kSecondStage:
      return true;
    case context_entry::kDeviceTlb:
      return config.device_tlb;
    case context_entry::kPassThrough:
      return config.pass_through;
    default:
      return false;
  }
}

bool width_supported(const Config &config, unsigned address_width) {
  return address_width >= 1 && address_width <= 3 && ((config.sagaw >> address_width) & 1) != 0;
}

std::optional<Reason> judge_context(const Scene &scene, const std::optional<Entry> &entry) {
  if (!entry) return Reason::kContextAccess;
  const Config &config = scene.config;
  const auto [lo, hi] = *entry;
  const unsigned type = context_entry::translation_type(lo);
  if ((lo & context_entry::kPresent) == 0) return Reason::kContextNotPresent;
  if ((lo & context_entry::reserved_lo(config, type)) != 0) return Reason::kContextReserved;
  if ((hi & context_entry::reserved_hi(config)) != 0) return Reason::kContextReserved;
  if (!type_supported(config, type)) return Reason::kContextInvalid;
  if (!width_supported(config, context_entry::address_width(hi))) return Reason::kContextInvalid;
  const bool untranslated = scene.request.at == AddressType::kUntranslated;
  if (!untranslated && type != context_entry::kDeviceTlb) return Reason::kTranslationTypeBlocked;
  return std::nullopt;
}

std::string type_meaning(unsigned translation_type) {
  switch (translation_type) {
    case context_entry::kSecondStage:
      return "second-stage, untranslated requests only";
    case context_entry::kDeviceTlb:
      return "second-stage, device-TLB allowed";
    case context_entry::kPassThrough:
      return "pass-through";
    default:
      return "reserved";
  }
}

std::vector<Step::Field> root_fields(const Config &config, const Entry &entry) {
  const auto [lo, hi] = entry;
  return {{"P", lo & 1, (lo & 1) != 0 ? "present" : "not present"},
          {"CTP", root_entry::context_table(lo, config), "context table"},
          {"reserved", lo & root_entry::reserved_lo(config), ""},
          {"reserved (high half)", hi, ""}};
}

std::vector<Step::Field> context_fields(const Config &config, const Entry &entry) {
  const auto [lo, hi] = entry;
  const unsigned type = context_entry::translation_type(lo);
  const unsigned width = context_entry::address_width(hi);
  const bool known_width = width >= 1 && width <= 3;
  return {{"P", lo & 1, (lo & 1) != 0 ? "present" : "not present"},
          {"FPD", field(lo, 1, 1), "fault processing disable"},
          {"TT", type, type_meaning(type)},
          {"SSPTPTR", context_entry::table(lo, config), "second-stage table"},
          {"AW", width, known_width ? fmt::format("{} levels", width + 2) : "reserved"},
          {"DID", context_entry::domain(hi).raw(), "domain"},
          {"reserved", lo & context_entry::reserved_lo(config, type), ""},
          {"reserved (high half)", hi & context_entry::reserved_hi(config), ""}};
}

std::variant<HostAddr, Fault> find_context_table(const Scene &scene) {
  const unsigned bus = scene.request.source_id.raw() >> 8;
  const std::uint64_t address = (scene.control.root_table & bits(63, 12)) + 16 * bus;
  const std::optional<Entry> entry = read_entry(scene, address);
  const std::optional<Reason> reason = judge_root(scene, entry);
  scene.note([&] {
    Step step = entry_step(fmt::format("root entry of bus {:02x}h", bus), address, entry, reason,
                           "present and valid: the context table is known");
    if (entry) step.fields = root_fields(scene.config, *entry);
    return step;
  });
  if (reason) return make_fault(*reason);
  return HostAddr(root_entry::context_table((*entry)[0], scene.config));
}

}  // namespace

std::variant<Context, Fault> find_context(const Scene &scene) {
  const auto table = find_context_table(scene);
  if (const auto *fault = std::get_if<Fault>(&table)) return *fault;

  const unsigned devfn = scene.request.source_id.raw() & 0xFF;
  const std::uint64_t address = std::get<HostAddr>(table).raw() + 16 * devfn;
  const std::optional<Entry> entry = read_entry(scene, address);
  const std::optional<Reason> reason = judge_context(scene, entry);
  scene.note([&] {
    Step step = entry_step(fmt::format("context entry of {:02x}.{}", devfn >> 3, devfn & 7),
                           address, entry, reason, "present, valid and supported");
    if (entry) step.fields = context_fields(scene.config, *entry);
    return step;
  });
  const bool fpd = entry && ((*entry)[0] & context_entry::kFpd) != 0;
  if (reason) return make_fault(*reason, fpd);
  const auto [lo, hi] = *entry;
  return Context{.translation_type = context_entry::translation_type(lo),
                 .levels = context_entry::address_width(hi) + second_stage::kTopOfAw,
                 .table = context_entry::table(lo, scene.config),
                 .domain = context_entry::domain(hi),
                 .fault_processing_disable = fpd};
}

}  // namespace dmar::golden
