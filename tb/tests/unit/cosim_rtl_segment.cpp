// SPDX-License-Identifier: Apache-2.0
// The segment of a machine before its unit, driven by its two windows as a CPU does it.
#include <set>
#include <string>

#include "cosim/place.hpp"
#include "cosim/sriov_segment.hpp"
#include "cosim_rtl_fixture.hpp"

namespace dmar::cosim {
namespace {

constexpr std::uint32_t kVirtualBar = 0xFF10'0000;
constexpr std::uint32_t kEduBuffer = devices::Edu::kBuffer;

class CosimRtlSegment : public CosimRtl {
 protected:
  CosimRtlSegment() {
    unit.observe_submissions([this](const Request &request, const golden::Verdict &) {
      sources_.insert(request.source_id.raw());
    });
  }

  void make(SriovOptions options) {
    segment_ = std::make_unique<SriovSegment>(options, engine_, nullptr);
    ecam_ = segment_->ecam_window();
    bars_ = segment_->memory_window();
  }
  // Virtual functions as a kernel makes them, at the physical function in `where`.
  void enable(std::uint64_t where, unsigned control = 9) {
    const std::uint64_t sriov = where + capability(where, 0x0010);
    ecam_.write(where + 0x0C, 1, 16);
    ecam_.write(sriov + 0x08, 2, control & 0x10);
    ecam_.write(sriov + 0x10, 2, 4);
    ecam_.write(sriov + 0x24, 4, kVirtualBar);
    ecam_.write(sriov + 0x08, 2, control);
  }
  void disable(std::uint64_t where) { ecam_.write(where + capability(where, 0x0010) + 0x08, 2, 0); }
  std::uint64_t capability(std::uint64_t where, unsigned id) {
    std::uint64_t at = 0x100;
    while (at != 0 && (ecam_.read(where + at, 4) & 0xFFFF) != id) {
      at = ecam_.read(where + at, 4) >> 20;
    }
    return at;
  }
  static std::uint64_t bar_of(unsigned index) {
    return kVirtualBar - place::kSegmentMemory + std::uint64_t{index} * devices::Edu::kBarBytes;
  }
  void set(unsigned index, std::uint32_t offset, std::uint64_t value) {
    bars_.write(bar_of(index) + offset, 8, value);
  }
  void start_write(unsigned index, std::uint64_t bytes) {
    set(index, 0x80, kEduBuffer);
    set(index, 0x88, kIova.raw());
    set(index, 0x90, bytes);
    set(index, 0x98, 3);
  }
  // The buffer has what is in memory of number `index`.
  void fill_buffer(unsigned index) {
    set(index, 0x80, kIova.raw());
    set(index, 0x88, kEduBuffer);
    set(index, 0x90, 64);
    set(index, 0x98, 1);
    finish();
  }
  void finish() {
    for (unsigned i = 0; i < 10'000 && !(engine_.idle() && unit.at_rest()); ++i) go_on();
    EXPECT_TRUE(engine_.idle());
  }
  void go_on() {
    engine_.proceed();
    unit.run(20);
    engine_.proceed();
  }
  std::uint8_t byte_at(HostAddr address) {
    std::array<std::uint8_t, 1> byte{};
    EXPECT_TRUE(memory.read(address, byte));
    return byte[0];
  }
  void put(HostAddr address, std::uint8_t value) {
    std::array<std::uint8_t, 64> bytes{};
    bytes.fill(value);
    memory.store(address, bytes);
  }

  std::multiset<std::uint16_t> sources_;
  DmaEngine engine_{unit, [](const Message &) {}};
  std::unique_ptr<Segment> segment_;
  UnitFunction::Window ecam_;
  UnitFunction::Window bars_;
};

constexpr std::uint64_t kPhysical = 1U << 15;  // 00:01.0
constexpr std::uint64_t function_of(unsigned number) { return kPhysical | number << 12; }

TEST_F(CosimRtlSegment, WindowsAreWhereTheTablesSay) {
  make({});
  EXPECT_EQ(ecam_.base, 0xFF80'0000U);
  EXPECT_EQ(ecam_.bytes, 0x20'0000U);
  EXPECT_EQ(bars_.base, 0xFF00'0000U);
  EXPECT_EQ(bars_.bytes, 0x80'0000U);
  ASSERT_EQ(segment_->functions().size(), 5U);
  EXPECT_EQ(segment_->functions()[4].name, "virtual function 3");
  EXPECT_EQ(ecam_.read(kPhysical, 4), 0x11E8'1234U);
  EXPECT_EQ(ecam_.read(kPhysical + 0x3C, 4), 0U) << "messages only";
  EXPECT_EQ(ecam_.read(0, 4), 0xFFFF'FFFFU);
}

// Each virtual function reaches the memory of its own domain, and only that.
TEST_F(CosimRtlSegment, EachFunctionHasADomainOfItsOwn) {
  make({});
  start();
  Domain own = tables.create_domain({.id = 2});
  own.map(kIova, kPage);
  tables.attach(bdf(0, 1, 1), own);
  Domain other = tables.create_domain({.id = 3});
  other.map(kIova, kOtherPage);
  tables.attach(bdf(0, 1, 2), other);
  driver.invalidate_all();
  iommu.settle();
  enable(kPhysical);
  for (unsigned i = 0; i < 3; ++i) ecam_.write(function_of(i + 1) + 4, 2, 4);

  put(kPage, 0x11);
  put(kOtherPage, 0x22);
  fill_buffer(0);
  fill_buffer(1);
  put(kPage, 0);
  put(kOtherPage, 0);
  start_write(0, 64);
  start_write(1, 64);
  start_write(2, 64);
  finish();
  EXPECT_EQ(byte_at(kPage), 0x11);
  EXPECT_EQ(byte_at(kOtherPage), 0x22);
  EXPECT_EQ(bars_.read(bar_of(0) + 0xA0, 4), 0U);
  EXPECT_EQ(bars_.read(bar_of(1) + 0xA0, 4), 0U);
  EXPECT_EQ(bars_.read(bar_of(2) + 0xA0, 4), 1U) << "blocked: it has no domain";
  EXPECT_EQ(sources_.count(bdf(0, 1, 1).raw()), 2U);
  EXPECT_EQ(sources_.count(bdf(0, 1, 2).raw()), 2U);
  EXPECT_EQ(sources_.count(bdf(0, 1, 3).raw()), 1U);
  EXPECT_EQ(sources_.count(bdf(0, 1, 0).raw()), 0U) << "nothing under the physical function's name";
  EXPECT_EQ(unit.differences().count, 0U);
}

TEST_F(CosimRtlSegment, BehindThePortTheyHaveDevicesOfTheirOwn) {
  make({.behind_port = true});
  constexpr std::uint64_t kPort = 1U << 15;
  constexpr std::uint64_t kBehind = 1U << 20;
  ecam_.write(kPort + 0x18, 4, 0x01'0100);
  ecam_.write(kPort + 0x20, 4, 0xFF70'FF00);
  ecam_.write(kPort + 0x04, 2, 6);
  const std::uint64_t express = 0x48;
  ASSERT_EQ(ecam_.read(kPort + express, 1), 0x10U);
  ecam_.write(kPort + express + 0x28, 2, 0x20);
  enable(kBehind, 0x19);
  for (unsigned i = 0; i < 4; ++i) {
    ecam_.write(kBehind + ((i + 1) << 15) + 4, 2, 4);
    start_write(i, 64);
    finish();
    EXPECT_EQ(sources_.count(bdf(1, i + 1, 0).raw()), 1U) << i;
  }
}

TEST_F(CosimRtlSegment, NothingStartsAfterVfEnableIsCleared) {
  make({});
  enable(kPhysical);
  for (unsigned i = 0; i < 4; ++i) {
    ecam_.write(function_of(i + 1) + 4, 2, 4);
    start_write(i, 4096);
    bars_.write(bar_of(i) + 0xBC, 4, 1000);  // stray writes, which no reset stops
  }
  for (unsigned i = 0; i < 3; ++i) go_on();
  EXPECT_FALSE(engine_.idle());
  disable(kPhysical);
  engine_.proceed();
  const std::size_t asked = sources_.size();
  EXPECT_GT(asked, 0U);
  finish();
  EXPECT_EQ(sources_.size(), asked);
  for (const Segment::Function &function : segment_->functions()) {
    EXPECT_TRUE(function.device->idle()) << function.name;
  }
  EXPECT_EQ(ecam_.read(function_of(1) + 8, 4), 0xFFFF'FFFFU);
  EXPECT_EQ(unit.differences().count, 0U);
}

// Nothing of the old one is left, not even how many of its stray writes ended.
TEST_F(CosimRtlSegment, ComesBackWithoutWhatItCounted) {
  make({});
  start();
  enable(kPhysical);
  bars_.write(bar_of(0) + 0xBC, 4, 1000);
  for (unsigned i = 0; i < 1000 && bars_.read(bar_of(0) + 0xC0, 4) == 0; ++i) go_on();
  EXPECT_NE(bars_.read(bar_of(0) + 0xC4, 4), 0U) << "the unit blocks them";
  disable(kPhysical);
  enable(kPhysical);  // one is in flight
  finish();
  EXPECT_EQ(bars_.read(bar_of(0), 4), 0x0100'00EDU);
  for (const unsigned count : {0xBC, 0xC0, 0xC4}) {
    EXPECT_EQ(bars_.read(bar_of(0) + count, 4), 0U) << std::hex << count;
  }
}

TEST_F(CosimRtlSegment, CardsAreOnTheNetwork) {
  Network network(std::nullopt);
  segment_ = std::make_unique<SriovSegment>(SriovOptions{.kind = SriovOptions::Kind::kNetwork},
                                            engine_, &network);
  EXPECT_EQ(network.bridge().ports(), 6U) << "the peer and five cards";
  EXPECT_TRUE(segment_->errors().empty());
  EXPECT_FALSE(segment_->tick(1));
}

}  // namespace
}  // namespace dmar::cosim
