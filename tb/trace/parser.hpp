// SPDX-License-Identifier: Apache-2.0
// Reads a trace file into events. Anything malformed throws TraceError naming file, line and field.
#ifndef DMAR_TRACE_PARSER_HPP
#define DMAR_TRACE_PARSER_HPP

#include <filesystem>

#include "trace/event.hpp"
#include "trace/line_reader.hpp"

namespace dmar::trace {

// Reads `path` (- is standard input), plain or gzip, to its end. The whole file is checked before
// anything is returned.
Trace load_trace(const std::filesystem::path &path);

}  // namespace dmar::trace

#endif  // DMAR_TRACE_PARSER_HPP
