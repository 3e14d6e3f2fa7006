// SPDX-License-Identifier: Apache-2.0
// From one judged request to its bins.
#ifndef DMAR_COVERAGE_REQUEST_BINS_HPP
#define DMAR_COVERAGE_REQUEST_BINS_HPP

#include "coverage/groups.hpp"
#include "coverage/walk_probe.hpp"
#include "dmar/config.hpp"
#include "golden/translate.hpp"

namespace dmar::coverage {

// The golden judgement says the same as the answer that was seen.
bool agrees(const golden::Verdict &verdict, const Completion &completion);

// A fault that an interrupt-remapping table entry caused by what it holds.
bool is_entry_fault(const golden::Verdict &verdict);

void count_request(Groups &groups, const Request &request, const golden::Verdict &verdict,
                   const WalkProbe &probe);
void count_interrupt_entry(Groups &groups, const Config &config, const WalkProbe::Entry &entry,
                           bool extended_mode, const golden::Verdict &verdict);

}  // namespace dmar::coverage

#endif  // DMAR_COVERAGE_REQUEST_BINS_HPP
