// SPDX-License-Identifier: Apache-2.0
// Software that unmaps, invalidates and maps anew while a device works, in random interleavings:
// after the acknowledgement nothing of the device reaches the page that it had.
#include <gtest/gtest.h>

#include <list>
#include <map>

#include "devices/ats_port.hpp"
#include "devices/tests/fake_ats_bus.hpp"

namespace dmar::devices {
namespace {

constexpr std::uint64_t kBoth = TranslationEntry::kRead | TranslationEntry::kWrite;
constexpr std::uint64_t kPage = 4096;
constexpr unsigned kPages = 4;

class Race {
 public:
  explicit Race(std::uint64_t seed) : random_(seed), bus_(seed + 1), port_(bus_, {.entries = 2}) {
    port_.enable_translations(true);
    for (unsigned page = 0; page < kPages; ++page) remap(page);
  }

  void run(unsigned steps) {
    for (unsigned i = 0; i < steps; ++i) {
      switch (random_.below(4)) {
        case 0:
          write();
          break;
        case 1:
          if (random_.percent(30)) invalidate();
          break;
        default:
          bus_.step();
      }
      take_completions();
    }
    ASSERT_TRUE(bus_.drain());
    take_completions();
    EXPECT_TRUE(waiting_.empty()) << "an invalidation was not acknowledged";
    EXPECT_TRUE(bus_.faults.empty());
    EXPECT_EQ(ended_, started_);
  }

  [[nodiscard]] std::uint64_t discarded() const { return port_.statistics().discarded; }
  [[nodiscard]] unsigned waited() const { return waited_; }

 private:
  // A host page that nobody has used before: what is written to it later came through an old entry.
  void remap(unsigned page) {
    host_[page] = next_host_;
    next_host_ += kPage;
    bus_.map(page * kPage, kPage, host_[page], kBoth);
  }
  void write() {
    const std::uint64_t address = random_.below(kPages * kPage - 64);
    ++started_;
    port_.write(Iova(address), line_, [this](DmaStatus status) {
      EXPECT_EQ(status, DmaStatus::kOkay);
      ++ended_;
    });
  }
  void invalidate() {
    if (waiting_.size() == 32) return;
    const auto page = static_cast<unsigned>(random_.below(kPages));
    const std::uint64_t old = host_[page];
    remap(page);
    while (waiting_.contains(itag_)) itag_ = (itag_ + 1) % 32;
    waiting_[itag_] = old;
    const auto itag = static_cast<std::uint8_t>(itag_);
    const std::size_t before = bus_.completed.size();
    bus_.invalidate({.source_id = {}, .itag = itag, .payload = page * kPage});
    if (bus_.completed.size() == before) ++waited_;
  }
  void take_completions() {
    for (; seen_ < bus_.completed.size(); ++seen_) {
      for (unsigned itag = 0; itag < 32; ++itag) {
        if ((bus_.completed[seen_].itags >> itag & 1) == 0) continue;
        ASSERT_TRUE(waiting_.contains(itag)) << "acknowledged twice";
        gone_.push_back(waiting_.at(itag));
        const std::vector<std::uint8_t> clear(kPage, 0);
        bus_.memory.write(HostAddr(gone_.back()), clear);
        waiting_.erase(itag);
      }
    }
    for (const std::uint64_t page : gone_) {
      std::vector<std::uint8_t> bytes(kPage);
      bus_.memory.read(HostAddr(page), bytes);
      ASSERT_EQ(bytes, std::vector<std::uint8_t>(kPage, 0)) << "written after the acknowledgement";
    }
    if (gone_.size() > 8) gone_.erase(gone_.begin());
  }

  bench::Random random_;
  FakeAtsBus bus_;
  AtsPort port_;
  std::vector<std::uint8_t> line_ = std::vector<std::uint8_t>(64, 0xEE);
  std::map<unsigned, std::uint64_t> host_;
  std::uint64_t next_host_ = 0x10'0000;
  std::map<unsigned, std::uint64_t> waiting_;  // ITag, host page of before
  std::list<std::uint64_t> gone_;
  unsigned itag_ = 0;
  std::size_t seen_ = 0;
  unsigned started_ = 0;
  unsigned ended_ = 0;
  unsigned waited_ = 0;
};

TEST(AtsRace, NothingArrivesAfterTheAcknowledgement) {
  std::uint64_t discarded = 0;
  unsigned waited = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    Race race(seed);
    race.run(400);
    if (::testing::Test::HasFailure()) FAIL() << "seed " << seed;
    discarded += race.discarded();
    waited += race.waited();
  }
  EXPECT_GT(discarded, 100u);
  EXPECT_GT(waited, 100u);
}

}  // namespace
}  // namespace dmar::devices
