// SPDX-License-Identifier: Apache-2.0
// For tests: reads a timeline back by the rules of the trace-event format, and counts what is in
// it.
#ifndef DMAR_TESTS_UNIT_REPORT_TRACE_READER_HPP
#define DMAR_TESTS_UNIT_REPORT_TRACE_READER_HPP

#include <fmt/core.h>
#include <zlib.h>

#include <cmath>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace dmar::report {

// Contents of a file, unpacked if it is compressed.
inline std::string unpacked(const std::filesystem::path &path) {
  std::string text;
  gzFile file = ::gzopen(path.c_str(), "rb");
  char piece[65536];
  for (int got = 0; file != nullptr && (got = ::gzread(file, piece, sizeof piece)) > 0;) {
    text.append(piece, static_cast<std::size_t>(got));
  }
  if (file != nullptr) ::gzclose(file);
  return text;
}

class TraceReader {
 public:
  explicit TraceReader(const std::string &text)
      : json_(nlohmann::json::parse(text, nullptr, false)) {
    if (!json_.is_object() || !json_.contains("traceEvents") || !json_["traceEvents"].is_array()) {
      complain("not an object with an array traceEvents");
      return;
    }
    for (const auto &event : json_["traceEvents"]) read(event);
    check_names();
    check_nesting();
    check_pairs();
  }

  // What breaks the rules, first things first; empty: nothing.
  [[nodiscard]] const std::vector<std::string> &problems() const { return problems_; }
  // Events by phase and category.
  [[nodiscard]] std::size_t count(const std::string &phase, const std::string &category) const {
    const auto found = counts_.find({phase, category});
    return found == counts_.end() ? 0 : found->second;
  }
  [[nodiscard]] std::vector<std::string> processes() const {
    std::vector<std::string> names;
    for (const auto &[pid, name] : processes_) names.push_back(name);
    return names;
  }
  [[nodiscard]] const nlohmann::json &json() const { return json_; }

 private:
  using Track = std::pair<int, int>;  // pid and tid
  struct Slice {
    double from;
    double to;
  };

  void complain(const std::string &what) {
    if (problems_.size() < 20) problems_.push_back(what);
  }

  static bool number(const nlohmann::json &event, const char *key) {
    return event.contains(key) && event[key].is_number() && event[key].get<double>() >= 0;
  }

  void read(const nlohmann::json &event) {
    const std::string text = event.dump();
    if (!event.is_object() || !event.contains("ph") || !event.contains("name") ||
        !event["name"].is_string() || !number(event, "pid") || !number(event, "tid")) {
      complain("lacks ph, name, pid or tid: " + text);
      return;
    }
    const std::string phase = event["ph"];
    const Track track(event["pid"], event["tid"]);
    ++counts_[{phase, event.value("cat", "")}];
    if (phase == "M") {
      name(event, track);
      return;
    }
    used_.insert(track);
    if (!number(event, "ts")) {
      complain("no time: " + text);
      return;
    }
    const double time = event["ts"];
    if (phase == "X") {
      if (!number(event, "dur")) {
        complain("no duration: " + text);
        return;
      }
      slices_[track].push_back({time, time + event["dur"].get<double>()});
    } else if (phase == "b" || phase == "e") {
      pair(event, phase == "b", time);
    } else if (phase == "i") {
      if (event.value("s", "") != "t") complain("an instant without its scope: " + text);
    } else if (phase == "C") {
      if (!event.contains("args") || event["args"].empty()) complain("no value: " + text);
    } else {
      complain("an unknown phase: " + text);
    }
  }

  void name(const nlohmann::json &event, const Track &track) {
    const std::string what = event["name"];
    const auto args = event.value("args", nlohmann::json::object());
    if (what == "process_name") {
      if (!processes_.emplace(track.first, args.value("name", "")).second) {
        complain(fmt::format("two names for process {}", track.first));
      }
    } else if (what == "thread_name") {
      if (!threads_.emplace(track, args.value("name", "")).second) {
        complain(fmt::format("two names for thread {} of {}", track.second, track.first));
      }
    } else if (what != "process_sort_index") {
      complain("unknown metadata: " + event.dump());
    }
  }

  void pair(const nlohmann::json &event, bool begins, double time) {
    if (!event.contains("id") || !event.contains("cat")) {
      complain("asynchronous without id or category: " + event.dump());
      return;
    }
    const std::string key =
        fmt::format("{} {} {}", event["pid"].get<int>(), event["cat"].get<std::string>(),
                    event["id"].get<std::string>());
    auto &open = open_[key];
    if (begins) {
      open.push_back(time);
    } else if (open.empty()) {
      complain("an end without its begin: " + event.dump());
    } else {
      if (open.back() > time) complain("ends before it begins: " + event.dump());
      open.pop_back();
    }
  }

  void check_names() {
    for (const Track &track : used_) {
      if (processes_[track.first].empty()) {
        complain(fmt::format("process {} has no name", track.first));
      }
      // Counters belong to a process; their thread is 0.
      if (track.second != 0 && threads_[track].empty()) {
        complain(fmt::format("thread {} of process {} has no name", track.second, track.first));
      }
    }
  }

  // In the order of the file each slice lies behind or inside those before it.
  void check_nesting() {
    constexpr double kNothing = 1e-6;
    for (auto &[track, slices] : slices_) {
      std::stable_sort(slices.begin(), slices.end(),
                       [](const Slice &a, const Slice &b) { return a.from < b.from; });
      std::vector<Slice> open;
      for (const Slice &slice : slices) {
        while (!open.empty() && open.back().to <= slice.from + kNothing) open.pop_back();
        if (!open.empty() && slice.to > open.back().to + kNothing) {
          complain(fmt::format("slices of {} overlap at {}", threads_[track], slice.from));
        }
        open.push_back(slice);
      }
    }
  }

  void check_pairs() {
    for (const auto &[key, open] : open_) {
      if (!open.empty()) complain("never ends: " + key);
    }
  }

  nlohmann::json json_;
  std::vector<std::string> problems_;
  std::map<std::pair<std::string, std::string>, std::size_t> counts_;
  std::map<int, std::string> processes_;
  std::map<Track, std::string> threads_;
  std::set<Track> used_;
  std::map<Track, std::vector<Slice>> slices_;
  std::map<std::string, std::vector<double>> open_;
};

}  // namespace dmar::report

#endif  // DMAR_TESTS_UNIT_REPORT_TRACE_READER_HPP
