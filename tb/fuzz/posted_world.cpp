// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "fuzz/posted_world.hpp"

#include <fmt/format.h>

#include "dmar/structures.hpp"
#include "golden/posting.hpp"
#include "scoreboard/mismatch.hpp"

namespace dmar::bench {
namespace {

constexpr std::uint64_t kFirst = 0x15'3456'7F00;
constexpr unsigned kFirstVector = 0xD0;  // of notifications, one for each descriptor
constexpr unsigned kId = 0x21;           // of the processor, valid in both forms of NDST

}  // namespace

// Every second one suppresses notifications that are not urgent.
PostedWorld::PostedWorld(Memory &memory, std::uint64_t seed) : memory_(memory), random_(seed, 48) {
  for (std::size_t n = 0; n < kCount; ++n) {
    const auto vector = static_cast<unsigned>(kFirstVector + n);
    descriptors_[n].control =
        PostedDescriptor::notify(vector, kId) | (n % 2 == 1 ? PostedDescriptor::kSn : 0);
    at(n).clear(descriptors_[n].control);
  }
}

HostAddr PostedWorld::address(std::size_t n) {
  return HostAddr(kFirst + PostedDescriptor::kWords * 8 * n);
}

PostedEntry PostedWorld::random_entry() {
  return {.present = random_.percent(90),
          .fpd = random_.percent(15),
          .urgent = random_.percent(30),
          .vector = static_cast<unsigned>(random_.below(256)),
          .descriptor = address(random_.below(kCount))};
}

// In one moment, as two exchanges cannot be told from one by a unit that has not come in between.
void PostedWorld::take() {
  const std::size_t n = random_.below(kCount);
  Descriptor &descriptor = descriptors_[n];
  const PostedDescriptor memory = at(n);
  if ((memory.control() & PostedDescriptor::kOn) != 0) ++descriptor.outstanding;
  at(n).clear(descriptor.control);
  descriptor.spoilt = 0;
  descriptor.taken_at = memory_.time();
}

// Bits that are reserved with APIC ids of both lengths.
void PostedWorld::spoil() {
  constexpr std::uint64_t kReserved = bits(15, 2) | bits(31, 24);
  const std::size_t n = random_.below(kCount);
  if (random_.percent(40)) {
    const HostAddr word = at(n).word_address(static_cast<unsigned>(random_.below(8)));
    const auto on = static_cast<Memory::ErrorOn>(1 + random_.below(3));
    return memory_.inject_error(word, HostAddr(word.raw() + 7), on);
  }
  Descriptor &descriptor = descriptors_[n];
  if (descriptor.spoilt != 0) return;
  descriptor.spoilt = 4 + static_cast<unsigned>(random_.below(4));
  do {
    descriptor.flaw = bit(static_cast<unsigned>(random_.below(64)));
  } while (descriptor.spoilt == 4 && (descriptor.flaw & kReserved) == 0);
  at(n).set_word(descriptor.spoilt, at(n).word(descriptor.spoilt) | descriptor.flaw);
}

void PostedWorld::repair() {
  for (std::size_t n = 0; n < kCount; ++n) {
    Descriptor &descriptor = descriptors_[n];
    if (descriptor.spoilt == 0) continue;
    at(n).set_word(descriptor.spoilt, at(n).word(descriptor.spoilt) & ~descriptor.flaw);
    descriptor.spoilt = 0;
  }
}

// As the unit saw it in that cycle. What ends in a cycle was last there in the one before.
bool PostedWorld::was_reserved(HostAddr descriptor, std::uint64_t cycle) const {
  golden::PostedDescriptorWords words{};
  for (std::size_t n = 0; n < words.size(); ++n) {
    for (const WordVersion &one :
         memory_.versions(HostAddr(descriptor.raw() + 8 * n), cycle, cycle)) {
      if (one.value && one.until > cycle) words[n] = *one.value;
    }
  }
  return golden::posted_descriptor_reserved(words, true);
}

void PostedWorld::note_vector(Descriptor &descriptor, const PostedDescriptor &memory,
                              const Answer &posting, bool check) {
  const std::uint64_t vector = bit(posting.data % 64);
  descriptor.may_be_pending[posting.data / 64] |= vector;
  if (check && (memory.word(posting.data / 64) & vector) == 0) {
    throw Mismatch(fmt::format("vector {:#x} was posted to {:#x} and is not there", posting.data,
                               posting.address));
  }
}

// That memory answered with an error, or had no monitor, is what the bench itself has seen.
void PostedWorld::note_posted(std::span<const Answer> postings, const Outcome &outcome) {
  const FaultReason reason = outcome.completion.reason;
  const PostingAccess &access = outcome.posting.value();
  const bool reserved = was_reserved(access.descriptor, access.cycle);
  if (reason != FaultReason::kPostedDescriptorAccess &&
      reserved != (reason == FaultReason::kPostedDescriptorReserved)) {
    throw Mismatch(fmt::format("an interrupt was {} to {:#x} in cycle {}, which {} reserved bits",
                               reserved ? "posted" : "refused as reserved", access.descriptor.raw(),
                               access.cycle, reserved ? "had" : "had no"));
  }
  if (reason != FaultReason::kNone) return;
  for (std::size_t n = 0; n < kCount; ++n) {
    if (access.descriptor != address(n)) continue;
    const bool check = postings.size() == 1 && outcome.begun_cycle() > descriptors_[n].taken_at;
    for (const Answer &one : postings) note_vector(descriptors_[n], at(n), one, check);
  }
}

bool PostedWorld::note_message(const Message &message) {
  const unsigned vector = message.data & 0xFF;
  const bool known = message.data == (0x4000 | vector) && vector >= kFirstVector &&
                     vector < kFirstVector + kCount &&
                     (message.address == (0xFEE0'0000 | kId << 12) ||
                      message.address == (0xFEE0'0000 | std::uint64_t{kId} << 40));
  if (!known) return false;
  ++descriptors_[vector - kFirstVector].notified;
  ++notifications_;
  return true;
}

// ON is set exactly when a notification is sent, and nobody but a processor clears it.
void PostedWorld::check() const {
  for (std::size_t n = 0; n < kCount; ++n) {
    const Descriptor &descriptor = descriptors_[n];
    const auto words = at(n).words();
    const bool on = (words[4] & PostedDescriptor::kOn) != 0;
    const auto fail = [&](const char *what) {
      throw Mismatch(
          fmt::format("posted descriptor {}: {} (q0 to q4 {:016x} {:016x} {:016x} "
                      "{:016x} {:016x}; ON seen {} times, {} notifications)",
                      n, what, words[0], words[1], words[2], words[3], words[4],
                      descriptor.outstanding, descriptor.notified));
    };
    if ((words[4] & ~PostedDescriptor::kOn) != descriptor.control) fail("its control has changed");
    if (words[5] != 0 || words[6] != 0 || words[7] != 0) fail("reserved words were written");
    for (unsigned k = 0; k < 4; ++k) {
      if ((words[k] & ~descriptor.may_be_pending[k]) != 0) fail("a vector nobody posted");
    }
    const bool pending = (words[0] | words[1] | words[2] | words[3]) != 0;
    const bool suppressed = (descriptor.control & PostedDescriptor::kSn) != 0;
    if (on && !pending) fail("ON without a vector");
    if (pending && !on && !suppressed) fail("a vector without ON");
    if (descriptor.notified != descriptor.outstanding + (on ? 1 : 0)) fail("notifications");
  }
}

}  // namespace dmar::bench
