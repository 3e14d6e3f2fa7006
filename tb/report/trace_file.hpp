// SPDX-License-Identifier: Apache-2.0
// A file in the trace-event format that Perfetto and chrome://tracing open, written while things
// happen. Processes and threads get their names when they are used for the first time.
#ifndef DMAR_REPORT_TRACE_FILE_HPP
#define DMAR_REPORT_TRACE_FILE_HPP

#include <zlib.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "files/pending_file.hpp"

namespace dmar::report {

class TraceFile {
 public:
  using Json = nlohmann::ordered_json;
  // A process of the viewer: a group of tracks.
  struct Process {
    unsigned pid = 0;
  };
  struct Event {
    std::string name = {};
    std::string category = {};
    std::uint64_t from = 0;  // nanoseconds
    std::uint64_t to = 0;
    Json args = nullptr;
  };

  // Compressed when the name ends in ".gz". The file grows beside `path` and takes its place in
  // finish(); without that nothing is left. What goes wrong meanwhile is kept until finish().
  explicit TraceFile(const std::filesystem::path &path);
  TraceFile(const TraceFile &) = delete;
  TraceFile &operator=(const TraceFile &) = delete;

  // The process of this name; they are shown in the order of `rank`.
  Process process(const std::string &name, int rank);

  // A slice with slices inside it, on a thread called `track`. What overlaps there goes to a second
  // thread beside it, and so on.
  void slice(Process process, const std::string &track, const Event &event,
             const std::vector<Event> &inside = {});
  // A slice that may overlap others of its name: a pair of asynchronous events.
  void asynchronous(Process process, const Event &event);
  void instant(Process process, const std::string &track, const Event &event);
  void counter(Process process, const std::string &name, std::uint64_t time, double value);

  // Throws std::runtime_error, naming the file, when it could not be written whole. `facts`: of the
  // run, for readers of the file.
  void finish(const Json &facts);

  [[nodiscard]] std::uint64_t slices() const { return slices_; }

 private:
  struct Lane {
    unsigned tid = 0;
    std::uint64_t end = 0;
  };

  void put(const Json &event);
  void write(const std::string &text);
  unsigned thread(Process process, const std::string &name);
  unsigned lane(Process process, const std::string &track, std::uint64_t from, std::uint64_t to);
  void complete(Process process, unsigned tid, const Event &event);

  std::filesystem::path path_;
  files::PendingFile pending_;
  std::unique_ptr<gzFile_s, int (*)(gzFile)> file_;
  std::string error_;
  bool first_ = true;
  std::map<std::string, unsigned> processes_;
  std::map<std::pair<unsigned, std::string>, std::vector<Lane>> lanes_;
  std::map<std::pair<unsigned, std::string>, unsigned> threads_;
  std::uint64_t next_id_ = 1;  // of asynchronous events
  std::uint64_t slices_ = 0;
};

}  // namespace dmar::report

#endif  // DMAR_REPORT_TRACE_FILE_HPP
