// SPDX-License-Identifier: Apache-2.0
// See parser.hpp. One function for each kind of line; the order of the calls is the line format.
#include "trace/parser.hpp"

#include <fmt/core.h>

#include "trace/fields.hpp"

namespace dmar::trace {

namespace {

constexpr std::uint64_t kPage = 4096;
constexpr std::uint32_t kRegisterBytes = 0x1000;

UnitEvent parse_unit(Fields &fields) {
  UnitEvent unit;
  fields.literal("ver");
  unit.version = static_cast<std::uint32_t>(fields.hex("VER", 32));
  fields.literal("cap");
  unit.capability = fields.hex("CAP");
  fields.literal("ecap");
  unit.extended_capability = fields.hex("ECAP");
  return unit;
}

// ReadEvent and WriteEvent have the same fields.
template <class RegisterEvent>
RegisterEvent parse_register(Fields &fields) {
  RegisterEvent out;
  out.offset = static_cast<std::uint32_t>(fields.hex("OFF", 32));
  if (out.offset >= kRegisterBytes) {
    fields.fail("OFF", fmt::format("{:x} is outside the 4 KiB of registers", out.offset));
  }
  const std::uint32_t offset = out.offset;
  out.bytes = fields.decimal("N", 1, 8);
  if (out.bytes != 4 && out.bytes != 8) fields.fail("N", "registers have 4 or 8 bytes");
  if (offset % out.bytes != 0) {
    fields.fail("N", fmt::format("offset {:x} is not a multiple of {}", offset, out.bytes));
  }
  out.value = fields.hex("V", 8 * out.bytes);
  return out;
}

MemEvent parse_mem(Fields &fields) {
  MemEvent out;
  out.address = HostAddr(fields.hex("ADDR"));
  if (out.address.raw() % out.bytes.size() != 0) {
    fields.fail("ADDR", fmt::format("{:x} is not a multiple of 64", out.address.raw()));
  }
  fields.bytes("BYTES", out.bytes);
  return out;
}

StatusEvent parse_status(Fields &fields) {
  StatusEvent out;
  out.address = HostAddr(fields.hex("ADDR"));
  out.value = static_cast<std::uint32_t>(fields.hex("V", 32));
  return out;
}

Message parse_message(Fields &fields, std::string_view address, std::string_view data) {
  Message out;
  out.address = fields.hex(address);
  out.data = static_cast<std::uint32_t>(fields.hex(data, 32));
  return out;
}

enum class Result { kOk, kFault, kPosted };

// For "fault" takes the code as well.
Result parse_outcome(Fields &fields, FaultReason &reason, bool may_be_posted) {
  const std::string_view word = fields.word("outcome");
  if (word == "ok") return Result::kOk;
  if (may_be_posted && word == "posted") return Result::kPosted;
  if (word != "fault") {
    fields.fail("outcome",
                may_be_posted ? "must be 'ok', 'posted' or 'fault'" : "must be 'ok' or 'fault'");
  }
  reason = static_cast<FaultReason>(fields.hex("CODE", 8));
  if (reason == FaultReason::kNone) fields.fail("CODE", "0 is not a fault reason");
  return Result::kFault;
}

// True for "ok"; for "fault" takes the code as well.
bool parse_outcome(Fields &fields, FaultReason &reason) {
  return parse_outcome(fields, reason, false) == Result::kOk;
}

SourceId parse_source(Fields &fields) {
  return SourceId(static_cast<std::uint16_t>(fields.hex("SID", 16)));
}

DmaEvent parse_dma(Fields &fields) {
  DmaEvent out;
  std::string_view direction = fields.word("r|w");
  out.translated = direction.starts_with('t');
  if (out.translated) direction.remove_prefix(1);
  if (direction != "r" && direction != "w") fields.fail("r|w", "must be 'r', 'w', 'tr' or 'tw'");
  out.write = direction == "w";
  out.source_id = parse_source(fields);
  out.iova = Iova(fields.hex("IOVA"));
  out.bytes = fields.decimal("N", 1, kPage);
  if (out.iova.raw() % kPage + out.bytes > kPage) {
    fields.fail("N", fmt::format("{} bytes at {:x} cross a page", out.bytes, out.iova.raw()));
  }
  if (parse_outcome(fields, out.reason)) out.address = HostAddr(fields.hex("PA"));
  return out;
}

AskEvent parse_ask(Fields &fields) {
  constexpr std::uint64_t kEntry = sizeof(TranslationEntry);
  AskEvent out;
  const std::string_view rights = fields.word("r|rw");
  if (rights != "r" && rights != "rw") fields.fail("r|rw", "must be 'r' or 'rw'");
  out.no_write = rights == "r";
  out.source_id = parse_source(fields);
  out.iova = Iova(fields.hex("IOVA"));
  if (out.iova.raw() % kEntry != 0) {
    fields.fail("IOVA", fmt::format("{:x} is not a multiple of 8", out.iova.raw()));
  }
  if (parse_outcome(fields, out.reason)) out.entry = TranslationEntry{fields.hex("ENTRY")};
  return out;
}

InvalidateEvent parse_invalidate(Fields &fields) {
  InvalidateRequest out{.source_id = parse_source(fields)};
  out.itag = static_cast<std::uint8_t>(fields.hex("ITAG", 5));
  out.payload = fields.hex("PAYLOAD");
  return {out};
}

CompletionEvent parse_completion(Fields &fields) {
  InvalidateCompletion out{.source_id = parse_source(fields)};
  out.itags = static_cast<std::uint32_t>(fields.hex("ITAGS", 32));
  out.count = static_cast<std::uint8_t>(fields.decimal("N", 1, 8));
  return {out};
}

TimeOutEvent parse_time_out(Fields &fields) {
  TimeOutEvent out{.source_id = parse_source(fields)};
  out.itag = static_cast<unsigned>(fields.hex("ITAG", 5));
  return out;
}

InterruptEvent parse_interrupt(Fields &fields) {
  InterruptEvent out;
  out.source_id = parse_source(fields);
  out.input = parse_message(fields, "ADDR", "DATA");
  if (out.input.address % 4 != 0) fields.fail_line("an interrupt message is one aligned DWORD");
  switch (parse_outcome(fields, out.reason, true)) {
    case Result::kOk:
      out.output = parse_message(fields, "ADDR'", "DATA'");
      break;
    case Result::kPosted:
      out.posted = true;
      break;
    case Result::kFault:
      break;
  }
  return out;
}

Event parse_event(Fields &fields) {
  const std::string_view name = fields.name();
  if (name == "read") return parse_register<ReadEvent>(fields);
  if (name == "write") return parse_register<WriteEvent>(fields);
  if (name == "mem") return parse_mem(fields);
  if (name == "status") return parse_status(fields);
  if (name == "dma") return parse_dma(fields);
  if (name == "int") return parse_interrupt(fields);
  if (name == "ask") return parse_ask(fields);
  if (name == "inv") return parse_invalidate(fields);
  if (name == "done") return parse_completion(fields);
  if (name == "lost") return parse_time_out(fields);
  if (name == "event") return MessageEvent{parse_message(fields, "ADDR", "DATA")};
  std::string shown;
  for (const char c : name.substr(0, 40)) shown += (c >= ' ' && c <= '~') ? c : '?';
  fields.fail_line(fmt::format("'{}' is not the name of an event", shown));
}

bool is_consequence(const Event &event) {
  return std::holds_alternative<StatusEvent>(event) ||
         std::holds_alternative<MessageEvent>(event) ||
         std::holds_alternative<InvalidateEvent>(event);
}

// A consequence belongs to something the unit was given; memory lines stand before their user.
bool can_have_consequence(const Event &event) { return !std::holds_alternative<MemEvent>(event); }

}  // namespace

Trace load_trace(const std::filesystem::path &path) {
  LineReader reader(path);
  Trace trace;
  trace.file = reader.file();
  bool have_unit = false;
  std::string line;
  while (reader.next(line)) {
    Fields fields(trace.file, reader.line_number(), line);
    if (fields.name().empty() || fields.name().front() == '#') continue;
    if (fields.name() == "unit") {
      if (have_unit) fields.fail_line("second 'unit' line");
      trace.unit = parse_unit(fields);
      have_unit = true;
    } else {
      if (!have_unit) fields.fail_line("event before the 'unit' line");
      Event event = parse_event(fields);
      if (is_consequence(event) &&
          (trace.entries.empty() || !can_have_consequence(trace.entries.back().event))) {
        fields.fail_line(
            fmt::format("'{}' follows no event that it could be a consequence of", fields.name()));
      }
      trace.entries.push_back({reader.line_number(), std::move(event)});
    }
    fields.end();
  }
  if (!have_unit) throw TraceError(fmt::format("{}: no 'unit' line", trace.file));
  return trace;
}

}  // namespace dmar::trace
