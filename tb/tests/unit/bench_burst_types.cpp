// SPDX-License-Identifier: Apache-2.0
// WRAP and FIXED bursts at the memory model: refused unless asked for, then at the addresses that
// AXI4 gives them (A3.4.1).
#include <gmock/gmock.h>

#include <vector>

#include "bench/axi_manager.hpp"
#include "bench/axi_memory.hpp"
#include "memory/memory.hpp"
#include "tests/unit/bench_loopback.hpp"

namespace dmar::bench {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

AddressBeat burst_of(BurstType type, std::uint64_t address, unsigned beats, std::uint8_t size) {
  return {.address = address,
          .len = static_cast<std::uint8_t>(beats - 1),
          .size = size,
          .burst = static_cast<std::uint8_t>(type)};
}

std::vector<std::uint64_t> addresses(const AddressBeat &burst) {
  std::vector<std::uint64_t> all;
  for (unsigned n = 0; n <= burst.len; ++n) all.push_back(beat_address(burst, n));
  return all;
}

TEST(BurstTypes, Addresses) {
  EXPECT_THAT(addresses(burst_of(kBurstIncr, 0x1003, 3, 2)), ElementsAre(0x1003, 0x1004, 0x1008));
  EXPECT_THAT(addresses(burst_of(kBurstFixed, 0x1FFC, 3, 2)), ElementsAre(0x1FFC, 0x1FFC, 0x1FFC));
  EXPECT_THAT(addresses(burst_of(kBurstWrap, 0x1FF0, 4, 4)),
              ElementsAre(0x1FF0, 0x1FC0, 0x1FD0, 0x1FE0));
  EXPECT_THAT(addresses(burst_of(kBurstWrap, 0x1000, 2, 0)), ElementsAre(0x1000, 0x1001));
}

TEST(BurstTypes, Rules) {
  for (unsigned beats = 1; beats <= 256; ++beats) {
    const bool wraps = beats == 2 || beats == 4 || beats == 8 || beats == 16;
    const AddressBeat wrap = burst_of(kBurstWrap, 0x1FF0, beats, 4);
    EXPECT_EQ(address_violation(wrap, true).empty(), wraps) << beats;
    EXPECT_THAT(address_violation(wrap), HasSubstr("not INCR"));
    const AddressBeat fixed = burst_of(kBurstFixed, 0x1FF0, beats, 4);
    EXPECT_EQ(address_violation(fixed, true).empty(), beats <= 16) << beats;
    EXPECT_THAT(address_violation(fixed), HasSubstr("not INCR"));
  }
  EXPECT_THAT(address_violation(burst_of(kBurstWrap, 0x1FF4, 2, 4), true), HasSubstr("unaligned"));
  EXPECT_THAT(address_violation(burst_of(kBurstFixed, 0x1000, 2, 5), true), HasSubstr("exceeds"));
  AddressBeat reserved = burst_of(kBurstIncr, 0x1000, 1, 4);
  EXPECT_THAT(address_violation(reserved, true), IsEmpty());
  reserved.burst = 3;
  EXPECT_THAT(address_violation(reserved, true), HasSubstr("reserved"));
}

// Writes a burst and reads it back in one.
std::vector<BeatData> round_trip(Memory &memory, const AddressBeat &address) {
  Loopback loopback;
  AxiManager device(loopback.pins().device, "device", 0, 5);
  AxiMemory port(loopback.pins().dma, memory, "memory", {}, 6);
  port.accept_every_type(true);
  loopback.attach(device);
  loopback.attach(port);
  AxiBurst write{.write = true, .address = address};
  for (unsigned n = 0; n <= address.len; ++n) {
    WriteBeat beat{.strobes = beat_lanes(address, n), .last = n == address.len};
    beat.data.fill(static_cast<std::uint8_t>(0x10 + n));
    write.beats.push_back(beat);
  }
  for (const AxiBurst &burst : {write, AxiBurst{.write = false, .address = address}}) {
    device.submit(burst, true);
    for (unsigned n = 0; n < 200 && !device.idle(); ++n) loopback.step();
    EXPECT_TRUE(device.idle());
    if (!burst.write) break;
    device.take_finished();
  }
  return device.take_finished().second.data;
}

TEST(BurstTypes, WrapReachesItsBlock) {
  Memory memory;
  const auto beats = round_trip(memory, burst_of(kBurstWrap, 0x1FE0, 4, 4));
  ASSERT_EQ(beats.size(), 4U);
  for (unsigned n = 0; n < 4; ++n) EXPECT_EQ(beats[n][0], 0x10 + n);
  const std::vector<unsigned> in_memory{0x12, 0x13, 0x10, 0x11};
  for (unsigned n = 0; n < 4; ++n) {
    EXPECT_EQ(memory.read8(HostAddr(0x1FC0 + 16 * n)), in_memory[n]) << n;
  }
  EXPECT_EQ(memory.read64(HostAddr(0x2000)), 0U);
}

TEST(BurstTypes, FixedReachesOnePlace) {
  Memory memory;
  const auto beats = round_trip(memory, burst_of(kBurstFixed, 0x1004, 16, 2));
  ASSERT_EQ(beats.size(), 16U);
  for (const BeatData &beat : beats) EXPECT_EQ(beat[4], 0x1F);  // the last one stays
  EXPECT_EQ(memory.read32(HostAddr(0x1004)), 0x1F1F'1F1FU);
  EXPECT_EQ(memory.read32(HostAddr(0x1008)), 0U);
}

}  // namespace
}  // namespace dmar::bench
