// SPDX-License-Identifier: Apache-2.0
// A TableReader that answers each read with one of the versions the word had, as a path of choices
// says; taking every path visits every combination.
#ifndef DMAR_SCOREBOARD_VERSION_READER_HPP
#define DMAR_SCOREBOARD_VERSION_READER_HPP

#include <optional>
#include <string>
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

class VersionReader : public golden::TableReader {
 public:
  enum class Source {
    kCaches,  // anything a cache may still hold: present words, as old as invalidations allow
    kMemory,  // a walk made for this very request: what memory held between accept and verdict
  };
  struct Setting {
    const Config &config;
    const Memory &memory;
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
  template <class Value>
  struct Version {
    Value value;
    Memory::Time from;
    Memory::Time until;  // first cycle in which it was no longer there
  };
  using PairVersion = Version<Pair>;
  using WordVersion = Version<std::optional<std::uint64_t>>;

  [[nodiscard]] std::vector<WordVersion> versions(HostAddr word) const;
  [[nodiscard]] std::vector<PairVersion> pair_versions(HostAddr address) const;
  [[nodiscard]] bool in_window(Memory::Time from, Memory::Time until) const;
  [[nodiscard]] bool usable_root(const PairVersion &version) const;
  [[nodiscard]] bool usable_context(const PairVersion &version) const;
  [[nodiscard]] bool usable_entry(const WordVersion &version) const;
  void note(const char *what, HostAddr address);
  template <class Value>
  Value choose(const std::vector<Version<Value>> &options, Memory::Time &until);

  Setting at_;
  ChoicePath &path_;
  bool dead_ = false;
  bool root_read_ = false;
  Memory::Time root_until_ = 0;
  Memory::Time last_until_ = 0;
  DomainId domain_{};
  unsigned level_ = 0;  // of the next second-stage entry
};

}  // namespace dmar::bench

#endif  // DMAR_SCOREBOARD_VERSION_READER_HPP
