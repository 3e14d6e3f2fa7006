// SPDX-License-Identifier: Apache-2.0
// Events and their parts in the notation of trace lines, for messages.
#ifndef DMAR_TRACE_EVENT_TEXT_HPP
#define DMAR_TRACE_EVENT_TEXT_HPP

#include <string>

#include "trace/event.hpp"

namespace dmar::trace {

// The line an event came from, without the outcome of a request and the bytes of a memory line.
std::string to_string(const Event &event);
std::string to_string(const StatusEvent &event);
std::string to_string(const Message &message);
std::string to_string(const InvalidateRequest &request);

}  // namespace dmar::trace

#endif  // DMAR_TRACE_EVENT_TEXT_HPP
