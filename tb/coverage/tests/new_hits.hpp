// SPDX-License-Identifier: Apache-2.0
// Which bins of a group were hit since a test last asked.
#ifndef DMAR_COVERAGE_TESTS_NEW_HITS_HPP
#define DMAR_COVERAGE_TESTS_NEW_HITS_HPP

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "coverage/group.hpp"

namespace dmar::coverage {

class NewHits {
 public:
  // Labels of the bins that were hit since the last call.
  std::vector<std::string> of(const Group &group) {
    std::vector<std::string> labels;
    for (std::size_t k = 0; k < group.size(); ++k) {
      std::uint64_t &known = known_[&group].try_emplace(k, 0).first->second;
      if (group.count(k) != known) labels.push_back(group.label(k));
      known = group.count(k);
    }
    return labels;
  }

 private:
  std::map<const Group *, std::map<std::size_t, std::uint64_t>> known_;
};

}  // namespace dmar::coverage

#endif  // DMAR_COVERAGE_TESTS_NEW_HITS_HPP
