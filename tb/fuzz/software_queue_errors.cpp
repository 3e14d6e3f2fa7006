// SPDX-License-Identifier: Apache-2.0
// Mistakes in the invalidation queue, and how software gets over them (VT-d 6.5.2.10).
#include <utility>

#include "dmar/registers.hpp"
#include "dmar/structures.hpp"
#include "fuzz/places.hpp"
#include "fuzz/software.hpp"
#include "scoreboard/mismatch.hpp"

namespace dmar::bench {
namespace {

constexpr std::uint64_t kContextType = 1;
constexpr std::uint64_t kIotlbType = 2;
constexpr std::uint64_t kInterruptType = 4;
constexpr std::uint64_t kWaitType = 5;

}  // namespace

Software::Descriptor Software::bad_descriptor() {
  const Config &config = machine_.config();
  const std::uint64_t granularity = granularity::kDomain << 4;
  switch (random_.below(6)) {
    case 0: {
      // A type of units with ATS, there with a reserved bit, or a reserved bit of one that only
      // interrupt remapping brings.
      const bool entries = random_.percent(50);
      if (entries) return {kInterruptType | bit(8), 0};
      return {config.device_tlb ? 3 | bit(4) : 3, 0};
    }
    case 1:
      return {kIotlbType | granularity | bit(8), 0};
    case 2:
      return {kContextType, 0};  // reserved granularity
    case 3:
      return {kIotlbType | (granularity::kDeviceOrPage << 4), config.max_address_mask + 1};
    case 4:
      return {kWaitType | bit(5), kStatus.raw() | 1};
    default:
      return {kIotlbType | granularity | (std::uint64_t{1} << (9 + random_.below(3))), 0};
  }
}

// The queue stops at a bad descriptor, or at one that memory does not give.
void Software::queue_error() {
  if (!queue_on_) return;
  ++statistics_.queue_errors;
  machine_.memory().clear_errors();
  push(encode(random_invalidation()));
  push(wait_descriptor(true, false));
  const std::uint32_t slot = tail_;
  const HostAddr address = slot_address(slot);
  const std::uint64_t roll = random_.below(100);
  if (roll < 25) {
    const unsigned half = wide_ && random_.percent(50) ? 16 : 0;
    const HostAddr first(address.raw() + half);
    machine_.memory().inject_error(first, HostAddr(first.raw() + 15), Memory::ErrorOn::kRead);
    push(wait_descriptor(false, false));
  } else if (wide_ && roll < 45) {
    push(wait_descriptor(false, false));
    const auto word = static_cast<unsigned>(2 + random_.below(2));
    machine_.memory().write64(HostAddr(address.raw() + 8 * word),
                              bit(static_cast<unsigned>(random_.below(64))));
  } else {
    push(bad_descriptor());
  }
  push(encode(random_invalidation()));
  ring();
  expect_queue_error(slot_bytes() * slot);
  machine_.memory().clear_errors();
  push_harmless_at(slot);
  repair_queue();
}

void Software::push_harmless_at(std::uint32_t slot) {
  const std::uint32_t tail = std::exchange(tail_, slot);
  push(wait_descriptor(false, false));
  tail_ = tail;
}

// A tail beyond the ring, or in the middle of a wide descriptor: nothing more is fetched.
void Software::tail_error() {
  if (!queue_on_) return;
  ++statistics_.queue_errors;
  const std::uint32_t head = slot_bytes() * tail_;
  const bool middle = wide_ && random_.percent(50);
  const auto beyond = static_cast<std::uint32_t>(kQueueBytes + 32 * random_.below(64));
  machine_.write(reg::kIqt, 8, middle ? head + 16 : beyond);
  expect_queue_error(head);
  ring();
  repair_queue();
}

void Software::expect_queue_error(std::uint32_t head) {
  poll(reg::kFsts, 4, fsts::kIqe, true);
  machine_.expect_register(reg::kFsts, 4, fsts::kIqe);
  machine_.expect_register(reg::kIqercd, 8);
  if (machine_.expect_register(reg::kIqh, 8) != head) {
    throw Mismatch("the queue head does not point at the bad descriptor");
  }
}

void Software::repair_queue() {
  machine_.write(reg::kFsts, 4, fsts::kIqe);
  end_batch();
  machine_.expect_register(reg::kFsts, 4, fsts::kIqe);
}

}  // namespace dmar::bench
