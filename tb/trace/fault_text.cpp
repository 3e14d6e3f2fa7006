// SPDX-License-Identifier: Apache-2.0
// See fault_text.hpp. Which fault has what in its record: VT-d 5.1.4.1.
#include "trace/fault_text.hpp"

#include <fmt/core.h>

#include <array>

#include "dmar/fault_names.hpp"
#include "dmar/structures.hpp"
#include "trace/field_text.hpp"

namespace dmar::trace {

namespace {

constexpr std::array<NamedField, 1> kLow{{{"FI", 63, 12}}};
constexpr std::array<NamedField, 9> kHigh{{{"F", 63, 63},
                                           {"T1", 62, 62},
                                           {"AT", 61, 60},
                                           {"PV", 59, 40},
                                           {"FR", 39, 32},
                                           {"PP", 31, 31},
                                           {"EXE", 30, 30},
                                           {"PRIV", 29, 29},
                                           {"T2", 28, 28}}};

// As wide as a record holds it.
std::uint64_t recorded_index(const Message &message) {
  return interrupt_request::index(message.address, message.data) & 0xFFFF;
}

std::string interrupt_text(SourceId source_id, std::uint64_t index, FaultReason reason) {
  const std::string at = names_interrupt_index(reason) ? fmt::format(" index {:x}", index) : "";
  return fmt::format("int {:04x}{} fault {:x}", source_id.raw(), at, static_cast<unsigned>(reason));
}

std::string dma_text(bool write, SourceId source_id, std::uint64_t address, FaultReason reason) {
  constexpr std::uint64_t kRecordedPage = 0x0000'FFFF'FFFF'F000;
  return fmt::format("{} {:04x} {:x} fault {:x}", write ? 'w' : 'r', source_id.raw(),
                     address & kRecordedPage, static_cast<unsigned>(reason));
}

}  // namespace

std::string fault_text(const DmaEvent &event) {
  if (is_interrupt_fault(event.reason)) return interrupt_text(event.source_id, 0, event.reason);
  return dma_text(event.write, event.source_id, event.iova.raw(), event.reason);
}

std::string fault_text(const InterruptEvent &event) {
  return interrupt_text(event.source_id, recorded_index(event.input), event.reason);
}

std::string fault_text(const AskEvent &event) {
  return dma_text(false, event.source_id, event.iova.raw(), event.reason);
}

std::string fault_text(const golden::FaultRecord &record) {
  const auto reason = static_cast<FaultReason>(record.reason());
  if (is_interrupt_fault(reason)) {
    return interrupt_text(record.source_id(), record.interrupt_index(), reason);
  }
  return dma_text(!record.t1(), record.source_id(), record.fault_info(), reason);
}

std::uint64_t defined_bits(const ReadEvent &event, const golden::FaultRecord &record) {
  const auto reason = static_cast<FaultReason>(record.reason());
  if (!is_interrupt_fault(reason)) return ~std::uint64_t{0};
  const std::uint64_t low = bits(11, 0) | (names_interrupt_index(reason) ? bits(63, 12) : 0);
  const std::uint64_t high = bit(63) | bits(39, 32) | bits(27, 0);
  return ((event.offset & 8) != 0 ? high : low) >> (8 * (event.offset & 4));
}

std::string fault_difference(const ReadEvent &event, std::uint64_t value) {
  const bool high = (event.offset & 8) != 0;
  const unsigned shift = 8 * (event.offset & 4);
  const auto fields = high ? std::span<const NamedField>(kHigh) : std::span<const NamedField>(kLow);
  const std::string text = field_differences(fields, value << shift, event.value << shift);
  return text.empty() ? text : "fault record of an interrupt" + text;
}

}  // namespace dmar::trace
