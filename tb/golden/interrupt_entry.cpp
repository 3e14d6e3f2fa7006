// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "golden/interrupt_entry.hpp"

#include <fmt/format.h>

#include <string>

#include "dmar/structures.hpp"

namespace dmar::golden {

namespace {

namespace irte = interrupt_entry;

// Bits of the requester that SQ leaves in the comparison.
std::uint16_t compared_bits(unsigned source_qualifier) {
  constexpr std::array<std::uint16_t, 4> kCompared{0xFFFF, 0xFFFB, 0xFFF9, 0xFFF8};
  return kCompared[source_qualifier];
}

bool source_valid(std::uint64_t hi, SourceId requester) {
  const std::uint16_t expected = irte::source_id(hi).raw();
  switch (irte::source_validation(hi)) {
    case irte::kSourceId:
      return ((expected ^ requester.raw()) & compared_bits(irte::source_qualifier(hi))) == 0;
    case irte::kBusRange: {
      const unsigned bus = requester.raw() >> 8;
      return bus >= expected >> 8 && bus <= (expected & 0xFF);
    }
    default:
      return true;
  }
}

bool validation_known(std::uint64_t hi) { return irte::source_validation(hi) <= irte::kBusRange; }

bool delivery_mode_known(std::uint64_t lo) {
  const unsigned mode = irte::delivery_mode(lo);
  return mode != 0b011 && mode != 0b110;
}

bool remapped_reserved(const InterruptEntryWords &entry, bool extended) {
  const auto [lo, hi] = entry;
  return (lo & irte::reserved_lo(extended)) != 0 || (hi & irte::kReservedHi) != 0 ||
         !delivery_mode_known(lo);
}

bool posted_reserved(const Config &config, const InterruptEntryWords &entry) {
  const auto [lo, hi] = entry;
  return !config.posted_interrupts || (lo & irte::kPostedReservedLo) != 0 ||
         (hi & irte::posted_reserved_hi(config)) != 0;
}

const char *delivery_mode_meaning(unsigned mode) {
  constexpr std::array<const char *, 8> kModes{
      "fixed", "lowest priority", "SMI", "reserved", "NMI", "INIT", "reserved", "ExtINT"};
  return kModes[mode];
}

std::string validation_meaning(std::uint64_t hi) {
  const unsigned sid = irte::source_id(hi).raw();
  switch (irte::source_validation(hi)) {
    case irte::kAnySource:
      return "any requester";
    case irte::kSourceId:
      return fmt::format("requester {:02x}:{:02x}.{}, compared bits {:#x}", sid >> 8,
                         (sid >> 3) & 0x1F, sid & 7, compared_bits(irte::source_qualifier(hi)));
    case irte::kBusRange:
      return fmt::format("requesters of buses {:02x}h to {:02x}h", sid >> 8, sid & 0xFF);
    default:
      return "reserved";
  }
}

}  // namespace

std::optional<FaultReason> judge_interrupt_entry(const Config &config,
                                                 const InterruptEntryWords &entry,
                                                 SourceId requester, bool extended) {
  const auto [lo, hi] = entry;
  if ((lo & irte::kPresent) == 0) return FaultReason::kInterruptEntryNotPresent;
  if (!validation_known(hi)) return FaultReason::kInterruptEntryReserved;
  if (!source_valid(hi, requester)) return FaultReason::kInterruptSourceInvalid;
  const bool reserved =
      is_posted(entry) ? posted_reserved(config, entry) : remapped_reserved(entry, extended);
  if (reserved) return FaultReason::kInterruptEntryReserved;
  return std::nullopt;
}

bool is_posted(const InterruptEntryWords &entry) { return (entry[0] & irte::kPosted) != 0; }

Posting posting_of(const InterruptEntryWords &entry, bool extended) {
  const auto [lo, hi] = entry;
  return {.descriptor = irte::posted_descriptor(lo, hi),
          .vector = irte::vector(lo),
          .urgent = (lo & irte::kUrgent) != 0,
          .extended = extended,
          .fault_processing_disable = (lo & irte::kFpd) != 0};
}

// Bits 31:8 of an extended destination travel in bits 63:40 of the address.
Message remapped_message(const InterruptEntryWords &entry, bool extended) {
  constexpr std::uint32_t kAsserted = 1U << 14;
  const std::uint64_t lo = entry[0];
  const std::uint64_t destination = irte::destination(lo, extended);
  const bool level = (lo & irte::kLevel) != 0;
  return {.address = (destination >> 8) << 40 | 0xFEE0'0000ULL | (destination & 0xFF) << 12 |
                     (lo & (irte::kRedirectionHint | irte::kLogical)),
          .data = static_cast<std::uint32_t>(level) << 15 | kAsserted |
                  irte::delivery_mode(lo) << 8 | irte::vector(lo)};
}

namespace {

std::vector<Step::Field> source_fields(std::uint64_t hi) {
  return {{"SID", irte::source_id(hi).raw(), ""},
          {"SQ", irte::source_qualifier(hi), ""},
          {"SVT", irte::source_validation(hi), validation_meaning(hi)}};
}

std::vector<Step::Field> posted_entry_fields(const Config &config,
                                             const InterruptEntryWords &entry) {
  const auto [lo, hi] = entry;
  std::vector<Step::Field> fields{
      {"P", field(lo, 0, 0), (lo & irte::kPresent) != 0 ? "present" : "not present"},
      {"FPD", field(lo, 1, 1), "fault processing disable"},
      {"URG", field(lo, 14, 14), "urgent"},
      {"IM", field(lo, 15, 15), "posted"},
      {"VV", irte::vector(lo), "vector"},
      {"PDA", irte::posted_descriptor(lo, hi).raw(), "posted descriptor"}};
  const std::vector<Step::Field> source = source_fields(hi);
  fields.insert(fields.end(), source.begin(), source.end());
  fields.push_back({"reserved", lo & irte::kPostedReservedLo, ""});
  fields.push_back({"reserved (high half)", hi & irte::posted_reserved_hi(config), ""});
  return fields;
}

}  // namespace

std::vector<Step::Field> interrupt_entry_fields(const Config &config,
                                                const InterruptEntryWords &entry, bool extended) {
  if (config.posted_interrupts && is_posted(entry)) return posted_entry_fields(config, entry);
  const auto [lo, hi] = entry;
  std::vector<Step::Field> fields{
      {"P", field(lo, 0, 0), (lo & irte::kPresent) != 0 ? "present" : "not present"},
      {"FPD", field(lo, 1, 1), "fault processing disable"},
      {"DM", field(lo, 2, 2), (lo & irte::kLogical) != 0 ? "logical" : "physical"},
      {"RH", field(lo, 3, 3), "redirection hint"},
      {"TM", field(lo, 4, 4), (lo & irte::kLevel) != 0 ? "level" : "edge"},
      {"DLM", irte::delivery_mode(lo), delivery_mode_meaning(irte::delivery_mode(lo))},
      {"IM", field(lo, 15, 15), (lo & irte::kPosted) != 0 ? "posted" : "remapped"},
      {"V", irte::vector(lo), "vector"},
      {"DST", irte::destination(lo, extended),
       extended ? "APIC id of 32 bits" : "APIC id of 8 bits"}};
  const std::vector<Step::Field> source = source_fields(hi);
  fields.insert(fields.end(), source.begin(), source.end());
  fields.push_back({"reserved", lo & irte::reserved_lo(extended), ""});
  fields.push_back({"reserved (high half)", hi & irte::kReservedHi, ""});
  return fields;
}

}  // namespace dmar::golden
