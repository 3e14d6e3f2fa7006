// SPDX-License-Identifier: Apache-2.0
// The memory of the measurements keeps its word to the clock.
#include <gmock/gmock.h>

#include <vector>

#include "bench/agent.hpp"
#include "memory/memory.hpp"
#include "perf/table_memory.hpp"

namespace dmar::perf {
namespace {

using ::testing::ElementsAre;

class TableMemoryTest : public ::testing::Test {
 protected:
  struct Beat {
    std::uint64_t clock;
    unsigned id;
    std::uint64_t word;  // the low one
    bool last;
    friend bool operator==(const Beat &, const Beat &) = default;
  };
  friend void PrintTo(const Beat &beat, std::ostream *out) {
    *out << "clock " << beat.clock << " id " << beat.id << " word " << beat.word
         << (beat.last ? " last" : "");
  }

  void SetUp() override {
    for (unsigned i = 0; i < 16; ++i) memory_.write64(HostAddr(0x1000 + 16 * i), i);
    bus_.r.ready = bus_.b.ready = true;
  }

  // One clock in which the manager offers this address, if any.
  void clock(const bench::AddressBeat *read = nullptr) {
    bus_.ar.valid = read != nullptr;
    if (read != nullptr) bus_.ar.payload = *read;
    if (bus_.r.fires()) {
      std::uint64_t word = 0;
      for (unsigned k = 8; k-- > 0;) word = word << 8 | bus_.r.payload.data[k];
      beats_.push_back({clock_, bus_.r.payload.id, word, bus_.r.payload.last});
    }
    table_.sample(clock_);
    table_.drive(clock_);
    ++clock_;
  }
  void clocks(unsigned count) {
    while (count-- != 0) clock();
  }

  Memory memory_;
  bench::AxiBus bus_;
  TableMemory table_{bus_, memory_, 20};
  std::uint64_t clock_ = 0;
  std::vector<Beat> beats_;
};

TEST_F(TableMemoryTest, FirstBeatComesAfterTheLatency) {
  clocks(3);
  const bench::AddressBeat read{.address = 0x1010, .id = 7, .size = 4};
  clock(&read);  // clock 3
  clocks(40);
  EXPECT_THAT(beats_, ElementsAre(Beat{23, 7, 1, true}));
  EXPECT_EQ(table_.counters().reads, 1U);
}

TEST_F(TableMemoryTest, OneBeatAClockInOrder) {
  const bench::AddressBeat burst{.address = 0x1000, .id = 1, .len = 1, .size = 4};
  const bench::AddressBeat single{.address = 0x1050, .id = 2, .size = 4};
  clock(&burst);
  clock(&single);
  clocks(40);
  EXPECT_THAT(beats_,
              ElementsAre(Beat{20, 1, 0, false}, Beat{21, 1, 1, true}, Beat{22, 2, 5, true}));
  EXPECT_EQ(table_.counters().beats, 3U);
}

TEST_F(TableMemoryTest, WrappingBurstsBeginWithTheWordAskedFor) {
  const bench::AddressBeat wrap{
      .address = 0x1060, .id = 3, .len = 3, .size = 4, .burst = bench::kBurstWrap};
  clock(&wrap);
  clocks(40);
  EXPECT_THAT(beats_, ElementsAre(Beat{20, 3, 6, false}, Beat{21, 3, 7, false},
                                  Beat{22, 3, 4, false}, Beat{23, 3, 5, true}));
}

TEST_F(TableMemoryTest, BeatsWaitForReady) {
  const bench::AddressBeat read{.address = 0x1000, .id = 1, .size = 4};
  bus_.r.ready = false;
  clock(&read);
  clock(&read);
  clocks(30);
  bus_.r.ready = true;
  clocks(5);
  EXPECT_THAT(beats_, ElementsAre(Beat{32, 1, 0, true}, Beat{33, 1, 0, true}));
}

TEST_F(TableMemoryTest, WritesReachMemoryWithTheirAnswer) {
  bus_.aw.valid = bus_.w.valid = true;
  bus_.aw.payload = {.address = 0x2004, .id = 33, .size = 2};
  bus_.w.payload = {.data = {}, .strobes = 0x00F0, .last = true};
  bus_.w.payload.data.fill(0xAB);
  clock();
  bus_.aw.valid = bus_.w.valid = false;
  clocks(18);
  EXPECT_EQ(memory_.read64(HostAddr(0x2000)), 0U);
  EXPECT_FALSE(bus_.b.valid);
  clock();
  EXPECT_TRUE(bus_.b.valid);
  EXPECT_EQ(bus_.b.payload.id, 33U);
  EXPECT_EQ(memory_.read64(HostAddr(0x2000)), 0xABAB'ABAB'0000'0000U);
  clock();
  EXPECT_FALSE(bus_.b.valid);
}

TEST_F(TableMemoryTest, RefusesWhatItDoesNotDo) {
  EXPECT_THROW(TableMemory(bus_, memory_, 0), std::invalid_argument);
  bus_.aw.valid = true;
  bus_.aw.payload = {.address = 0x2000, .len = 1, .size = 4};
  EXPECT_THROW(clock(), bench::ProtocolError);
}

}  // namespace
}  // namespace dmar::perf
