// SPDX-License-Identifier: Apache-2.0
// VER, CAP and ECAP: what a build is, rather than what it does.
#ifndef DMAR_TRACE_IDENTIFICATION_HPP
#define DMAR_TRACE_IDENTIFICATION_HPP

#include <cstdint>
#include <string>

#include "trace/event.hpp"

namespace dmar::trace {

// Whether a read at `offset` asks what the unit is.
bool is_identification(std::uint32_t offset);

// The fields in which `value` differs from what the recorded unit answered:
// "ECAP: SC is 1, recorded 0; MHMV is 0, recorded f". Empty when the values are equal.
std::string identification_difference(const ReadEvent &event, std::uint64_t value);

}  // namespace dmar::trace

#endif  // DMAR_TRACE_IDENTIFICATION_HPP
