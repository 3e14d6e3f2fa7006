// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "golden/interrupt_remapping.hpp"

#include <fmt/format.h>

#include <optional>

#include "dmar/registers.hpp"
#include "dmar/structures.hpp"
#include "golden/interrupt_entry.hpp"

namespace dmar::golden {

namespace {

using Reason = FaultReason;

Interrupt unchanged(const Request &request) {
  return {.message = {request.address.raw(), request.message_data}};
}

// Such a request names no entry: it passes as it is, or not at all.
Verdict judge_compatibility(const Scene &scene, bool extended) {
  if (extended) {
    scene.note_decision("compatibility format", "A[4] = 0: never let through while IRTA.EIME = 1");
    return make_fault(Reason::kInterruptCompatibilityBlocked);
  }
  if (!scene.control.compatibility_allowed) {
    scene.note_decision("compatibility format", "A[4] = 0: blocked because GSTS.CFIS = 0");
    return make_fault(Reason::kInterruptCompatibilityBlocked);
  }
  scene.note_decision("compatibility format", "A[4] = 0: let through because GSTS.CFIS = 1");
  return unchanged(scene.request);
}

Step request_step(const Request &request, unsigned index, std::uint32_t entries) {
  const std::uint64_t address = request.address.raw();
  Step step{.title = "interrupt request in remappable format"};
  step.fields = {{"handle", interrupt_request::handle(address), "A[2], A[19:5]"},
                 {"SHV", field(address, 3, 3), "sub-handle valid"}};
  if ((address & interrupt_request::kSubhandleValid) != 0) {
    step.fields.push_back({"sub-handle", request.message_data & 0xFFFF, "D[15:0]"});
    step.fields.push_back({"reserved", request.message_data >> 16, "D[31:16]"});
  }
  step.fields.push_back({"index", index, fmt::format("of {} entries", entries)});
  return step;
}

// Whether the request names an entry that can exist.
std::optional<Reason> judge_request(const Scene &scene, unsigned index) {
  const std::uint64_t irta = scene.control.interrupt_table;
  const Request &request = scene.request;
  const bool subhandle = (request.address.raw() & interrupt_request::kSubhandleValid) != 0;
  if (subhandle && (request.message_data & interrupt_request::kReservedData) != 0) {
    return Reason::kInterruptRequestReserved;
  }
  if (index >= irta::entries(irta)) return Reason::kInterruptIndexBeyondTable;
  // The sum may leave the 64-bit space; then the table alone tells.
  const std::uint64_t table = irta & irta::kTable;
  const std::uint64_t beyond = bits(63, scene.config.host_address_width);
  if (((table | (table + 16ULL * index)) & beyond) != 0) return Reason::kInterruptIndexBeyondTable;
  return std::nullopt;
}

std::string conclusion(std::optional<Reason> reason, const char *otherwise) {
  if (!reason) return otherwise;
  return fmt::format("fault {:02X}h: {}", static_cast<unsigned>(*reason),
                     fault_name(*reason).description);
}

Verdict remap_by_entry(const Scene &scene, unsigned index, bool extended) {
  const HostAddr address((scene.control.interrupt_table & irta::kTable) + 16ULL * index);
  const auto entry = scene.tables.read128(address);
  const std::optional<Reason> reason =
      entry ? judge_interrupt_entry(scene.config, *entry, scene.request.source_id, extended)
            : Reason::kInterruptEntryAccess;
  scene.note([&] {
    Step step{.title = fmt::format("interrupt entry {:x}h", index), .address = address};
    if (entry) {
      step.words = {(*entry)[0], (*entry)[1]};
      step.fields = interrupt_entry_fields(scene.config, *entry, extended);
    }
    step.conclusion = conclusion(reason, "present, valid, and the requester may use it");
    return step;
  });
  if (reason) return make_fault(*reason, entry && ((*entry)[0] & interrupt_entry::kFpd) != 0);
  if (is_posted(*entry)) return posting_of(*entry, extended);
  return Interrupt{.message = remapped_message(*entry, extended), .remapped = true};
}

}  // namespace

Verdict remap_interrupt(const Scene &scene) {
  const Request &request = scene.request;
  if (!scene.control.interrupt_enabled) {
    scene.note_decision("interrupt remapping disabled",
                        "GSTS.IRES = 0: the message leaves as it came, whatever its format");
    return unchanged(request);
  }
  const std::uint64_t irta = scene.control.interrupt_table;
  const bool extended = (irta & irta::kEime) != 0;
  if ((request.address.raw() & interrupt_request::kRemappable) == 0) {
    return judge_compatibility(scene, extended);
  }
  const unsigned index = interrupt_request::index(request.address.raw(), request.message_data);
  const std::optional<Reason> reason = judge_request(scene, index);
  scene.note([&] {
    Step step = request_step(request, index, irta::entries(irta));
    step.conclusion = conclusion(reason, "the index lies in the table");
    return step;
  });
  if (reason) return make_fault(*reason);
  return remap_by_entry(scene, index, extended);
}

}  // namespace dmar::golden
