// SPDX-License-Identifier: Apache-2.0
// Posted interrupts (VT-d 5.2): the update of a descriptor in memory and the notification.
#ifndef DMAR_GOLDEN_POSTING_HPP
#define DMAR_GOLDEN_POSTING_HPP

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "dmar/memory_bus.hpp"
#include "golden/translate.hpp"

namespace dmar::golden {

using PostedDescriptorWords = std::array<std::uint64_t, 8>;  // 64 bytes, q0 first

// Whether a bit is set that has to be 0 (28h). `extended`: IRTA.EIME.
bool posted_descriptor_reserved(const PostedDescriptorWords &words, bool extended);

// One posting into a descriptor without reserved bits: the vector's bit in PIR is set, and ON too,
// if it was clear and SN does not suppress it. Returns the notification then.
std::optional<Message> post_into(PostedDescriptorWords &words, const Posting &posting);

// nullopt: memory answered with an error.
std::optional<PostedDescriptorWords> read_posted_descriptor(MemoryBus &memory, HostAddr address);

struct Posted {
  std::optional<FaultReason> fault = std::nullopt;  // then nothing was written
  std::optional<Message> notification = std::nullopt;
};

// Carries `posting` out on memory, in one step.
Posted post(MemoryBus &memory, const Posting &posting);

// The descriptor field by field and what post() would make of it, for an explanation.
Step posted_descriptor_step(MemoryBus &memory, const Posting &posting);

}  // namespace dmar::golden

#endif  // DMAR_GOLDEN_POSTING_HPP
