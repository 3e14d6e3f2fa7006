// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "golden/invalidation_queue.hpp"

#include <array>
#include <span>

#include "dmar/structures.hpp"
#include "golden/little_endian.hpp"

namespace dmar::golden {

namespace {
constexpr std::uint32_t kDescriptorBytes = 16;
}

bool InvalidationQueue::fetches() const {
  const RegisterFile &registers = at_.registers;
  return registers.any(reg::kGsts, gsts::kQies) && !registers.any(reg::kFsts, fsts::kIqe) &&
         registers.get(reg::kIqh) != registers.get(reg::kIqt);
}

void InvalidationQueue::run() {
  while (fetches()) {
    QueueError error = check_before_fetch();
    if (error == QueueError::kNone) {
      const Descriptor descriptor = fetch();
      if (const auto *invalid = std::get_if<QueueError>(&descriptor)) {
        error = *invalid;
      } else {
        advance();
        carry_out(descriptor);
      }
    }
    if (error != QueueError::kNone) at_.faults.queue_error(error);
  }
}

// Without scalable and abort mode a width of 256 bits is always an error (VT-d 6.5.2.10), so
// cause 6, a tail misaligned to it, cannot be reached.
QueueError InvalidationQueue::check_before_fetch() const {
  const std::uint64_t queue = at_.registers.get(reg::kIqa);
  if (rtaddr::ttm(at_.control.root_table) != 0) return QueueError::kTableMode;
  if ((queue & iqa::kDw) != 0) return QueueError::kWidth;
  if (at_.registers.get(reg::kIqt) >= iqa::queue_bytes(queue)) return QueueError::kInvalidTail;
  return QueueError::kNone;
}

Descriptor InvalidationQueue::fetch() {
  const std::uint64_t base = at_.registers.get(reg::kIqa) & iqa::kBase;
  const std::uint64_t address = base + at_.registers.get(reg::kIqh);
  std::array<std::uint8_t, kDescriptorBytes> bytes{};
  // The sum may leave the 64-bit space; then the base alone tells.
  const bool beyond = ((base | address) & bits(63, at_.config.host_address_width)) != 0;
  if (beyond || !at_.memory.read(HostAddr(address), bytes)) return QueueError::kFetch;
  const std::span<const std::uint8_t> view(bytes);
  return decode_descriptor(at_.config, from_little_endian<std::uint64_t>(view.first(8)),
                           from_little_endian<std::uint64_t>(view.last(8)));
}

void InvalidationQueue::advance() {
  const std::uint64_t size = iqa::queue_bytes(at_.registers.get(reg::kIqa));
  at_.registers.set(reg::kIqh, (at_.registers.get(reg::kIqh) + kDescriptorBytes) % size);
}

void InvalidationQueue::carry_out(const Descriptor &descriptor) {
  if (const auto *context = std::get_if<ContextInvalidation>(&descriptor)) at_.perform(*context);
  if (const auto *pages = std::get_if<IotlbInvalidation>(&descriptor)) at_.perform(*pages);
  if (const auto *wait = std::get_if<InvalidationWait>(&descriptor)) complete(*wait);
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
