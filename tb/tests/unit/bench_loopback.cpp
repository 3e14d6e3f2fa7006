// SPDX-License-Identifier: Apache-2.0
// Device and memory models against each other: data arrives, and a broken wire is noticed.
#include "tests/unit/bench_loopback.hpp"

#include <gmock/gmock.h>

#include <map>
#include <optional>
#include <vector>

#include "bench/axi_manager.hpp"
#include "bench/axi_memory.hpp"
#include "bench/dma_burst.hpp"
#include "dmar/pattern.hpp"
#include "memory/memory.hpp"

namespace dmar::bench {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr unsigned kBound = 20'000;

Request read_of(std::uint64_t address, std::uint32_t bytes) {
  return {.source_id = bdf(0, 3, 0), .address = Iova(address), .bytes = bytes};
}

Request write_of(std::uint64_t address, std::uint32_t bytes) {
  Request request = read_of(address, bytes);
  request.kind = AccessKind::kWrite;
  return request;
}

struct Rig {
  explicit Rig(const MemoryTiming &timing = {}, unsigned device_stall = 0,
               Loopback::Fault fault = {})
      : loopback(std::move(fault)),
        device(loopback.pins().device, "device", device_stall, 5),
        port(loopback.pins().dma, memory, "memory", timing, 6) {
    loopback.attach(device);
    loopback.attach(port);
  }

  void run_until_idle() {
    for (unsigned i = 0; i < kBound && !device.idle(); ++i) loopback.step();
    ASSERT_TRUE(device.idle()) << device.in_flight() << " bursts never finished";
    while (device.has_finished()) {
      auto [handle, result] = device.take_finished();
      order.push_back(handle);
      results.emplace(handle, std::move(result));
    }
  }

  Memory memory;
  Loopback loopback;
  AxiManager device;
  AxiMemory port;
  std::vector<BurstHandle> order;
  std::map<BurstHandle, AxiResult> results;
};

struct Shape {
  std::uint64_t address;
  std::uint32_t bytes;
};

class EveryShape : public ::testing::TestWithParam<Shape> {};

TEST_P(EveryShape, WritesExactlyItsBytesAndReadsThemBack) {
  const auto [address, bytes] = GetParam();
  Rig rig;
  rig.memory.write8(HostAddr(address - 1), 0x77);
  rig.memory.write8(HostAddr(address + bytes), 0x78);
  const AxiBurst write = make_burst(write_of(address, bytes), {}, 1);
  rig.device.submit(write);
  rig.run_until_idle();
  const AxiBurst read = make_burst(read_of(address, bytes), {}, 2);
  const BurstHandle handle = rig.device.submit(read);
  rig.run_until_idle();

  const AxiResult &result = rig.results.at(handle);
  EXPECT_THAT(result.responses, Each(kRespOkay));
  EXPECT_EQ(gather(read_of(address, bytes), read.address, result.data),
            pattern(write_of(address, bytes)));
  EXPECT_EQ(rig.memory.read8(HostAddr(address - 1)), 0x77);
  EXPECT_EQ(rig.memory.read8(HostAddr(address + bytes)), 0x78);
}

INSTANTIATE_TEST_SUITE_P(Shapes, EveryShape,
                         ::testing::Values(Shape{0x1001, 1}, Shape{0x1002, 2}, Shape{0x1003, 2},
                                           Shape{0x1004, 4}, Shape{0x1006, 4}, Shape{0x1008, 8},
                                           Shape{0x1010, 16}, Shape{0x1018, 16}, Shape{0x101F, 18},
                                           Shape{0x1000, 512}, Shape{0x1007, 4089},
                                           Shape{0x1000, 4096}),
                         [](const auto &info) {
                           return std::to_string(info.param.bytes) + "BytesAt" +
                                  std::to_string(info.param.address);
                         });

TEST(DmaBurst, NarrowWhenNaturallyAlignedElseSixteenByteBeats) {
  const AddressBeat dword = make_burst(write_of(0xFEE00004, 4), {}, 0).address;
  EXPECT_EQ(dword.size, 2);
  EXPECT_EQ(dword.len, 0);
  const AddressBeat odd = make_burst(write_of(0x100E, 4), {}, 0).address;
  EXPECT_EQ(odd.size, 4);
  EXPECT_EQ(odd.len, 1);
  EXPECT_EQ(odd.address, 0x100EU);
  EXPECT_EQ(make_burst(read_of(0x1000, 4096), {}, 0).address.len, 255);
}

TEST(DmaBurst, UserBitsFollowTheDocumentedLayout) {
  Request request = read_of(0x1000, 4);
  request.source_id = SourceId(0xBEEF);
  EXPECT_EQ(pack_user(request), 0xBEEFU);
  request.pasid = Pasid(0xABCDE);
  EXPECT_EQ(pack_user(request), 0xBEEFU | (1ULL << 16) | (0xABCDEULL << 17));
  request.pasid.reset();
  request.at = AddressType::kTranslated;
  request.privileged = true;
  request.execute = true;
  request.no_snoop = true;
  EXPECT_EQ(pack_user(request),
            0xBEEFU | (2ULL << 37) | (1ULL << 39) | (1ULL << 40) | (1ULL << 43));
  request = read_of(0x1000, 4);
  request.source_id = SourceId(1);
  request.kind = AccessKind::kZeroLengthRead;
  EXPECT_EQ(pack_user(request), 1U | (1ULL << 41));
  request.kind = AccessKind::kAtomic;
  EXPECT_EQ(pack_user(request), 1U | (1ULL << 42));
}

TEST(DmaBurst, RefusesWhatIsNotOneRequest) {
  EXPECT_THROW(make_burst(read_of(0x1FFF, 2), {}, 0), std::invalid_argument);
  EXPECT_THROW(make_burst(read_of(0x1000, 0), {}, 0), std::invalid_argument);
  const std::vector<std::uint8_t> three(3);
  EXPECT_THROW(make_burst(write_of(0x1000, 4), three, 0), std::invalid_argument);
}

TEST(AxiManager, OnlyARogueMayBreakTheRules) {
  Rig rig;
  AxiBurst burst = make_burst(read_of(0x1FF0, 16), {}, 0);
  burst.address.len = 1;
  EXPECT_THROW(rig.device.submit(burst), std::invalid_argument);
  EXPECT_NO_THROW(rig.device.submit(burst, true));
  burst.write = true;  // without data beats
  EXPECT_THROW(rig.device.submit(burst, true), std::invalid_argument);
}

TEST(Loopback, FixedLatencyIsExact) {
  for (const unsigned latency : {1U, 2U, 17U}) {
    Rig rig({.min_latency = latency, .max_latency = latency});
    const BurstHandle handle = rig.device.submit(make_burst(read_of(0x1000, 16), {}, 0));
    rig.run_until_idle();
    const AxiResult &result = rig.results.at(handle);
    EXPECT_EQ(result.done_cycle - result.accepted_cycle, latency);
  }
}

TEST(Loopback, StreamsOneBeatEachCycle) {
  Rig rig({.min_latency = 4, .max_latency = 4});
  for (unsigned k = 0; k < 4; ++k) rig.device.submit(make_burst(read_of(0x1000, 4096), {}, 0));
  rig.run_until_idle();
  EXPECT_LT(rig.loopback.cycle(), 4 * 256 + 20);
}

TEST(Loopback, ErrorsAnswerTheBeatTheyTouch) {
  Rig rig;
  rig.memory.inject_error(HostAddr(0x1010), HostAddr(0x101F));
  const BurstHandle read = rig.device.submit(make_burst(read_of(0x1000, 48), {}, 0));
  const BurstHandle write = rig.device.submit(make_burst(write_of(0x1010, 4), {}, 0));
  rig.run_until_idle();
  EXPECT_THAT(rig.results.at(read).responses, ElementsAre(kRespOkay, kRespSlave, kRespOkay));
  EXPECT_THAT(rig.results.at(write).responses, ElementsAre(kRespSlave));
  EXPECT_EQ(rig.memory.read32(HostAddr(0x1010)), 0U);
}

TEST(Loopback, ReorderingMixesIdsButKeepsEachInOrder) {
  Rig rig({.min_latency = 1, .max_latency = 40, .reorder = true, .stall_percent = 30}, 30);
  std::map<BurstHandle, unsigned> id_of;
  for (unsigned k = 0; k < 200; ++k) {
    const Request request = k % 3 == 0 ? write_of(0x1000 * (k + 1), 64) : read_of(0x1000, 80);
    id_of[rig.device.submit(make_burst(request, {}, static_cast<std::uint8_t>(k % 4)))] =
        k % 4 + (k % 3 == 0 ? 4 : 0);
  }
  rig.run_until_idle();
  ASSERT_EQ(rig.order.size(), 200U);
  EXPECT_FALSE(std::is_sorted(rig.order.begin(), rig.order.end()));
  std::map<unsigned, BurstHandle> newest;
  for (const BurstHandle handle : rig.order) {
    EXPECT_GT(handle, newest[id_of[handle]]);
    newest[id_of[handle]] = handle;
  }
  for (unsigned k = 0; k < 200; k += 3) {
    EXPECT_EQ(rig.memory.read8(HostAddr(0x1000 * (k + 1))),
              pattern_byte(Iova(0x1000 * (k + 1)), 0));
  }
}

TEST(Loopback, ConsumedWritesDoNotReachMemory) {
  Rig rig;
  std::optional<AxiAccess> message;
  rig.port.set_consumer([&](const AxiAccess &access) {
    message = access;
    return true;
  });
  rig.device.submit(make_burst(write_of(0xFEE01000, 4), {}, 3));
  rig.run_until_idle();
  ASSERT_TRUE(message.has_value());
  EXPECT_EQ(message->runs.at(0).bytes, pattern(write_of(0xFEE01000, 4)));
  EXPECT_EQ(rig.memory.read32(HostAddr(0xFEE01000)), 0U);
}

// One wire of the loopback goes wrong; the message says which rule broke.
struct BrokenWire {
  const char *name;
  Loopback::Fault fault;
  const char *message;
};

class BrokenLoopback : public ::testing::TestWithParam<BrokenWire> {};

TEST_P(BrokenLoopback, IsNoticed) {
  Rig rig({.min_latency = 3, .max_latency = 3, .stall_percent = 50}, 50, GetParam().fault);
  for (unsigned k = 0; k < 8; ++k) {
    rig.device.submit(make_burst(read_of(0x1000, 64), {}, 1));
    rig.device.submit(make_burst(write_of(0x2000, 64), {}, 1));
  }
  try {
    for (unsigned i = 0; i < kBound && !rig.device.idle(); ++i) rig.loopback.step();
    FAIL() << "nothing was noticed";
  } catch (const ProtocolError &error) {
    EXPECT_THAT(error.what(), HasSubstr(GetParam().message));
    EXPECT_THAT(error.what(), HasSubstr("seed 1"));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Wires, BrokenLoopback,
    ::testing::Values(
        BrokenWire{"RlastMissing", [](Pins &p) { p.device.r.payload.last = false; }, "RLAST is 0"},
        BrokenWire{"RlastEarly", [](Pins &p) { p.device.r.payload.last = true; }, "RLAST is 1"},
        BrokenWire{"WrongRid", [](Pins &p) { p.device.r.payload.id = 2; }, "R answer with ID 2"},
        BrokenWire{"WrongBid", [](Pins &p) { p.device.b.payload.id = 7; }, "B answer with ID 7"},
        BrokenWire{"ExclusiveRead", [](Pins &p) { p.device.r.payload.resp = 1; }, "EXOKAY"},
        BrokenWire{"ExclusiveWrite", [](Pins &p) { p.device.b.payload.resp = 1; }, "EXOKAY"},
        BrokenWire{"ResponseTooEarly",
                   [](Pins &p) {
                     p.device.b.valid = true;
                     p.device.b.payload.id = 1;
                   },
                   "before address and last data"},
        BrokenWire{"DataTooEarly",
                   [](Pins &p) {
                     p.device.ar.ready = p.dma.ar.valid = false;
                     p.device.r.valid = true;
                     p.device.r.payload.id = 1;
                   },
                   "before AR was taken"},
        BrokenWire{"WlastMissing", [](Pins &p) { p.dma.w.payload.last = false; }, "WLAST is 0"},
        BrokenWire{"WlastEarly", [](Pins &p) { p.dma.w.payload.last = true; }, "WLAST is 1"},
        BrokenWire{"ReadCrossesPage", [](Pins &p) { p.dma.ar.payload.address = 0x1FF0; },
                   "AR: burst at 0x1ff0"},
        BrokenWire{"WriteCrossesPage", [](Pins &p) { p.dma.aw.payload.address = 0x1FF0; },
                   "AW: burst at 0x1ff0"},
        BrokenWire{"WrapBurst", [](Pins &p) { p.dma.ar.payload.burst = kBurstWrap; }, "not INCR"},
        BrokenWire{"HugeSize", [](Pins &p) { p.dma.aw.payload.size = 5; }, "exceeds the bus"},
        BrokenWire{"Locked", [](Pins &p) { p.dma.ar.payload.lock = 1; }, "exclusive"},
        BrokenWire{"StrayStrobes",
                   [](Pins &p) {
                     p.dma.aw.payload.size = 2;
                     p.dma.w.payload.strobes = 0xFFFF;
                   },
                   "outside the byte lanes"}),
    [](const auto &info) { return std::string(info.param.name); });

}  // namespace
}  // namespace dmar::bench
