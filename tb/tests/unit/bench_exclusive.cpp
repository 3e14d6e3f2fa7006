// SPDX-License-Identifier: Apache-2.0
// The exclusive monitor of the memory, what may be exclusive, and how the bench learns the end of a
// posting.
#include <gmock/gmock.h>

#include <vector>

#include "bench/axi_manager.hpp"
#include "bench/axi_memory.hpp"
#include "bench/exclusive_monitor.hpp"
#include "bench/posting_watch.hpp"
#include "memory/memory.hpp"
#include "tests/unit/bench_loopback.hpp"

namespace dmar::bench {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Optional;
using ::testing::StrEq;

constexpr std::uint64_t kLine = 0x1040;

AddressBeat line_of(std::uint8_t id, std::uint64_t address = kLine) {
  return {.address = address, .id = id, .len = 3, .size = 4, .lock = 1};
}

std::vector<std::uint8_t> bytes(std::uint8_t value) { return std::vector<std::uint8_t>(64, value); }

TEST(ExclusiveMonitor, AReservationIsTakenOnce) {
  ExclusiveMonitor monitor;
  EXPECT_EQ(monitor.take(line_of(1)), std::nullopt);
  monitor.reserve(line_of(1), bytes(7));
  monitor.reserve(line_of(2), bytes(8));
  EXPECT_THAT(monitor.take(line_of(1)), Optional(bytes(7)));
  EXPECT_EQ(monitor.take(line_of(1)), std::nullopt);
  EXPECT_THAT(monitor.take(line_of(2)), Optional(bytes(8)));
}

TEST(ExclusiveMonitor, AnyByteEndsIt) {
  for (const std::uint64_t byte : {kLine, kLine + 33, kLine + 63}) {
    ExclusiveMonitor monitor;
    monitor.reserve(line_of(1), bytes(7));
    monitor.written(kLine - 8, 8);
    monitor.written(kLine + 64, 8);
    EXPECT_FALSE(monitor.empty());
    monitor.written(byte, 1);
    EXPECT_TRUE(monitor.empty());
  }
  ExclusiveMonitor monitor;
  monitor.reserve(line_of(1), bytes(7));
  monitor.written(kLine - 8, 9);
  EXPECT_EQ(monitor.take(line_of(1)), std::nullopt);
}

TEST(ExclusiveMonitor, TheWriteHasTheShapeOfTheRead) {
  ExclusiveMonitor monitor;
  AddressBeat half = line_of(1);
  half.len = 1;
  monitor.reserve(line_of(1), bytes(7));
  EXPECT_EQ(monitor.take(half), std::nullopt);
  monitor.reserve(line_of(1), bytes(7));
  EXPECT_EQ(monitor.take(line_of(1, kLine + 64)), std::nullopt);
}

TEST(ExclusiveMonitor, WhatMayBeExclusive) {
  EXPECT_THAT(exclusive_violation(line_of(1)), StrEq(""));
  EXPECT_THAT(exclusive_violation(line_of(1, kLine + 16)), HasSubstr("unaligned"));
  AddressBeat burst = line_of(1, 0);
  burst.len = 2;
  EXPECT_THAT(exclusive_violation(burst), HasSubstr("power of two"));
  burst.len = 15;
  EXPECT_THAT(exclusive_violation(burst), HasSubstr("128"));
  burst.size = 0;
  EXPECT_THAT(exclusive_violation(burst), StrEq(""));
  burst.len = 16;
  EXPECT_THAT(exclusive_violation(burst), HasSubstr("16 beats"));
}

TEST(CompareAndSwap, WritesOnlyWhatWasExpected) {
  Memory memory;
  EXPECT_EQ(memory.compare_and_swap(HostAddr(kLine), bytes(1), bytes(2)),
            MemoryBus::Swap::kChanged);
  EXPECT_EQ(memory.read8(HostAddr(kLine)), 0);
  EXPECT_EQ(memory.compare_and_swap(HostAddr(kLine), bytes(0), bytes(2)), MemoryBus::Swap::kDone);
  EXPECT_EQ(memory.read8(HostAddr(kLine + 63)), 2);
  memory.inject_error(HostAddr(kLine), HostAddr(kLine), Memory::ErrorOn::kWrite);
  EXPECT_EQ(memory.compare_and_swap(HostAddr(kLine), bytes(2), bytes(3)), MemoryBus::Swap::kError);
  memory.inject_error(HostAddr(kLine), HostAddr(kLine), Memory::ErrorOn::kRead);
  EXPECT_EQ(memory.compare_and_swap(HostAddr(kLine), bytes(2), bytes(3)), MemoryBus::Swap::kError);
}

// One beat of an exclusive read is an error, the rest of it exclusive all the same. The manager of
// the bench has no exclusive reads, so they are made on the way.
TEST(ExclusiveRead, AnErrorIsOfOneBeat) {
  std::vector<unsigned> responses;
  Loopback loopback([&responses](Pins &pins) {
    pins.dma.ar.payload.lock = 1;
    pins.device.r.payload.resp = kRespOkay;
  });
  AxiManager device(loopback.pins().device, "reader", 0, 5);
  Memory memory;
  AxiMemory port(loopback.pins().dma, memory, "memory", {}, 6);
  port.accept_every_type(true);
  loopback.attach(device);
  loopback.attach(port);
  const auto read = [&] {
    responses.clear();
    AddressBeat line = line_of(1);
    line.lock = 0;
    device.submit({.address = line}, true);
    for (unsigned n = 0; n < 200 && !device.idle(); ++n) {
      loopback.step();
      const auto &r = loopback.pins().dma.r;
      if (r.fires()) responses.push_back(r.payload.resp);
    }
  };
  read();
  EXPECT_THAT(responses,
              ElementsAre(kRespExclusive, kRespExclusive, kRespExclusive, kRespExclusive));
  memory.inject_error(HostAddr(kLine + 16), HostAddr(kLine + 31));
  read();
  EXPECT_THAT(responses, ElementsAre(kRespExclusive, kRespSlave, kRespExclusive, kRespExclusive));
}

TEST(PostingWatch, TheEndOfAPosting) {
  PostingWatch watch;
  EXPECT_EQ(watch.unwritten(), std::nullopt);
  EXPECT_EQ(watch.read(true), std::nullopt);
  EXPECT_EQ(watch.write(kRespOkay), std::nullopt);  // it looks again
  EXPECT_EQ(watch.read(true), std::nullopt);
  EXPECT_THAT(watch.write(kRespExclusive), Optional(FaultReason::kNone));
  EXPECT_EQ(watch.read(true), std::nullopt);
  EXPECT_THAT(watch.write(kRespSlave), Optional(FaultReason::kPostedDescriptorAccess));
  EXPECT_EQ(watch.read(true), std::nullopt);
  EXPECT_THAT(watch.read(false), Optional(FaultReason::kPostedDescriptorReserved));
  EXPECT_THAT(watch.read(true), Optional(FaultReason::kPostedDescriptorAccess));
  EXPECT_THAT(watch.unwritten(), Optional(FaultReason::kPostedDescriptorReserved));
  EXPECT_EQ(watch.unwritten(), std::nullopt);
}

}  // namespace
}  // namespace dmar::bench
