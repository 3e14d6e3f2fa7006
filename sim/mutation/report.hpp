// SPDX-License-Identifier: Apache-2.0
// What a campaign found, as text and as JSON.
#ifndef DMAR_MUTATION_REPORT_HPP
#define DMAR_MUTATION_REPORT_HPP

#include <map>
#include <string>
#include <vector>

#include "plan.hpp"
#include "results.hpp"

namespace dmar::mutation {

struct Report {
  struct Count {
    unsigned killed = 0;
    unsigned survived = 0;
    unsigned equivalent = 0;  // judged so, and survived
    unsigned open = 0;        // not run yet
  };
  struct Line {
    Mutant mutant;
    std::string noticed;  // empty for a survivor
    std::string reason;   // why it is equivalent
  };
  std::map<std::string, Count> modules;  // by Mutant::module()
  Count total;
  std::vector<Line> survivors;
  std::vector<Line> equivalents;
  std::vector<Line> refuted;  // judged equivalent, and noticed: the reason is wrong
  std::vector<Line> killed;

  // Everything was run, nothing survived, and no judgement was wrong.
  [[nodiscard]] bool clean() const;
};

Report make_report(const Plan &plan, const Results &results);

// The table and what needs attention.
std::string to_text(const Report &report);
// The mutants that are as they should be: equivalent ones with the reason, killed ones with what
// noticed them.
std::string details(const Report &report);
std::string to_json(const Report &report);

}  // namespace dmar::mutation

#endif  // DMAR_MUTATION_REPORT_HPP
