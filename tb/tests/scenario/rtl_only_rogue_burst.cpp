// SPDX-License-Identifier: Apache-2.0
// Bursts of every type and shape that AXI4 can spell: what could leave the page that was translated
// is blocked, the rest reaches memory unchanged; reads of no bytes show nothing of memory.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <vector>

#include "bench/dma_burst.hpp"
#include "tests/scenario/rtl_scenario.hpp"

namespace dmar {
namespace {

class RogueBurst : public RtlScenario {
 protected:
  static constexpr std::uint8_t kReservedType = 3;

  struct Shape {
    std::uint8_t type = bench::kBurstIncr;
    std::uint64_t offset = 0;  // in the page
    unsigned beats = 1;
    std::uint8_t size = 4;

    [[nodiscard]] std::string text() const {
      return fmt::format("type {}, {} beats of {} bytes at {:03x}", type, beats, 1U << size,
                         offset);
    }
  };

  static Request request_of(AccessKind kind, const Shape &shape) {
    Request request = read_of(Iova(kIova.raw() + shape.offset), 16 * shape.beats);
    request.kind = kind;
    return request;
  }
  static bench::AxiBurst burst_of(const Request &request, const Shape &shape) {
    bench::AxiBurst burst{.write = request.kind == AccessKind::kWrite,
                          .address = {.address = request.address.raw(),
                                      .user = bench::pack_user(request),
                                      .id = 2,
                                      .len = static_cast<std::uint8_t>(shape.beats - 1),
                                      .size = shape.size,
                                      .burst = shape.type,
                                      .cache = 3}};
    if (!burst.write) return burst;
    for (unsigned n = 0; n < shape.beats; ++n) {
      bench::WriteBeat beat{.strobes = 0xFFFF, .last = n + 1 == shape.beats};
      if (shape.size < 4) beat.strobes = bench::beat_lanes(burst.address, n);
      beat.data.fill(static_cast<std::uint8_t>(0x40 + n));
      burst.beats.push_back(beat);
    }
    return burst;
  }
  bench::Outcome carry_out(AccessKind kind, const Shape &shape) {
    const Request request = request_of(kind, shape);
    return unit().wait(unit().submit_rogue(request, burst_of(request, shape)));
  }

  // Nonzero in every byte of the page and of its neighbours.
  void fill_memory() {
    for (std::uint64_t at = kData - kPage; at < kData + 2 * kPage; at += 8) {
      memory().write64(HostAddr(at), 0xA1A2'A3A4'A5A6'A7A8 + at);
    }
  }
};

TEST_P(RogueBurst, WhatCouldLeaveThePageIsBlocked) {
  Domain domain = start_with_page();
  domain.map(Iova(kIova.raw() + kPage), HostAddr(kData + kPage));
  fill_memory();
  std::vector<Shape> shapes{{bench::kBurstWrap, 0xFF0, 3, 4},    {bench::kBurstWrap, 0, 1, 4},
                            {bench::kBurstWrap, 0x100, 32, 4},   {bench::kBurstWrap, 0x100, 256, 4},
                            {bench::kBurstWrap, 0xFF0, 5, 2},    {bench::kBurstFixed, 0x100, 17, 4},
                            {bench::kBurstFixed, 0xFF0, 256, 4}, {bench::kBurstIncr, 0xFF0, 2, 4},
                            {bench::kBurstIncr, 0xFFC, 2, 2},    {bench::kBurstIncr, 0x010, 256, 4},
                            {kReservedType, 0x100, 1, 4},        {kReservedType, 0x100, 4, 2}};
  for (const std::uint8_t type : {bench::kBurstFixed, bench::kBurstIncr, bench::kBurstWrap}) {
    for (const std::uint8_t size : {5, 6, 7}) shapes.push_back({type, 0, 2, size});
  }
  for (const bool translation : {true, false}) {
    if (!translation) driver().disable_translation();
    unit().take_dma_accesses();
    for (const AccessKind kind : {AccessKind::kRead, AccessKind::kWrite}) {
      for (const Shape &shape : shapes) {
        const bench::Outcome outcome = carry_out(kind, shape);
        EXPECT_THAT(outcome.completion, IsRefused()) << shape.text();
        EXPECT_EQ(outcome.verdict.verdict, bench::VerdictKind::kBlock) << shape.text();
        for (const bench::BeatData &beat : outcome.beats) EXPECT_EQ(beat, bench::BeatData{});
      }
    }
    EXPECT_TRUE(unit().take_dma_accesses().empty());
  }
  EXPECT_EQ(driver().fault_status(), 0U);
}

// A burst that begins below the interrupt range, or in it and is no DWORD write, does not get into
// it, whatever its shape.
TEST_P(RogueBurst, NoShapeReachesTheInterruptRange) {
  unit().accept_every_burst_type(true);
  constexpr std::array<std::uint64_t, 3> kStarts{0xFEDF'FF80, 0xFEE0'1000, 0xFEEF'FFF0};
  for (const std::uint8_t type : {bench::kBurstFixed, bench::kBurstIncr, bench::kBurstWrap}) {
    for (const std::uint64_t start : kStarts) {
      for (const unsigned beats : {1U, 2U, 16U, 256U}) {
        for (const std::uint8_t size : {0, 1, 2, 3, 4}) {
          const Shape shape{type, start % kPage, beats, size};
          SCOPED_TRACE(shape.text());
          Request request = write_of(Iova(start), (1U << size) * beats);
          if (beats == 1 && size == 2) continue;  // a message
          unit().take_dma_accesses();
          const bench::Outcome outcome =
              unit().wait(unit().submit_rogue(request, burst_of(request, shape)));
          for (const bench::AxiAccess &access : unit().take_dma_accesses()) {
            EXPECT_EQ(access.address.address, start);
            for (const bench::WriteRun &run : access.runs) EXPECT_LT(run.address, 0xFEE0'0000U);
          }
          if (start >= 0xFEE0'0000) {
            EXPECT_FALSE(outcome.completion.address.has_value());
          }
          EXPECT_FALSE(outcome.completion.interrupt.has_value());
        }
      }
    }
  }
}

// One DWORD is a message where its beat, which begins at the address and ends at a multiple of its
// size, has all of it. Strobes elsewhere, which AXI forbids, make none.
TEST_P(RogueBurst, ADwordOutsideItsBeatIsNoMessage) {
  constexpr std::uint64_t kLine = 0xFEE0'1000;
  for (const std::uint8_t size : {0, 1, 2, 3, 4}) {
    for (unsigned offset = 0; offset < bench::kBeatBytes; ++offset) {
      for (unsigned lane = 0; lane < bench::kBeatBytes; lane += 4) {
        SCOPED_TRACE(fmt::format("DWORD {}, beat of {} bytes at {}", lane, 1U << size, offset));
        const bool inside =
            offset <= lane && lane + 4 <= bench::beat_base(offset, size) + (1U << size);
        const Request request = write_of(Iova(kLine + (inside ? lane : offset)), 4);
        bench::AxiBurst burst = burst_of(request, {.size = size});
        burst.address.address = kLine + offset;
        burst.beats[0].strobes = static_cast<std::uint16_t>(0xF << lane);
        const Completion completion = unit().wait(unit().submit_rogue(request, burst)).completion;
        EXPECT_EQ(completion.interrupt.has_value(), inside);
        EXPECT_FALSE(completion.address.has_value());
      }
    }
  }
}

TEST_P(RogueBurst, LegalWrapAndFixedPassUnchanged) {
  start_with_page();
  unit().accept_every_burst_type(true);
  std::vector<Shape> shapes;
  for (const unsigned beats : {2U, 4U, 8U, 16U}) {
    for (const std::uint8_t size : {4, 2, 0}) {
      shapes.push_back({bench::kBurstWrap, 0xFF0, beats, size});
      shapes.push_back({bench::kBurstWrap, 0x000, beats, size});
    }
  }
  for (const unsigned beats : {1U, 2U, 15U, 16U}) {
    for (const std::uint8_t size : {4, 2, 0}) {
      shapes.push_back({bench::kBurstFixed, 0xFF0, beats, size});
    }
  }
  for (const Shape &shape : shapes) {
    SCOPED_TRACE(shape.text());
    for (const AccessKind kind : {AccessKind::kWrite, AccessKind::kRead}) {
      fill_memory();
      unit().take_dma_accesses();
      const Request request = request_of(kind, shape);
      const bench::AddressBeat asked = burst_of(request, shape).address;
      const bench::Outcome outcome = carry_out(kind, shape);
      EXPECT_THAT(outcome.completion, Reaches(kData + shape.offset));
      const auto accesses = unit().take_dma_accesses();
      ASSERT_EQ(accesses.size(), 1U);
      bench::AddressBeat seen = accesses[0].address;
      EXPECT_EQ(seen.address, kData + shape.offset);
      seen.address = asked.address;
      seen.user = asked.user;
      seen.cache = asked.cache;  // the unit's own (bench/attribute_rules.hpp), like AxPROT
      seen.prot = asked.prot;
      EXPECT_EQ(seen, asked);
      for (const bench::WriteRun &run : accesses[0].runs)
        EXPECT_EQ(run.address / kPage, kData / kPage);
    }
  }
}

// Memory holds data in every byte; a read of no bytes returns none of it, however long a device
// makes the burst, and whether or not the page may be read (CAP.ZLR).
TEST_P(RogueBurst, ZeroLengthReadsShowNothing) {
  for (const bool readable : {false, true}) {
    make({});
    fill_memory();
    Domain domain = tables().create_domain({.id = 1, .levels = 4});
    tables().attach(kDevice, domain);
    domain.map(kIova, HostAddr(kData), PageSize::k4K, {.read = readable, .write = true});
    driver().set_root_pointer(tables().root_table());
    driver().enable_translation();
    for (const unsigned beats : {1U, 8U, 256U}) {
      SCOPED_TRACE(fmt::format("readable {}, {} beats", readable, beats));
      const bench::Outcome outcome = carry_out(AccessKind::kZeroLengthRead, {.beats = beats});
      if (readable || config().zero_length_read) {
        EXPECT_EQ(outcome.completion.status, Completion::Status::kOkay);
      } else {
        EXPECT_THAT(outcome.completion, Faults(FaultReason::kReadNotPermitted));
      }
      ASSERT_EQ(outcome.beats.size(), beats);
      for (const bench::BeatData &beat : outcome.beats) EXPECT_EQ(beat, bench::BeatData{});
    }
    const bench::Outcome plain = carry_out(AccessKind::kRead, {.beats = 8});
    if (readable) {
      ASSERT_EQ(plain.beats.size(), 8U);
      EXPECT_NE(plain.beats[0], bench::BeatData{});  // the data are there
    } else {
      EXPECT_THAT(plain.completion, Faults(FaultReason::kReadNotPermitted));
    }
  }
}

// A device that marks other beats as the last: the beats are those of AWLEN, and what leaves is
// marked right (the memory model refuses anything else). The assertion that asks the bridge for
// more is switched off.
TEST_P(RogueBurst, AWrongLastBeatStaysAtTheDevicePort) {
  ::setenv("DMAR_PLUSARGS", "+verilator+noassert", 1);
  make({});
  ::unsetenv("DMAR_PLUSARGS");
  start_with_page();
  constexpr unsigned kBeats = 4;
  std::vector<std::vector<bool>> marks;
  for (unsigned bits = 0; bits < 1U << kBeats; ++bits) {
    std::vector<bool> &mark = marks.emplace_back();
    for (unsigned beat = 0; beat < kBeats; ++beat) mark.push_back((bits >> beat & 1) != 0);
  }
  for (const std::vector<bool> &mark : marks) {
    fill_memory();
    unit().take_dma_accesses();
    // The second one has the data that a count by WLAST would take from the first, or give to it.
    const Shape first{.offset = 0x100, .beats = kBeats};
    const Shape second{.offset = 0x800, .beats = 1};
    bench::AxiBurst burst = burst_of(request_of(AccessKind::kWrite, first), first);
    for (unsigned beat = 0; beat < kBeats; ++beat) burst.beats[beat].last = mark[beat];
    const auto one = unit().submit_rogue(request_of(AccessKind::kWrite, first), burst);
    const Request other = request_of(AccessKind::kWrite, second);
    const auto two = unit().submit_rogue(other, burst_of(other, second));
    EXPECT_THAT(unit().wait(one).completion, Reaches(kData + first.offset));
    EXPECT_THAT(unit().wait(two).completion, Reaches(kData + second.offset));
    for (unsigned beat = 0; beat < kBeats; ++beat) {
      const std::uint64_t value = 0x0101'0101'0101'0101 * (0x40 + beat);
      EXPECT_EQ(memory().read64(HostAddr(kData + first.offset + 16 * beat)), value) << beat;
    }
    EXPECT_EQ(memory().read64(HostAddr(kData + second.offset)), 0x4040'4040'4040'4040U);
    const auto accesses = unit().take_dma_accesses();
    ASSERT_EQ(accesses.size(), 2U);
    EXPECT_EQ(accesses[0].address.len, kBeats - 1);
    EXPECT_EQ(accesses[1].address.len, 0);
  }
}

DMAR_RTL_SCENARIO(RogueBurst);

}  // namespace
}  // namespace dmar
