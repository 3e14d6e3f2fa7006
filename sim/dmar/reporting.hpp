// SPDX-License-Identifier: Apache-2.0
// What --report and --timeline need while a command runs, and their files at its end.
#ifndef DMAR_SIM_REPORTING_HPP
#define DMAR_SIM_REPORTING_HPP

#include <chrono>
#include <deque>
#include <functional>
#include <optional>
#include <string>

#include "delivery.hpp"
#include "report/model.hpp"
#include "report/names.hpp"
#include "report/page.hpp"
#include "report/timeline.hpp"
#include "report/unit_observer.hpp"
#include "report_options.hpp"

namespace dmar::sim {

class Reporting {
 public:
  explicit Reporting(const ReportOptions &options);
  Reporting(const Reporting &) = delete;
  Reporting &operator=(const Reporting &) = delete;

  // To be filled before anything is observed.
  [[nodiscard]] report::Names &names() { return names_; }
  // For unit number `unit`; null when nobody wants to know.
  report::UnitObserver *observer(unsigned unit);
  [[nodiscard]] const report::Model &model() const { return model_; }

  // Both files. `facts`: of the run, for the timeline. `content` makes what stands in the page
  // beside what was observed.
  template <class Content>
  void deliver(Delivery &delivery, const report::TraceFile::Json &facts, const Content &content) {
    if (timeline_) delivery.attempt([&] { timeline_->finish(facts); });
    delivery.write(options_.page, [&] { return report::page(content(), &model_, names_); });
  }

 private:
  using Clock = std::chrono::steady_clock;

  ReportOptions options_;
  report::Names names_;
  Clock::time_point start_ = Clock::now();
  report::Model model_;
  std::optional<report::Timeline> timeline_;
  std::deque<report::UnitObserver> observers_;
};

}  // namespace dmar::sim

#endif  // DMAR_SIM_REPORTING_HPP
