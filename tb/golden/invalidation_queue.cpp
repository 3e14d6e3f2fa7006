// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "golden/invalidation_queue.hpp"

#include <array>
#include <span>
#include <utility>

#include "dmar/structures.hpp"
#include "golden/little_endian.hpp"

namespace dmar::golden {

namespace {

bool wide(std::uint64_t queue) { return (queue & iqa::kDw) != 0; }
std::uint32_t descriptor_bytes(std::uint64_t queue) { return wide(queue) ? 32 : 16; }

// Legacy mode knows 256-bit descriptors only beside abort mode, and that mode nothing else.
bool width_valid(const Config &config, unsigned table_mode, bool wide_descriptors) {
  if (table_mode == rtaddr::kAbort) return wide_descriptors;
  return !wide_descriptors || config.abort_mode;
}

}  // namespace

// With 256-bit descriptors the head has no bit 4 (VT-d 11.4, IQH).
void InvalidationQueue::base_written() {
  if (wide(at_.registers.get(reg::kIqa))) at_.registers.clear_bits(reg::kIqh, bit(4));
}

bool InvalidationQueue::fetches() const {
  const RegisterFile &registers = at_.registers;
  return registers.any(reg::kGsts, gsts::kQies) &&
         !registers.any(reg::kFsts, fsts::kIqe | fsts::kIte) &&
         registers.get(reg::kIqh) != registers.get(reg::kIqt);
}

void InvalidationQueue::run() {
  while (!current_ || carry_out(*current_)) {
    current_.reset();
    finish_switching_off();
    if (!fetches()) return;
    QueueError error = check_before_fetch();
    if (error == QueueError::kNone) {
      const Descriptor descriptor = fetch();
      if (const auto *invalid = std::get_if<QueueError>(&descriptor)) {
        error = *invalid;
      } else {
        advance();
        current_ = descriptor;
      }
    }
    if (error != QueueError::kNone) at_.faults.queue_error(error);
  }
}

void InvalidationQueue::set_enabled(bool on) {
  switching_off_ = !on;
  if (on) at_.registers.set_bits(reg::kGsts, gsts::kQies);
  if (!current_) finish_switching_off();
}

void InvalidationQueue::finish_switching_off() {
  if (!std::exchange(switching_off_, false)) return;
  at_.registers.clear_bits(reg::kGsts, gsts::kQies);
  at_.registers.set(reg::kIqh, 0);
}

void InvalidationQueue::reset() {
  current_.reset();
  switching_off_ = false;
}

void InvalidationQueue::abort_wait() {
  if (current_ && std::holds_alternative<InvalidationWait>(*current_)) current_.reset();
}

QueueError InvalidationQueue::check_before_fetch() const {
  const std::uint64_t queue = at_.registers.get(reg::kIqa);
  const std::uint64_t tail = at_.registers.get(reg::kIqt);
  const unsigned table_mode = rtaddr::ttm(at_.control.root_table);
  if (!table_mode_supported(at_.config, table_mode)) return QueueError::kTableMode;
  if (!width_valid(at_.config, table_mode, wide(queue))) return QueueError::kWidth;
  if (tail % descriptor_bytes(queue) != 0) return QueueError::kTailAlignment;
  if (tail >= iqa::queue_bytes(queue)) return QueueError::kInvalidTail;
  return QueueError::kNone;
}

Descriptor InvalidationQueue::fetch() {
  const std::uint64_t queue = at_.registers.get(reg::kIqa);
  const std::uint64_t base = queue & iqa::kBase;
  const std::uint64_t address = base + at_.registers.get(reg::kIqh);
  std::array<std::uint8_t, 32> bytes{};
  const auto fetched = std::span<std::uint8_t>(bytes).first(descriptor_bytes(queue));
  // The sum may leave the 64-bit space; then the base alone tells.
  const bool beyond = ((base | address) & bits(63, at_.config.host_address_width)) != 0;
  if (beyond || !at_.memory.read(HostAddr(address), fetched)) return QueueError::kFetch;
  const auto qword = [&bytes](unsigned n) {
    return from_little_endian<std::uint64_t>(
        std::span<const std::uint8_t>(bytes).subspan(8 * n, 8));
  };
  return decode_descriptor(at_.config, qword(0), qword(1), qword(2) | qword(3));
}

void InvalidationQueue::advance() {
  const std::uint64_t queue = at_.registers.get(reg::kIqa);
  const std::uint64_t next = at_.registers.get(reg::kIqh) + descriptor_bytes(queue);
  at_.registers.set(reg::kIqh, next % iqa::queue_bytes(queue));
}

bool InvalidationQueue::carry_out(const Descriptor &descriptor) {
  if (const auto *context = std::get_if<ContextInvalidation>(&descriptor)) at_.perform(*context);
  if (const auto *pages = std::get_if<IotlbInvalidation>(&descriptor)) at_.perform(*pages);
  if (const auto *entries = std::get_if<InterruptInvalidation>(&descriptor)) at_.perform(*entries);
  if (const auto *message = std::get_if<DeviceTlbInvalidation>(&descriptor)) {
    return at_.device_tlbs.send(*message);
  }
  if (const auto *wait = std::get_if<InvalidationWait>(&descriptor)) {
    if (!at_.device_tlbs.idle()) return false;
    complete(*wait);
  }
  return true;
}

// The architecture gives a failing status write no report; the write is simply lost.
void InvalidationQueue::complete(const InvalidationWait &wait) {
  if (wait.status_write) {
    at_.memory.write(wait.status_address, to_little_endian(wait.status_data));
    at_.status_writes.push_back({wait.status_address, wait.status_data});
  }
  if (!wait.interrupt) return;
  const bool already = at_.registers.any(reg::kIcs, kIcsIwc);
  at_.registers.set_bits(reg::kIcs, kIcsIwc);
  if (!already) at_.completion_event.raise();
}

}  // namespace dmar::golden
