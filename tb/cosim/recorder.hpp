// SPDX-License-Identifier: Apache-2.0
// Writes what happens as a trace that `dmar run` replays (sim/traces/README.md): events in the
// order in which the golden model saw them, each behind the memory lines that it looked at.
#ifndef DMAR_COSIM_RECORDER_HPP
#define DMAR_COSIM_RECORDER_HPP

#include <zlib.h>

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "dmar/memory_bus.hpp"
#include "dmar/types.hpp"
#include "files/pending_file.hpp"
#include "golden/translate.hpp"
#include "trace/event.hpp"

namespace dmar::cosim {

class Recorder {
 public:
  // Compressed when the name ends in ".gz". The trace grows beside `path` and takes its place in
  // finish(); without that nothing is left. CosimError when it cannot be written.
  Recorder(const std::filesystem::path &path, MemoryBus &ram);
  ~Recorder();
  Recorder(const Recorder &) = delete;
  Recorder &operator=(const Recorder &) = delete;

  void comment(const std::string &text);
  void unit(std::uint32_t version, std::uint64_t capability, std::uint64_t extended_capability);
  // The golden model looked here for the event to come.
  void looked_at(HostAddr address, std::size_t bytes);
  void event(const trace::Event &event);
  // What the unit does because of the next event; written behind it.
  void consequence(const trace::Event &event);
  // A request with its outcome; one that a trace cannot express is left out.
  void request(const Request &request, const golden::Verdict &verdict);
  // An interrupt that was posted: the descriptor before and after. The unit of a replay changes it
  // as this one did.
  using Line = std::array<std::uint8_t, 64>;
  void posted(const Request &request, HostAddr descriptor, const Line &before, const Line &after);
  // What was looked at is written now, for an event that is not known yet.
  void keep() { put_memory(); }
  // Drops what was looked at for an event that is not recorded.
  void forget() { lines_looked_at_.clear(); }

  void finish();
  [[nodiscard]] std::uint64_t events() const { return events_; }
  [[nodiscard]] std::uint64_t left_out() const { return left_out_; }

 private:
  static constexpr std::size_t kLine = sizeof(Line);

  void put(const std::string &line);
  void leave_out();
  void put_memory();
  void put_line(std::uint64_t number, const Line &line);

  std::filesystem::path path_;
  files::PendingFile pending_;
  std::unique_ptr<gzFile_s, int (*)(gzFile)> file_;
  MemoryBus &ram_;
  std::set<std::uint64_t> lines_looked_at_;  // address / 64
  std::map<std::uint64_t, Line> known_;      // what the trace says is there
  std::vector<std::string> consequences_;
  std::uint64_t events_ = 0;
  std::uint64_t left_out_ = 0;
};

}  // namespace dmar::cosim

#endif  // DMAR_COSIM_RECORDER_HPP
