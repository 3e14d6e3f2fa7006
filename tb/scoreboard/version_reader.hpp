// SPDX-License-Identifier: Apache-2.0
// A TableReader that answers each read with one of the versions the word had, as a path of choices
// says; taking every path visits every combination.
#ifndef DMAR_SCOREBOARD_VERSION_READER_HPP
#define DMAR_SCOREBOARD_VERSION_READER_HPP

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "dmar/config.hpp"
#include "dmar/types.hpp"
#include "golden/translate.hpp"
#include "memory/memory.hpp"
#include "scoreboard/invalidation_log.hpp"

namespace dmar::bench {

// Depth-first enumeration of choices whose number depends on those made before.
class ChoicePath {
 public:
  // The option to take now, below `options` (> 0).
  std::size_t choose(std::size_t options);
  // Goes on to the next path; false after the last one.
  bool advance();

 private:
  struct Point {
    std::size_t chosen;
    std::size_t options;
  };
  std::vector<Point> points_;
  std::size_t depth_ = 0;
};

// What is known of one request in time, in cycles.
struct Moments {
  Memory::Time accepted = 0;
  Memory::Time judged = 0;
  Memory::Time used = 0;  // the access at memory; the verdict when there was none
};

// What a word held and when; `until` is the first cycle in which it no longer did.
struct TimedWord {
  std::optional<std::uint64_t> value;  // nullopt: memory answered with an error
  Memory::Time from;
  Memory::Time until;
};

// The versions that words had up to one moment, looked up once each.
class WordHistory {
 public:
  WordHistory(const Memory &memory, Memory::Time until) : memory_(memory), until_(until) {}
  const std::vector<TimedWord> &operator[](HostAddr word);

 private:
  const Memory &memory_;
  Memory::Time until_;
  std::unordered_map<std::uint64_t, std::vector<TimedWord>> words_;
};

class VersionReader : public golden::TableReader {
 public:
  enum class Source {
    kCaches,  // anything a cache may still hold: present words, as old as invalidations allow
    kMemory,  // a walk made for this very request: what memory held between accept and verdict
  };
  struct Setting {
    const Config &config;
    WordHistory &history;
    const InvalidationLog &invalidations;
    const Request &request;
    Moments moments;
    Source source;
    std::vector<std::string> *words = nullptr;  // where to describe each word read, if wanted
  };

  VersionReader(const Setting &setting, ChoicePath &path) : at_(setting), path_(path) {}

  std::optional<std::array<std::uint64_t, 2>> read128(HostAddr address) override;
  std::optional<std::uint64_t> read64(HostAddr address) override;

  // No version of some word was possible: what was found on this path means nothing.
  [[nodiscard]] bool dead() const { return dead_; }

 private:
  using Pair = std::optional<std::array<std::uint64_t, 2>>;
  struct TimedPair {
    Pair value;
    Memory::Time from;
    Memory::Time until;
  };

  [[nodiscard]] std::vector<TimedPair> pair_versions(HostAddr address) const;
  [[nodiscard]] bool in_window(Memory::Time from, Memory::Time until) const;
  [[nodiscard]] bool usable_root(const TimedPair &version) const;
  [[nodiscard]] bool usable_context(const TimedPair &version) const;
  [[nodiscard]] bool usable_interrupt_entry(const TimedPair &version) const;
  [[nodiscard]] bool usable_entry(const TimedWord &version) const;
  [[nodiscard]] Pair read_root(std::vector<TimedPair> options);
  [[nodiscard]] Pair read_context(std::vector<TimedPair> options);
  [[nodiscard]] Pair read_interrupt_entry(std::vector<TimedPair> options);
  void note(const char *what, HostAddr address, unsigned words);
  template <class Timed>
  Timed choose(const std::vector<Timed> &options);

  Setting at_;
  ChoicePath &path_;
  bool dead_ = false;
  bool root_read_ = false;
  Memory::Time root_until_ = 0;
  DomainId domain_{};
  unsigned level_ = 0;  // of the next second-stage entry
};

}  // namespace dmar::bench

#endif  // DMAR_SCOREBOARD_VERSION_READER_HPP
