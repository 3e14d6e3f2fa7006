// SPDX-License-Identifier: Apache-2.0
// Functional coverage: a group crosses some axes, and each combination of one value of every axis
// is a bin with a counter. Bins that cannot be hit, or would say nothing, are excluded by a rule
// that gives the reason.
#ifndef DMAR_COVERAGE_GROUP_HPP
#define DMAR_COVERAGE_GROUP_HPP

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace dmar::coverage {

struct Axis {
  std::string name;
  std::vector<std::string> values;
};

// The index of a value on each axis.
using Bin = std::vector<std::size_t>;

class Group {
 public:
  // Why a bin does not count; empty when it does.
  using Rule = std::function<std::string(const Bin &)>;

  Group(std::string name, std::string title, std::vector<Axis> axes, Rule rule);

  [[nodiscard]] const std::string &name() const { return name_; }
  [[nodiscard]] const std::string &title() const { return title_; }
  [[nodiscard]] const std::vector<Axis> &axes() const { return axes_; }

  // std::out_of_range for a bin that does not exist.
  void hit(const Bin &bin) { add(index(bin), 1); }
  void add(std::size_t index, std::uint64_t count) {
    counts_.at(index).fetch_add(count, std::memory_order_relaxed);
  }

  // Bins by number, in the order of the axes, the last axis running fastest.
  [[nodiscard]] std::size_t size() const { return counts_.size(); }
  [[nodiscard]] Bin bin(std::size_t index) const;
  [[nodiscard]] std::size_t index(const Bin &bin) const;
  [[nodiscard]] std::uint64_t count(std::size_t index) const { return counts_.at(index); }
  [[nodiscard]] std::string exclusion(std::size_t index) const { return rule_(bin(index)); }

  // The values of the axes, joined by " | "; unique in the group.
  [[nodiscard]] std::string label(std::size_t index) const;

 private:
  std::string name_;
  std::string title_;
  std::vector<Axis> axes_;
  Rule rule_;
  std::vector<std::atomic<std::uint64_t>> counts_;
};

}  // namespace dmar::coverage

#endif  // DMAR_COVERAGE_GROUP_HPP
