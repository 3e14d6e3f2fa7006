// SPDX-License-Identifier: Apache-2.0
// --timeline of commands that do many things one after the other: slices by wall clock.
#ifndef DMAR_SIM_WALL_TIMELINE_HPP
#define DMAR_SIM_WALL_TIMELINE_HPP

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "delivery.hpp"
#include "report/trace_file.hpp"

namespace dmar::sim {

class WallTimeline {
 public:
  using Clock = std::chrono::steady_clock;
  using Json = report::TraceFile::Json;

  // Nothing is written for an empty `file`.
  WallTimeline(const std::string &file, std::string process) : process_(std::move(process)) {
    if (!file.empty()) out_.emplace(file);
  }

  void slice(const std::string &track, const std::string &name, const char *category,
             Clock::time_point from, Clock::time_point to, Json args = nullptr) {
    if (!out_) return;
    out_->slice(out_->process(process_, 0), track,
                {.name = name,
                 .category = category,
                 .from = since_start(from),
                 .to = since_start(to),
                 .args = std::move(args)});
  }
  void instant(const std::string &track, const std::string &name, const char *category,
               Clock::time_point at, Json args = nullptr) {
    if (!out_) return;
    out_->instant(
        out_->process(process_, 0), track,
        {.name = name, .category = category, .from = since_start(at), .args = std::move(args)});
  }

  void deliver(Delivery &delivery, Json facts) {
    if (!out_) return;
    facts["clock"] = "time is counted in wall clock since the start";
    delivery.attempt([&] { out_->finish(facts); });
  }

 private:
  [[nodiscard]] std::uint64_t since_start(Clock::time_point at) const {
    const auto time = std::chrono::duration_cast<std::chrono::nanoseconds>(at - start_).count();
    return time < 0 ? 0 : static_cast<std::uint64_t>(time);
  }

  std::string process_;
  std::optional<report::TraceFile> out_;
  Clock::time_point start_ = Clock::now();
};

}  // namespace dmar::sim

#endif  // DMAR_SIM_WALL_TIMELINE_HPP
