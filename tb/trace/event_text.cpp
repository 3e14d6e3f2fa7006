// SPDX-License-Identifier: Apache-2.0
// See event_text.hpp.
#include "trace/event_text.hpp"

#include <fmt/core.h>

namespace dmar::trace {

namespace {

std::string text(const ReadEvent &event) {
  return fmt::format("read {:x} {}", event.offset, event.bytes);
}
std::string text(const WriteEvent &event) {
  return fmt::format("write {:x} {} {:x}", event.offset, event.bytes, event.value);
}
std::string text(const MemEvent &event) { return fmt::format("mem {:x}", event.address.raw()); }
std::string text(const StatusEvent &event) { return "status " + to_string(event); }
std::string text(const DmaEvent &event) {
  return fmt::format("dma {}{} {:04x} {:x} {}", event.translated ? "t" : "",
                     event.write ? 'w' : 'r', event.source_id.raw(), event.iova.raw(), event.bytes);
}
std::string text(const InterruptEvent &event) {
  return fmt::format("int {:04x} {}", event.source_id.raw(), to_string(event.input));
}
std::string text(const AskEvent &event) {
  return fmt::format("ask {} {:04x} {:x}", event.no_write ? "r" : "rw", event.source_id.raw(),
                     event.iova.raw());
}
std::string text(const InvalidateEvent &event) { return "inv " + to_string(event.request); }
std::string text(const CompletionEvent &event) {
  const InvalidateCompletion &completion = event.completion;
  return fmt::format("done {:04x} {:x} {}", completion.source_id.raw(), completion.itags,
                     completion.count);
}
std::string text(const TimeOutEvent &event) {
  return fmt::format("lost {:04x} {:x}", event.source_id.raw(), event.itag);
}
std::string text(const MessageEvent &event) { return "event " + to_string(event.message); }

}  // namespace

std::string to_string(const Event &event) {
  return std::visit([](const auto &value) { return text(value); }, event);
}

std::string to_string(const StatusEvent &event) {
  return fmt::format("{:x} {:x}", event.address.raw(), event.value);
}

std::string to_string(const InvalidateRequest &request) {
  return fmt::format("{:04x} {:x} {:x}", request.source_id.raw(), request.itag, request.payload);
}

std::string to_string(const Message &message) {
  return fmt::format("{:x} {:x}", message.address, message.data);
}

}  // namespace dmar::trace
