// SPDX-License-Identifier: Apache-2.0
// Compares the consequences of an event, which have an order, as they were seen and as expected.
#ifndef DMAR_TRACE_SEQUENCE_HPP
#define DMAR_TRACE_SEQUENCE_HPP

#include <algorithm>
#include <optional>
#include <vector>

namespace dmar::trace {

// A difference between two sequences: one side is empty where the other has an element too many.
template <class Element>
struct Difference {
  std::optional<Element> seen;
  std::optional<Element> expected;
};

// Aligns greedily: an element that comes later on the other side counts as inserted there, so
// that one missing element is one difference and not a shift of all that follow.
template <class Element>
std::vector<Difference<Element>> differences(const std::vector<Element> &seen,
                                             const std::vector<Element> &expected) {
  std::vector<Difference<Element>> out;
  auto s = seen.begin();
  auto e = expected.begin();
  while (s != seen.end() || e != expected.end()) {
    if (s != seen.end() && e != expected.end() && *s == *e) {
      ++s;
      ++e;
    } else if (s == seen.end() ||
               (e != expected.end() && std::find(e, expected.end(), *s) != expected.end())) {
      out.push_back({std::nullopt, *e++});
    } else if (e == expected.end() || std::find(s, seen.end(), *e) != seen.end()) {
      out.push_back({*s++, std::nullopt});
    } else {
      out.push_back({*s++, *e++});
    }
  }
  return out;
}

}  // namespace dmar::trace

#endif  // DMAR_TRACE_SEQUENCE_HPP
