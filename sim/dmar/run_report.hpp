// SPDX-License-Identifier: Apache-2.0
// The report page of a replay.
#ifndef DMAR_SIM_RUN_REPORT_HPP
#define DMAR_SIM_RUN_REPORT_HPP

#include "report/page.hpp"
#include "summary.hpp"

namespace dmar::sim {

report::PageContent run_page(const RunResult &result);

}  // namespace dmar::sim

#endif  // DMAR_SIM_RUN_REPORT_HPP
