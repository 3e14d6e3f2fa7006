// SPDX-License-Identifier: Apache-2.0
// A storage controller that reads from flash with a queue depth of 32, as requests of at most 256
// bytes: of each command the 64-byte entry of the submission queue, then its PRP list, then eight
// 4 KiB blocks written to pages that are anywhere, then the completion. Four data transfers go on
// at a time, a block of each in turn.
#ifndef DMAR_PERF_NVME_HPP
#define DMAR_PERF_NVME_HPP

#include <cstdint>
#include <deque>
#include <vector>

#include "perf/pages.hpp"

namespace dmar::perf {

class Nvme {
 public:
  static constexpr unsigned kDepth = 32;  // commands at a time
  static constexpr unsigned kBlocks = 8;  // of 4 KiB, in a command
  static constexpr unsigned kDataPages = 4000;
  static constexpr unsigned kListPages = 64;                       // for PRP lists
  static constexpr unsigned kPages = kDataPages + kListPages + 2;  // and the two queues

  Nvme(SourceId source_id, std::uint64_t seed);

  [[nodiscard]] Device &reads() { return reads_; }    // commands and lists
  [[nodiscard]] Device &writes() { return writes_; }  // data and completions
  // Blocks whose requests all have answers, since restart().
  [[nodiscard]] std::uint64_t blocks() const { return blocks_; }
  void restart() { blocks_ = 0; }

 private:
  enum class State : std::uint8_t { kFetch, kList, kData, kComplete };
  struct Command {
    State state = State::kFetch;
    unsigned list_page = 0;
    std::vector<std::uint32_t> pages;
    unsigned block = 0;   // being asked for
    unsigned offset = 0;  // in it
    unsigned unanswered = 0;
  };
  class Side : public Device {
   public:
    Side(Nvme &nvme, bool writes) : Device(kNoLimit), nvme_(nvme), writes_(writes) {}

   protected:
    std::optional<Wanted> next(std::uint64_t) override {
      return writes_ ? nvme_.next_write() : nvme_.next_read();
    }
    void done(const Answered &answered) override { nvme_.done(answered); }

   private:
    Nvme &nvme_;
    bool writes_;
  };

  void begin(unsigned index);
  std::optional<Wanted> next_read();
  std::optional<Wanted> next_write();
  std::optional<Wanted> next_data(unsigned index);
  void done(const Answered &answered);
  [[nodiscard]] Request request(AccessKind kind, std::uint64_t page, unsigned offset,
                                unsigned bytes) const;

  SourceId source_id_;
  bench::Random random_;
  std::vector<Command> commands_;
  std::deque<unsigned> fetches_;      // commands that wait for a read
  std::deque<unsigned> transfers_;    // that have data to write
  std::deque<unsigned> completions_;  // that are to be completed
  std::uint64_t blocks_ = 0;
  Side reads_{*this, false};
  Side writes_{*this, true};
};

}  // namespace dmar::perf

#endif  // DMAR_PERF_NVME_HPP
