// SPDX-License-Identifier: Apache-2.0
// The register port with the freedom that AXI4-Lite gives a host: address and data of a write in
// any order, reads and writes at once, answers taken when it likes.
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <memory>

#include "bench/channel.hpp"
#include "tests/scenario/rtl_scenario.hpp"

namespace dmar {
namespace {

using bench::LiteReadData;
using bench::LiteWriteData;

// A host whose five channels know nothing of each other.
class FreeHost : public bench::Agent {
 public:
  explicit FreeHost(bench::LiteBus &bus)
      : aw(bus.aw, 0, bench::Random(1, 1)),
        w(bus.w, 0, bench::Random(1, 2)),
        ar(bus.ar, 0, bench::Random(1, 3)),
        b_(bus.b, "s_reg B", 0, bench::Random(1, 4)),
        r_(bus.r, "s_reg R", 0, bench::Random(1, 5)) {}

  bench::ChannelSource<std::uint16_t> aw;
  bench::ChannelSource<LiteWriteData> w;
  bench::ChannelSource<std::uint16_t> ar;
  bool take_answers = true;
  unsigned writes_done = 0;
  unsigned reads_done = 0;
  std::uint64_t data = 0;  // of the last read

  void sample(std::uint64_t) override {
    aw.sample();
    w.sample();
    ar.sample();
    if (b_.sample() != nullptr) ++writes_done;
    if (const LiteReadData *beat = r_.sample()) {
      ++reads_done;
      data = beat->data;
    }
  }
  void drive() override {
    aw.drive();
    w.drive();
    ar.drive();
    b_.drive(take_answers);
    r_.drive(take_answers);
  }

 private:
  bench::ChannelSink<std::uint8_t> b_;
  bench::ChannelSink<LiteReadData> r_;
};

// RTADDR, which keeps what is written and does nothing.
class RegisterPort : public ::testing::TestWithParam<std::string> {
 protected:
  static constexpr auto kOffset = static_cast<std::uint16_t>(reg::kRtaddr);
  static constexpr unsigned kLong = 20;  // cycles in which any access is done

  RegisterPort() { simulation_->attach(host_); }

  static std::unique_ptr<bench::SimulationBase> simulation_of(const std::string &name) {
    return std::ranges::find(bench::models(), name, &bench::ModelInfo::name)->make(1);
  }
  FreeHost &host() { return host_; }
  void step(unsigned cycles = 1) {
    for (unsigned n = 0; n < cycles; ++n) simulation_->step();
  }
  static LiteWriteData value(std::uint64_t data) { return {.data = data, .strobes = 0xFF}; }
  std::uint64_t read_back() {
    host_.ar.push(kOffset);
    step(kLong);
    return host_.data;
  }

 private:
  std::unique_ptr<bench::SimulationBase> simulation_ = simulation_of(GetParam());
  FreeHost host_{simulation_->pins().reg};
};

TEST_P(RegisterPort, AddressAndDataOfAWriteComeInAnyOrder) {
  for (const bool address_first : {true, false}) {
    for (unsigned apart = 0; apart < kLong; ++apart) {
      SCOPED_TRACE(fmt::format("address first {}, apart {}", address_first, apart));
      const std::uint64_t data = 0x1000ULL * (2 * apart + address_first + 1);
      const unsigned before = host().writes_done;
      if (address_first) {
        host().aw.push(kOffset);
      } else {
        host().w.push(value(data));
      }
      step(apart);
      EXPECT_EQ(host().writes_done, before);
      if (address_first) {
        host().w.push(value(data));
      } else {
        host().aw.push(kOffset);
      }
      step(kLong);
      EXPECT_EQ(host().writes_done, before + 1);
      EXPECT_EQ(read_back(), data);
    }
  }
}

// A host that always reads does not keep another one from writing, nor the other way round.
TEST_P(RegisterPort, ReadsAndWritesTakeTurns) {
  for (unsigned n = 0; n < 12; ++n) {
    host().aw.push(kOffset);
    host().w.push(value(0x1000));
    host().ar.push(kOffset);
  }
  unsigned cycles = 0;
  for (; host().writes_done + host().reads_done < 24 && cycles < 24 * kLong; ++cycles) {
    step();
    const unsigned ahead = host().writes_done > host().reads_done
                               ? host().writes_done - host().reads_done
                               : host().reads_done - host().writes_done;
    ASSERT_LE(ahead, 1U) << "cycle " << cycles;
  }
  EXPECT_EQ(host().writes_done, 12U);
  EXPECT_EQ(host().reads_done, 12U);
}

// Answers wait, and the next access with them.
TEST_P(RegisterPort, AnswersWaitUntilTheyAreTaken) {
  for (const bool write : {true, false}) {
    host().take_answers = false;
    host().aw.push(kOffset);
    host().w.push(value(0x5000));
    if (!write) {
      host().take_answers = true;
      step(kLong);
      host().take_answers = false;
      host().ar.push(kOffset);
    }
    const unsigned writes = host().writes_done;
    const unsigned reads = host().reads_done;
    step(3 * kLong);
    EXPECT_EQ(host().writes_done, writes);
    EXPECT_EQ(host().reads_done, reads);
    host().take_answers = true;
    step(kLong);
    EXPECT_EQ(host().writes_done + host().reads_done, writes + reads + 1);
    EXPECT_EQ(read_back(), 0x5000U);
  }
}

// What announces a status is visible before the status can be read: reads of these registers wait
// for messages that are on their way to memory, reads of others do not (VT-d 11.4.7, 11.4.8).
class StatusPort : public RtlScenario {};

TEST_P(StatusPort, StatusWaitsForItsMessage) {
  start_with_page();
  driver().set_event(reg::kFectl, {.address = 0xFEE0'3000, .data = 0x31});
  const std::vector<std::uint32_t> waiting{reg::kFsts, reg::kFectl, reg::kFedata, reg::kFeaddr,
                                           reg::kIcs,  reg::kIectl, reg::kIedata, reg::kIeaddr};
  const std::vector<std::uint32_t> free{reg::kGsts, reg::kRtaddr, reg::kIqh, reg::kCap};
  const auto answered_while_held = [this](std::uint32_t offset) {
    unit().hold_table_answers([](const bench::AddressBeat &, bool write) { return write; });
    unit().access(read_of(Iova(0x9000), 64, kNeighbour));
    unit().step(50);
    unit().start_read(offset, 4);
    unit().step(100);
    const bool answered = !unit().register_busy();
    unit().hold_table_answers(nullptr);
    unit().step_until([this] { return !unit().register_busy(); }, "the register");
    driver().drain_faults();
    driver().write32(reg::kFsts, fsts::kPfo);
    return answered;
  };
  for (const std::uint32_t offset : waiting) {
    EXPECT_FALSE(answered_while_held(offset)) << fmt::format("{:#x}", offset);
  }
  for (const std::uint32_t offset : free) {
    EXPECT_TRUE(answered_while_held(offset)) << fmt::format("{:#x}", offset);
  }
}

DMAR_RTL_SCENARIO(StatusPort);

INSTANTIATE_TEST_SUITE_P(On, RegisterPort, ::testing::ValuesIn(rtl_names_with(nullptr)),
                         [](const auto &info) { return "Rtl_" + info.param; });
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(RegisterPort);

}  // namespace
}  // namespace dmar
