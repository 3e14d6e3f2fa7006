// SPDX-License-Identifier: Apache-2.0
// One request explained as the tables stand now: every table read, the verdict, what Linux logs.
#ifndef DMAR_GOLDEN_EXPLANATION_HPP
#define DMAR_GOLDEN_EXPLANATION_HPP

#include <string>

#include "golden/unit.hpp"

namespace dmar::golden {

// Several lines: "Request: ...", the steps between empty lines, "Verdict: ...", and for a fault
// that is recorded "Linux logs: ...".
std::string explanation(const Unit &unit, const Request &request);

}  // namespace dmar::golden

#endif  // DMAR_GOLDEN_EXPLANATION_HPP
