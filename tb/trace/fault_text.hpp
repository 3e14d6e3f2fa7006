// SPDX-License-Identifier: Apache-2.0
// What a trace line of a blocked request determines of its fault record (VT-d 11.4, FRCD), as text
// that compares; and which bits of a record mean anything at all.
#ifndef DMAR_TRACE_FAULT_TEXT_HPP
#define DMAR_TRACE_FAULT_TEXT_HPP

#include <cstdint>
#include <string>

#include "golden/fault_record.hpp"
#include "trace/event.hpp"

namespace dmar::trace {

// "w 0030 deadb000 fault 5", "int 0030 index c8 fault 22". Address bits that not every unit records
// are left out.
std::string fault_text(const DmaEvent &event);
std::string fault_text(const InterruptEvent &event);
std::string fault_text(const AskEvent &event);
std::string fault_text(const golden::FaultRecord &record);

// A read of a fault record gives bits that the architecture leaves undefined for interrupt faults:
// the type and PASID fields, and the index where there is none. 1 where `event`, which reads
// `record`, gives a defined bit.
std::uint64_t defined_bits(const ReadEvent &event, const golden::FaultRecord &record);

// "fault record of an interrupt: T1 is 0, recorded 1" for such a read. Empty when equal.
std::string fault_difference(const ReadEvent &event, std::uint64_t value);

}  // namespace dmar::trace

#endif  // DMAR_TRACE_FAULT_TEXT_HPP
