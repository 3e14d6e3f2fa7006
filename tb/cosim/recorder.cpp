// SPDX-License-Identifier: Apache-2.0
// See recorder.hpp.
#include "cosim/recorder.hpp"

#include <fmt/core.h>

#include <type_traits>
#include <utility>
#include <variant>

#include "cosim/error.hpp"
#include "dmar/fault_names.hpp"
#include "trace/event_text.hpp"
#include "trace/outcome.hpp"

namespace dmar::cosim {

namespace {

std::string line_of(const trace::Event &event) {
  return std::visit(
      [&event](const auto &value) {
        using Value = std::decay_t<decltype(value)>;
        const std::string line = trace::to_string(event);
        if constexpr (std::is_same_v<Value, trace::ReadEvent>) {
          return fmt::format("{} {:x}", line, value.value);
        } else if constexpr (std::is_same_v<Value, trace::DmaEvent> ||
                             std::is_same_v<Value, trace::AskEvent> ||
                             std::is_same_v<Value, trace::InterruptEvent>) {
          return fmt::format("{} {}", line, trace::to_string(trace::outcome_of(value)));
        } else {
          return line;
        }
      },
      event);
}

// A completion of a device may let descriptors be fetched.
bool looks_at_memory(const trace::Event &event) {
  return std::holds_alternative<trace::WriteEvent>(event) ||
         std::holds_alternative<trace::DmaEvent>(event) ||
         std::holds_alternative<trace::AskEvent>(event) ||
         std::holds_alternative<trace::CompletionEvent>(event) ||
         std::holds_alternative<trace::InterruptEvent>(event);
}

}  // namespace

Recorder::Recorder(const std::filesystem::path &path, MemoryBus &ram)
    : path_(path), pending_(path), file_(nullptr, &::gzclose), ram_(ram) {
  file_.reset(::gzopen(pending_.place().c_str(), path.extension() == ".gz" ? "wb" : "wbT"));
  if (!file_) throw CosimError(fmt::format("{}: cannot be written", path.string()));
}

Recorder::~Recorder() = default;

void Recorder::put(const std::string &line) {
  const std::string text = line + "\n";
  if (::gzwrite(file_.get(), text.data(), static_cast<unsigned>(text.size())) <= 0) {
    throw CosimError(fmt::format("{}: writing failed, is the disk full?", path_.string()));
  }
}

void Recorder::comment(const std::string &text) { put(fmt::format("# {}", text)); }

void Recorder::unit(std::uint32_t version, std::uint64_t capability,
                    std::uint64_t extended_capability) {
  put(fmt::format("unit ver {:x} cap {:x} ecap {:x}", version, capability, extended_capability));
}

void Recorder::looked_at(HostAddr address, std::size_t bytes) {
  for (std::uint64_t line = address.raw() / kLine; line * kLine < address.raw() + bytes; ++line) {
    lines_looked_at_.insert(line);
  }
}

void Recorder::put_memory() {
  for (const std::uint64_t number : lines_looked_at_) {
    Line line{};
    if (ram_.read(HostAddr(number * kLine), line)) put_line(number, line);  // else no contents
  }
  lines_looked_at_.clear();
}

void Recorder::put_line(std::uint64_t number, const Line &line) {
  const auto [known, added] = known_.try_emplace(number, Line{});
  if (known->second == line) return;  // what was never mentioned reads as zero
  known->second = line;
  std::string text = fmt::format("mem {:x} ", number * kLine);
  for (const std::uint8_t byte : line) text += fmt::format("{:02x}", byte);
  put(text);
}

void Recorder::event(const trace::Event &event) {
  if (looks_at_memory(event)) put_memory();
  put(line_of(event));
  for (const std::string &line : std::exchange(consequences_, {})) put(line);
  ++events_;
}

void Recorder::consequence(const trace::Event &event) { consequences_.push_back(line_of(event)); }

void Recorder::posted(const Request &request, HostAddr descriptor, const Line &before,
                      const Line &after) {
  put_line(descriptor.raw() / kLine, before);
  event(trace::InterruptEvent{
      .source_id = request.source_id,
      .input = {.address = request.address.raw(), .data = request.message_data},
      .output = std::nullopt,
      .reason = FaultReason::kNone,
      .posted = true});
  known_[descriptor.raw() / kLine] = after;
}

void Recorder::leave_out() {
  ++left_out_;
  forget();
}

void Recorder::request(const Request &request, const golden::Verdict &verdict) {
  const auto *fault = std::get_if<golden::Fault>(&verdict);
  const auto *translation = std::get_if<golden::Translation>(&verdict);
  const auto *interrupt = std::get_if<golden::Interrupt>(&verdict);
  const bool posted = std::holds_alternative<golden::Posting>(verdict);
  const FaultReason reason = fault != nullptr ? fault->reason : FaultReason::kNone;
  if (request.at == AddressType::kTranslationRequest) {
    const auto *done = std::get_if<golden::TranslationCompletion>(&verdict);
    if (fault == nullptr && done == nullptr) return leave_out();
    trace::AskEvent event{.source_id = request.source_id,
                          .iova = request.address,
                          .no_write = request.no_write,
                          .entry = std::nullopt,
                          .reason = reason};
    if (done != nullptr) event.entry = done->entry;
    return this->event(event);
  }
  const bool write = request.kind == AccessKind::kWrite;
  if ((!write && request.kind != AccessKind::kRead) ||
      (fault == nullptr && translation == nullptr && interrupt == nullptr && !posted)) {
    return leave_out();
  }
  // Whatever else goes to the interrupt range is no message.
  const bool message = write && request.bytes == 4 && request.address.raw() % 4 == 0;
  if (message &&
      (interrupt != nullptr || posted || (fault != nullptr && is_interrupt_fault(reason)))) {
    trace::InterruptEvent event{
        .source_id = request.source_id,
        .input = {.address = request.address.raw(), .data = request.message_data},
        .output = std::nullopt,
        .reason = reason,
        .posted = posted};
    if (interrupt != nullptr) event.output = interrupt->message;
    this->event(event);
    return;
  }
  trace::DmaEvent event{.write = write,
                        .source_id = request.source_id,
                        .iova = request.address,
                        .bytes = request.bytes,
                        .address = std::nullopt,
                        .reason = reason,
                        .translated = request.at == AddressType::kTranslated};
  if (translation != nullptr) event.address = translation->address;
  this->event(event);
}

void Recorder::finish() {
  std::error_code error;
  const bool written = ::gzclose(file_.release()) == Z_OK;
  if (written) error = pending_.commit();
  if (written && !error) return;
  throw CosimError(fmt::format("{}: {}", path_.string(),
                               error ? error.message() : "writing failed, is the disk full?"));
}

}  // namespace dmar::cosim
