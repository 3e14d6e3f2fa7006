// SPDX-License-Identifier: Apache-2.0
// When the wave of a long run begins and ends.
#include <unistd.h>

#include <filesystem>

#include "cosim/wave_trigger.hpp"
#include "cosim_rtl_fixture.hpp"

namespace dmar::cosim {
namespace {

using From = WaveOptions::From;
constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();

class CosimRtlWave : public testing::Test {
 protected:
  ~CosimRtlWave() override { std::filesystem::remove(file); }

  // What goes before and behind it does not matter, only that there is one.
  [[nodiscard]] bool written() const {
    return std::filesystem::exists(file) && std::filesystem::file_size(file) > 0;
  }

  std::filesystem::path file =
      std::filesystem::path(testing::TempDir()) / ("wave." + std::to_string(::getpid()) + ".fst");
  Memory memory;
  std::unique_ptr<bench::RtlIommu> rtl = make_default_rtl()(memory);
  const golden::Verdict identity = golden::Translation{.identity = true};
  const golden::Verdict translated = golden::Translation{};
  const golden::Verdict fault = golden::Fault{};
  const golden::Verdict unchanged = golden::Interrupt{};
  const golden::Verdict remapped = golden::Interrupt{.remapped = true};
};

TEST_F(CosimRtlWave, BeginsAtItsCycleAndEndsInTime) {
  WaveTrigger wave({.file = file, .from = From::kCycle, .cycle = 100, .cycles = 50});
  EXPECT_EQ(wave.distance(*rtl), 100 - rtl->cycle());
  wave.before({}, fault, *rtl);
  wave.at(*rtl);
  EXPECT_FALSE(wave.started());
  rtl->step(wave.distance(*rtl));
  wave.at(*rtl);
  EXPECT_TRUE(wave.started());
  EXPECT_EQ(wave.first_cycle(), 100U);
  EXPECT_EQ(wave.distance(*rtl), 50U);
  rtl->step(20);
  wave.at(*rtl);
  EXPECT_EQ(wave.distance(*rtl), 30U);
  rtl->step(40);  // a little late
  EXPECT_EQ(wave.distance(*rtl), 0U);
  wave.at(*rtl);
  EXPECT_EQ(wave.distance(*rtl), kNever);
  EXPECT_TRUE(written());
  EXPECT_TRUE(wave.started());
}

TEST_F(CosimRtlWave, BeginsBeforeTheRequestThatWasAskedFor) {
  struct Case {
    From from;
    const golden::Verdict *wanted;
  };
  const golden::Verdict *const all[] = {&identity, &translated, &fault, &unchanged, &remapped};
  for (const Case &c : {Case{From::kTranslated, &translated}, Case{From::kFault, &fault},
                        Case{From::kInterrupt, &remapped}}) {
    SCOPED_TRACE(static_cast<int>(c.from));
    WaveTrigger wave({.file = file, .from = c.from, .cycles = 10});
    EXPECT_EQ(wave.distance(*rtl), kNever);
    for (const golden::Verdict *verdict : all) {
      if (verdict != c.wanted) wave.before({}, *verdict, *rtl);
    }
    EXPECT_FALSE(wave.started());
    rtl->step(5);
    wave.before({}, *c.wanted, *rtl);
    EXPECT_TRUE(wave.started());
    EXPECT_EQ(wave.first_cycle(), rtl->cycle());
    rtl->step(10);
    wave.at(*rtl);
    wave.before({}, *c.wanted, *rtl);  // once is enough
    EXPECT_EQ(wave.distance(*rtl), kNever);
    EXPECT_TRUE(written());
  }
}

TEST_F(CosimRtlWave, IsNotThereUnlessItIsWanted) {
  WaveTrigger wave(WaveOptions{});
  wave.before({}, fault, *rtl);
  wave.at(*rtl);
  EXPECT_FALSE(wave.started());
  EXPECT_EQ(wave.distance(*rtl), kNever);
}

TEST_F(CosimRtlWave, EndsWhenTheUnitIsReset) {
  WaveTrigger wave({.file = file, .from = From::kCycle, .cycle = 200});
  rtl->step(wave.distance(*rtl));
  wave.at(*rtl);
  rtl->step(10);
  rtl.reset();
  rtl = make_default_rtl()(memory);
  EXPECT_EQ(wave.distance(*rtl), 0U);
  wave.at(*rtl);
  EXPECT_EQ(wave.distance(*rtl), kNever);
  rtl->step(500);
  EXPECT_TRUE(written());
}

}  // namespace
}  // namespace dmar::cosim
