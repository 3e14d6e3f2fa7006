// SPDX-License-Identifier: Apache-2.0
// See trace_file.hpp.
#include "report/trace_file.hpp"

#include <fmt/core.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace dmar::report {

namespace {

// The format counts microseconds.
double microseconds(std::uint64_t nanoseconds) { return static_cast<double>(nanoseconds) / 1000; }

}  // namespace

TraceFile::TraceFile(const std::filesystem::path &path)
    : path_(path), pending_(path), file_(nullptr, &::gzclose) {
  errno = 0;
  file_.reset(::gzopen(pending_.place().c_str(), path.extension() == ".gz" ? "wb" : "wbT"));
  if (!file_) error_ = errno != 0 ? std::strerror(errno) : "unknown error";
  write("{\"traceEvents\":[\n");
}

void TraceFile::write(const std::string &text) {
  if (!file_) return;
  errno = 0;
  if (::gzwrite(file_.get(), text.data(), static_cast<unsigned>(text.size())) > 0) return;
  error_ = errno != 0 ? std::strerror(errno) : "unknown error";
  file_.reset();
}

void TraceFile::put(const Json &event) {
  const std::string text = event.dump(-1, ' ', true, Json::error_handler_t::replace);
  write(first_ ? text : ",\n" + text);
  first_ = false;
}

TraceFile::Process TraceFile::process(const std::string &name, int rank) {
  const auto found = processes_.find(name);
  if (found != processes_.end()) return {found->second};
  const auto pid = static_cast<unsigned>(processes_.size()) + 1;
  processes_.emplace(name, pid);
  put({{"ph", "M"},
       {"name", "process_name"},
       {"pid", pid},
       {"tid", 0},
       {"args", {{"name", name}}}});
  put({{"ph", "M"},
       {"name", "process_sort_index"},
       {"pid", pid},
       {"tid", 0},
       {"args", {{"sort_index", rank}}}});
  return {pid};
}

unsigned TraceFile::thread(Process process, const std::string &name) {
  const auto [found, added] =
      threads_.try_emplace({process.pid, name}, static_cast<unsigned>(threads_.size()) + 1);
  if (added) {
    put({{"ph", "M"},
         {"name", "thread_name"},
         {"pid", process.pid},
         {"tid", found->second},
         {"args", {{"name", name}}}});
  }
  return found->second;
}

unsigned TraceFile::lane(Process process, const std::string &track, std::uint64_t from,
                         std::uint64_t to) {
  std::vector<Lane> &lanes = lanes_[{process.pid, track}];
  for (Lane &lane : lanes) {
    if (lane.end > from) continue;
    lane.end = to;
    return lane.tid;
  }
  const std::string name = lanes.empty() ? track : fmt::format("{} ({})", track, lanes.size() + 1);
  lanes.push_back({.tid = thread(process, name), .end = to});
  return lanes.back().tid;
}

void TraceFile::complete(Process process, unsigned tid, const Event &event) {
  Json json{{"ph", "X"},
            {"name", event.name},
            {"cat", event.category},
            {"pid", process.pid},
            {"tid", tid},
            {"ts", microseconds(event.from)},
            {"dur", microseconds(event.to - event.from)}};
  if (!event.args.is_null()) json["args"] = event.args;
  put(json);
  ++slices_;
}

void TraceFile::slice(Process process, const std::string &track, const Event &event,
                      const std::vector<Event> &inside) {
  const unsigned tid = lane(process, track, event.from, event.to);
  complete(process, tid, event);
  for (const Event &part : inside) complete(process, tid, part);
}

void TraceFile::asynchronous(Process process, const Event &event) {
  const unsigned tid = thread(process, event.category);
  Json json{{"ph", "b"},
            {"name", event.name},
            {"cat", event.category},
            {"id", fmt::format("{:#x}", next_id_++)},
            {"pid", process.pid},
            {"tid", tid},
            {"ts", microseconds(event.from)}};
  Json end = json;
  if (!event.args.is_null()) json["args"] = event.args;
  put(json);
  end["ph"] = "e";
  end["ts"] = microseconds(event.to);
  put(end);
  ++slices_;
}

void TraceFile::instant(Process process, const std::string &track, const Event &event) {
  Json json{{"ph", "i"},
            {"s", "t"},
            {"name", event.name},
            {"cat", event.category},
            {"pid", process.pid},
            {"tid", thread(process, track)},
            {"ts", microseconds(event.from)}};
  if (!event.args.is_null()) json["args"] = event.args;
  put(json);
}

void TraceFile::counter(Process process, const std::string &name, std::uint64_t time,
                        double value) {
  put({{"ph", "C"},
       {"name", name},
       {"pid", process.pid},
       {"tid", 0},
       {"ts", microseconds(time)},
       {"args", {{"value", value}}}});
}

void TraceFile::finish(const Json &facts) {
  write(fmt::format("\n],\n\"displayTimeUnit\":\"ns\",\n\"otherData\":{}}}\n",
                    facts.dump(-1, ' ', true, Json::error_handler_t::replace)));
  if (file_) {
    errno = 0;
    if (::gzclose(file_.release()) != Z_OK) {
      error_ = errno != 0 ? std::strerror(errno) : "unknown error";
    } else if (const std::error_code error = pending_.commit()) {
      error_ = error.message();
    }
  }
  if (error_.empty()) return;
  throw std::runtime_error(fmt::format("{}: cannot be written: {}", path_.string(), error_));
}

}  // namespace dmar::report
