// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "golden/explain.hpp"

#include <fmt/format.h>

#include <array>

#include "dmar/fault_names.hpp"

namespace dmar::golden {

std::string device_name(SourceId source_id) {
  const unsigned raw = source_id.raw();
  return fmt::format("{:02x}:{:02x}.{}", raw >> 8, (raw >> 3) & 0x1F, raw & 7);
}

namespace {

struct Describe {
  std::string operator()(const Translation &result) const {
    constexpr std::array<const char *, 3> kSizes{"4 KiB", "2 MiB", "1 GiB"};
    const char *rights = result.read && result.write ? "read and write"
                         : result.read               ? "read only"
                         : result.write              ? "write only"
                                                     : "no access";
    const std::string how =
        result.identity ? std::string("address unchanged")
                        : fmt::format("{} page", kSizes[static_cast<unsigned>(result.page_size)]);
    return fmt::format("permitted, goes to {:#x} ({}, {}{})", result.address.raw(), how, rights,
                       result.snoop ? "" : ", not snooped");
  }
  std::string operator()(const Fault &fault) const {
    const FaultName &name = fault_name(fault.reason);
    const std::string code = fmt::format("{:02X}h", static_cast<unsigned>(fault.reason));
    return fmt::format("blocked{}, fault {}{}: {}{}",
                       fault.refusal == Refusal::kCompleterAbort ? " with a completer abort" : "",
                       code, name.label == code ? "" : fmt::format(" ({})", name.label),
                       name.description,
                       fault.suppressed ? "; not recorded because FPD is set" : "");
  }
  std::string operator()(const Blocked &blocked) const {
    return blocked.cause == Blocked::Cause::kProtectedMemory
               ? "blocked by a protected memory region, no fault is recorded"
               : "unsupported request, no fault is recorded";
  }
  std::string operator()(const Interrupt &interrupt) const {
    return fmt::format("an interrupt message, {}: {:#x} with data {:#x}",
                       interrupt.remapped ? "remapped" : "passed unchanged",
                       interrupt.message.address, interrupt.message.data);
  }
  std::string operator()(const TranslationCompletion &completion) const {
    return fmt::format("a translation completion, {}", describe(completion.entry));
  }
  std::string operator()(const Posting &posting) const {
    return fmt::format("to be posted: {} vector {:#x} to the descriptor at {:#x}",
                       posting.urgent ? "urgent" : "not urgent", posting.vector,
                       posting.descriptor.raw());
  }
  std::string operator()(const NoAccess &) const {
    return "completes without touching anything (zero-length read of the interrupt range)";
  }
};

void render_step(std::string &out, std::size_t number, const Step &step) {
  fmt::format_to(std::back_inserter(out), "{:2}. {}", number, step.title);
  if (step.address) fmt::format_to(std::back_inserter(out), " at {:#x}", step.address->raw());
  if (step.address && step.words.empty()) out += ": no data";
  for (std::size_t i = step.words.size(); i-- > 0;) {
    fmt::format_to(std::back_inserter(out), "{}{:016x}", i + 1 == step.words.size() ? ": " : "_",
                   step.words[i]);
  }
  out += '\n';
  for (const Step::Field &field : step.fields) {
    fmt::format_to(std::back_inserter(out), "      {:<20} = {:#x}", field.name, field.value);
    if (!field.meaning.empty()) fmt::format_to(std::back_inserter(out), "  {}", field.meaning);
    out += '\n';
  }
  if (!step.conclusion.empty()) {
    fmt::format_to(std::back_inserter(out), "    -> {}\n", step.conclusion);
  }
}

}  // namespace

std::string describe(const TranslationEntry &entry) {
  const auto letters = [&entry] {
    return fmt::format("{}{}{}{}", entry.has(TranslationEntry::kRead) ? "R" : "",
                       entry.has(TranslationEntry::kWrite) ? "W" : "",
                       entry.has(TranslationEntry::kUntranslated) ? "U" : "",
                       entry.has(TranslationEntry::kNoSnoop) ? "N" : "");
  };
  if (!entry.grants()) return fmt::format("{:#018x}: no access", entry.raw);
  if (entry.has(TranslationEntry::kUntranslated)) {
    return fmt::format("{:#018x}: {}, untranslated requests only", entry.raw, letters());
  }
  return fmt::format("{:#018x}: {}, {} KiB at {:#x}", entry.raw, letters(), entry.bytes() / 1024,
                     entry.base());
}

std::string describe(const Verdict &verdict) { return std::visit(Describe{}, verdict); }

std::string describe(const Request &request) {
  constexpr std::array<const char *, 4> kKinds{"read", "write", "atomic", "zero-length read"};
  constexpr std::array<const char *, 4> kTypes{"", ", translation request", ", translated",
                                               ", reserved address type"};
  std::string text =
      fmt::format("{} of {} bytes at {:#x} by {}{}", kKinds[static_cast<unsigned>(request.kind)],
                  request.bytes, request.address.raw(), device_name(request.source_id),
                  kTypes[static_cast<unsigned>(request.at)]);
  if (request.no_write) text += ", no write intended";
  if (request.pasid) text += fmt::format(", PASID {:#x}", request.pasid->raw());
  return text;
}

std::string render(std::span<const Step> steps) {
  std::string out;
  for (std::size_t i = 0; i < steps.size(); ++i) render_step(out, i + 1, steps[i]);
  return out;
}

std::string dmesg_line(const FaultRecord &record) {
  if (linux_interrupt_fault(record.reason())) {
    return fmt::format(
        "DMAR: [INTR-REMAP] Request device [{}] fault index {:#x} [fault reason {:#04x}] {}",
        device_name(record.source_id()), record.interrupt_index(), record.reason(),
        linux_fault_text(record.reason()));
  }
  return fmt::format(
      "DMAR: [{} NO_PASID] Request device [{}] fault addr {:#x} [fault reason {:#04x}] {}",
      record.t1() ? "DMA Read" : "DMA Write", device_name(record.source_id()), record.fault_info(),
      record.reason(), linux_fault_text(record.reason()));
}

}  // namespace dmar::golden
