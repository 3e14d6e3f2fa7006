// SPDX-License-Identifier: Apache-2.0
// An entry of the interrupt-remapping table (VT-d 9.9): who may use it and which message it makes.
// A unit without posted interrupts takes IM, which asks for one, for a reserved bit.
#ifndef DMAR_GOLDEN_INTERRUPT_ENTRY_HPP
#define DMAR_GOLDEN_INTERRUPT_ENTRY_HPP

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "dmar/types.hpp"
#include "golden/translate.hpp"

namespace dmar::golden {

using InterruptEntryWords = std::array<std::uint64_t, 2>;  // lo, hi

// Why `requester` does not get an interrupt from this entry, if so. In order: present (22h), SVT
// known (24h), the requester is the one it names (26h), nothing reserved is set (24h). `extended`:
// IRTA.EIME.
std::optional<FaultReason> judge_interrupt_entry(const Config &config,
                                                 const InterruptEntryWords &entry,
                                                 SourceId requester, bool extended);

// Whether a valid entry posts its interrupts, and how (VT-d 5.2).
bool is_posted(const InterruptEntryWords &entry);
Posting posting_of(const InterruptEntryWords &entry, bool extended);

// The message of a valid entry that does not (VT-d 5.1.5); nothing of the request is left in it.
Message remapped_message(const InterruptEntryWords &entry, bool extended);

// Its fields, for an explanation.
std::vector<Step::Field> interrupt_entry_fields(const Config &config,
                                                const InterruptEntryWords &entry, bool extended);

}  // namespace dmar::golden

#endif  // DMAR_GOLDEN_INTERRUPT_ENTRY_HPP
