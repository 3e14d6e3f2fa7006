// SPDX-License-Identifier: Apache-2.0
// The events of a recorded trace as values. sim/traces/README.md describes the text they come from.
#ifndef DMAR_TRACE_EVENT_HPP
#define DMAR_TRACE_EVENT_HPP

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "dmar/ats.hpp"
#include "dmar/types.hpp"

namespace dmar::trace {

// What the recorded unit reported in VER, CAP and ECAP.
struct UnitEvent {
  std::uint32_t version = 0;
  std::uint64_t capability = 0;
  std::uint64_t extended_capability = 0;
};

// A register read of the driver and the value it got.
struct ReadEvent {
  std::uint32_t offset = 0;
  unsigned bytes = 4;  // 4 or 8
  std::uint64_t value = 0;
};

struct WriteEvent {
  std::uint32_t offset = 0;
  unsigned bytes = 4;  // 4 or 8
  std::uint64_t value = 0;
};

// From here on the 64-byte line at `address` holds `bytes`.
struct MemEvent {
  HostAddr address;
  std::array<std::uint8_t, 64> bytes{};
};

// Consequence of the event above: the status write of an invalidation wait descriptor.
struct StatusEvent {
  HostAddr address;
  std::uint32_t value = 0;

  friend bool operator==(const StatusEvent &, const StatusEvent &) = default;
};

// A device request inside one page. `address` is set when it was let through, else `reason`.
struct DmaEvent {
  bool write = false;
  SourceId source_id;
  Iova iova;
  unsigned bytes = 0;  // 1..4096
  std::optional<HostAddr> address;
  FaultReason reason = FaultReason::kNone;
  bool translated = false;  // AT = 10: `iova` is a host address that the device was told
};

// A translation request of a device (ATS). `entry` is set when it succeeded, else `reason`.
struct AskEvent {
  SourceId source_id;
  Iova iova;
  bool no_write = false;  // NW
  std::optional<TranslationEntry> entry;
  FaultReason reason = FaultReason::kNone;
};

// A message-signalled interrupt. `output` is set when it was let through; else it was posted, or
// blocked for `reason`.
struct InterruptEvent {
  SourceId source_id;
  Message input;
  std::optional<Message> output;
  FaultReason reason = FaultReason::kNone;
  bool posted = false;
};

// A device says that it completed invalidations of its TLB.
struct CompletionEvent {
  InvalidateCompletion completion;
};

// The device did not complete the invalidation with this tag in time.
struct TimeOutEvent {
  SourceId source_id;
  unsigned itag = 0;
};

// Consequence of the event above: a message to the TLB of a device.
struct InvalidateEvent {
  InvalidateRequest request;
};

// Consequence of the event above: an event message of the unit itself.
struct MessageEvent {
  Message message;
};

using Event = std::variant<ReadEvent, WriteEvent, MemEvent, StatusEvent, DmaEvent, InterruptEvent,
                           MessageEvent, AskEvent, InvalidateEvent, CompletionEvent, TimeOutEvent>;

struct Entry {
  unsigned line = 0;  // in the file, from 1
  Event event;
};

struct Trace {
  std::string file;
  UnitEvent unit;
  std::vector<Entry> entries;
};

}  // namespace dmar::trace

#endif  // DMAR_TRACE_EVENT_HPP
