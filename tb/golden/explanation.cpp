// SPDX-License-Identifier: Apache-2.0
// See explanation.hpp.
#include "golden/explanation.hpp"

#include <fmt/core.h>

#include <vector>

#include "dmar/structures.hpp"
#include "golden/explain.hpp"
#include "golden/fault_record.hpp"

namespace dmar::golden {

namespace {

// The data matter where an interrupt message may be meant.
std::string request_text(const Request &request) {
  const bool message = in_interrupt_range(request.address.raw()) &&
                       request.kind == AccessKind::kWrite && request.bytes == 4;
  return describe(request) +
         (message ? fmt::format(", data {:#x}", request.message_data) : std::string());
}

}  // namespace

std::string explanation(const Unit &unit, const Request &request) {
  std::vector<Step> steps;
  const Verdict verdict = unit.judge(request, &steps);
  // An interrupt to be posted has one more step: what memory holds decides.
  if (const auto *posting = std::get_if<Posting>(&verdict)) {
    steps.insert(steps.end() - 1, unit.look_at_descriptor(*posting));
  }
  std::string text = fmt::format("Request: {}\n\n{}\nVerdict: {}.\n", request_text(request),
                                 render(steps), describe(verdict));
  if (const auto *fault = std::get_if<Fault>(&verdict); fault && !fault->suppressed) {
    const FaultRecord record = make_fault_record(unit.config(), request, fault->reason);
    text += fmt::format("Linux logs: {}\n", dmesg_line(record));
  }
  return text;
}

}  // namespace dmar::golden
