// SPDX-License-Identifier: Apache-2.0
// An interrupt in a beat that is wider than a DWORD, in every way AXI4 can spell it: the address of
// the beat may be that of the beat, of the DWORD or anything in between. What leaves is a beat of
// four bytes. What no beat of AXI4 can write, and more than one beat, is no interrupt.
#include <fmt/format.h>

#include "bench/dma_burst.hpp"
#include "tests/scenario/rtl_scenario.hpp"

namespace dmar {
namespace {

class WideMessage : public RtlScenario {
 protected:
  static constexpr std::uint64_t kBase = 0xFEE0'1000;

  struct Shape {
    unsigned offset = 0;  // of the address beat
    std::uint8_t size = 4;
    std::uint16_t strobes = 0;
    unsigned beats = 1;
    std::uint8_t type = bench::kBurstIncr;

    [[nodiscard]] std::string text() const {
      return fmt::format("type {}, {} beats of {} bytes at {:x}, strobes {:04x}", type, beats,
                         1U << size, offset, strobes);
    }
  };

  // `reported`: the address that the monitor shows.
  bench::Outcome send(const Shape &shape, unsigned reported) {
    const Request request = write_of(Iova(kBase + reported), 4);
    bench::AxiBurst burst{.write = true,
                          .address = {.address = kBase + shape.offset,
                                      .user = bench::pack_user(request),
                                      .id = 2,
                                      .len = static_cast<std::uint8_t>(shape.beats - 1),
                                      .size = shape.size,
                                      .burst = shape.type,
                                      .cache = 3}};
    for (unsigned n = 0; n < shape.beats; ++n) {
      bench::WriteBeat beat{.strobes = n == 0 ? shape.strobes : std::uint16_t{0},
                            .last = n + 1 == shape.beats};
      for (unsigned lane = 0; lane < bench::kBeatBytes; ++lane) {
        beat.data[lane] = static_cast<std::uint8_t>(0x30 + lane);
      }
      burst.beats.push_back(beat);
    }
    return unit().wait(unit().submit_rogue(request, burst));
  }
};

TEST_P(WideMessage, FourStrobesOfAnyBeatAreADword) {
  for (const std::uint8_t size : {2, 3, 4}) {
    const unsigned bytes = 1U << size;
    for (unsigned lane = 0; lane < 16; lane += 4) {
      for (unsigned offset = lane / bytes * bytes; offset <= lane; ++offset) {
        for (const std::uint8_t type : {bench::kBurstIncr, bench::kBurstFixed}) {
          const Shape shape{offset, size, static_cast<std::uint16_t>(0xFU << lane), 1, type};
          SCOPED_TRACE(shape.text());
          unit().accept_every_burst_type(true);
          const bench::Outcome outcome = send(shape, lane);
          std::uint32_t data = 0;
          for (unsigned k = 4; k-- > 0;) data = (data << 8) | (0x30 + lane + k);
          EXPECT_THAT(outcome.completion, Delivers(Message{kBase + lane, data}));
          const auto accesses = unit().take_dma_accesses();
          ASSERT_EQ(accesses.size(), 1U);
          EXPECT_EQ(accesses[0].address.address, kBase + lane);
          EXPECT_EQ(accesses[0].address.size, 2U);
          EXPECT_EQ(accesses[0].address.len, 0U);
        }
      }
    }
  }
  EXPECT_EQ(driver().fault_status(), 0U);
}

TEST_P(WideMessage, EverythingElseFaults) {
  const auto refused = [this](const Shape &shape) {
    SCOPED_TRACE(shape.text());
    EXPECT_THAT(send(shape, shape.offset).completion,
                Faults(FaultReason::kInterruptRequestInvalid));
    EXPECT_EQ(driver().drain_faults().size(), 1U);
  };
  // Strobes that are not exactly one aligned DWORD.
  for (const std::uint16_t strobes :
       {0x0000, 0x0001, 0x0007, 0x001E, 0x003C, 0x0078, 0x00FF, 0x0F0F, 0xF00F, 0xFFFF, 0x001F,
        0x0EF0, 0x07F0, 0x780F, 0xF0F0, 0x8F00}) {
    refused({.strobes = strobes});
  }
  // Below the address of the beat, or beyond its end.
  for (const unsigned lane : {0U, 4U, 8U, 12U}) {
    const auto strobes = static_cast<std::uint16_t>(0xFU << lane);
    for (unsigned offset = lane + 1; offset < 16; ++offset) refused({offset, 4, strobes});
    for (const unsigned other : {0U, 8U}) {
      if (other / 8 != lane / 8) refused({other, 3, strobes});
    }
    for (unsigned other = 0; other < 16; other += 4) {
      if (other != lane) refused({other, 2, strobes});
    }
    for (const std::uint8_t size : {0, 1}) refused({lane, size, strobes});
  }
  // Several beats, also when all but the first have no strobe.
  for (const std::uint8_t size : {2, 3, 4}) refused({0, size, 0x000F, 2});
  EXPECT_TRUE(unit().take_dma_accesses().empty());
}

DMAR_RTL_SCENARIO(WideMessage);

}  // namespace
}  // namespace dmar
