// SPDX-License-Identifier: Apache-2.0
// What a register write of a driver asks for, as far as not every unit has it.
#ifndef DMAR_TRACE_REGISTER_FEATURES_HPP
#define DMAR_TRACE_REGISTER_FEATURES_HPP

#include "dmar/config.hpp"
#include "trace/event.hpp"

namespace dmar::trace {

// The feature that `event` uses and a unit built as `config` lacks; nullptr when there is none.
// What a driver writes as zero is no use of it.
const char *missing_register_feature(const WriteEvent &event, const Config &config);

}  // namespace dmar::trace

#endif  // DMAR_TRACE_REGISTER_FEATURES_HPP
