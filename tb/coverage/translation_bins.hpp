// SPDX-License-Identifier: Apache-2.0
// Requests of devices with TLBs to their bins.
#ifndef DMAR_COVERAGE_TRANSLATION_BINS_HPP
#define DMAR_COVERAGE_TRANSLATION_BINS_HPP

#include "coverage/device_groups.hpp"
#include "coverage/walk_probe.hpp"
#include "dmar/config.hpp"
#include "golden/translate.hpp"

namespace dmar::coverage {

// Nothing is counted unless the golden judgement says the same as the answer that was seen.
// `translating`: GSTS.TES.
void count_translation_request(DeviceGroups &groups, const Config &config, bool translating,
                               const Request &request, const golden::Verdict &verdict,
                               const Completion &completion, const WalkProbe &probe);
void count_translated_request(DeviceGroups &groups, const Request &request,
                              const golden::Verdict &verdict, const Completion &completion);

}  // namespace dmar::coverage

#endif  // DMAR_COVERAGE_TRANSLATION_BINS_HPP
