// SPDX-License-Identifier: Apache-2.0
// See reporting.hpp.
#include "reporting.hpp"

#include <utility>
#include <vector>

namespace dmar::sim {

Reporting::Reporting(const ReportOptions &options)
    : options_(options),
      model_([this] { return std::chrono::duration<double>(Clock::now() - start_).count(); }) {
  if (!options_.timeline.empty()) timeline_.emplace(options_.timeline, names_);
}

report::UnitObserver *Reporting::observer(unsigned unit) {
  if (!options_.wanted()) return nullptr;
  while (unit >= observers_.size()) {
    std::vector<report::Sink *> sinks;
    const bool page = !options_.page.empty();
    if (page) sinks.push_back(&model_);
    if (timeline_) sinks.push_back(&*timeline_);
    observers_.emplace_back(static_cast<unsigned>(observers_.size()), std::move(sinks),
                            page ? &model_ : nullptr);
  }
  return &observers_[unit];
}

}  // namespace dmar::sim
