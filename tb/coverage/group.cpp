// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "coverage/group.hpp"

#include <numeric>
#include <stdexcept>
#include <utility>

namespace dmar::coverage {
namespace {

std::size_t combinations(const std::vector<Axis> &axes) {
  return std::accumulate(
      axes.begin(), axes.end(), std::size_t{1},
      [](std::size_t product, const Axis &axis) { return product * axis.values.size(); });
}

}  // namespace

Group::Group(std::string name, std::string title, std::vector<Axis> axes, Rule rule)
    : name_(std::move(name)),
      title_(std::move(title)),
      axes_(std::move(axes)),
      rule_(std::move(rule)),
      counts_(combinations(axes_)) {}

Bin Group::bin(std::size_t index) const {
  Bin bin(axes_.size());
  for (std::size_t k = axes_.size(); k-- > 0;) {
    bin[k] = index % axes_[k].values.size();
    index /= axes_[k].values.size();
  }
  return bin;
}

std::size_t Group::index(const Bin &bin) const {
  if (bin.size() != axes_.size()) throw std::out_of_range(name_ + ": wrong number of values");
  std::size_t index = 0;
  for (std::size_t k = 0; k < bin.size(); ++k) {
    const std::size_t values = axes_[k].values.size();
    if (bin[k] >= values) throw std::out_of_range(name_ + ": no such value of " + axes_[k].name);
    index = index * values + bin[k];
  }
  return index;
}

std::string Group::label(std::size_t index) const {
  std::string label;
  const Bin values = bin(index);
  for (std::size_t k = 0; k < values.size(); ++k) {
    label += (k == 0 ? "" : " | ") + axes_[k].values[values[k]];
  }
  return label;
}

}  // namespace dmar::coverage
