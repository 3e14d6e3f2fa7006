// SPDX-License-Identifier: Apache-2.0
// The data of a report as JSON: what its script draws, and what other programs may read.
#ifndef DMAR_REPORT_PAGE_DATA_HPP
#define DMAR_REPORT_PAGE_DATA_HPP

#include <string>

#include "report/page.hpp"

namespace dmar::report {

// Functions whose course over time is drawn, those with most requests first.
inline constexpr std::size_t kMostDrawn = 24;

// ASCII, and free of the characters that mean something in HTML.
std::string page_data(const PageContent &content, const Model *model, const Names &names);

}  // namespace dmar::report

#endif  // DMAR_REPORT_PAGE_DATA_HPP
