// SPDX-License-Identifier: Apache-2.0
// The rules of m_tbl, and how the memory behind it serves bursts of walks and of the queue.
#include <gmock/gmock.h>

#include <map>
#include <string>
#include <vector>

#include "bench/axi_manager.hpp"
#include "bench/table_port_rules.hpp"
#include "memory/memory.hpp"
#include "tests/unit/bench_loopback.hpp"

namespace dmar::bench {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr unsigned kHostWidth = 46;

AxiAccess table_read(std::uint8_t id, std::uint64_t address, unsigned beats = 1,
                     std::uint8_t size = 4, BurstType type = kBurstIncr) {
  return {.address = {.address = address,
                      .id = id,
                      .len = static_cast<std::uint8_t>(beats - 1),
                      .size = size,
                      .burst = static_cast<std::uint8_t>(type)}};
}

AxiAccess table_write(std::uint8_t id, std::uint64_t address, std::size_t bytes = 4) {
  return {.write = true,
          .address = {.address = address, .id = id, .size = 2},
          .runs = {{.address = address, .bytes = std::vector<std::uint8_t>(bytes)}}};
}

std::string judge(const AxiAccess &access) { return table_port_violation(access, kHostWidth); }

TEST(TablePortRules, WalksReadOneEntryOrALine) {
  EXPECT_THAT(judge(table_read(0, 0x1008, 1, 3)), IsEmpty());
  EXPECT_THAT(judge(table_read(kLastWalkId, 0x1010)), IsEmpty());
  for (unsigned beat = 0; beat < 4; ++beat) {
    EXPECT_THAT(judge(table_read(3, 0x1FC0 + 16 * beat, 4, 4, kBurstWrap)), IsEmpty());
  }
  EXPECT_THAT(judge(table_read(0, 0x1004, 1, 3)), HasSubstr("unaligned"));
  EXPECT_THAT(judge(table_read(0, 0x1008)), HasSubstr("unaligned"));
  EXPECT_THAT(judge(table_read(0, 0x1000, 1, 2)), HasSubstr("neither an entry nor a line"));
  EXPECT_THAT(judge(table_read(0, 0x1000, 2)), HasSubstr("neither"));
  EXPECT_THAT(judge(table_read(0, 0x1000, 4)), HasSubstr("neither"));
  EXPECT_THAT(judge(table_read(0, 0x1000, 2, 4, kBurstWrap)), HasSubstr("neither"));
  EXPECT_THAT(judge(table_read(0, 0x1000, 4, 3, kBurstWrap)), HasSubstr("neither"));
  EXPECT_THAT(judge(table_read(0, 0x1000, 1, 4, kBurstFixed)), HasSubstr("neither"));
  EXPECT_THAT(judge(table_read(0, std::uint64_t{1} << kHostWidth)), HasSubstr("beyond"));
}

TEST(TablePortRules, TheQueueStaysInOneLine) {
  for (unsigned first = 0; first < 4; ++first) {
    for (unsigned beats = 1; beats <= 5; ++beats) {
      const bool legal = first + beats <= 4;
      EXPECT_EQ(judge(table_read(kQueueReadId, 0x1FC0 + 16 * first, beats)).empty(), legal)
          << first << ", " << beats;
    }
  }
  EXPECT_THAT(judge(table_read(kQueueReadId, 0x1008)), HasSubstr("unaligned"));
  EXPECT_THAT(judge(table_read(kQueueReadId, 0x1000, 1, 3)), HasSubstr("not descriptors"));
  EXPECT_THAT(judge(table_read(kQueueReadId, 0x1010, 4, 4, kBurstWrap)),
              HasSubstr("not descriptors"));
  EXPECT_THAT(judge(table_read(kQueueReadId, std::uint64_t{1} << 63)), HasSubstr("beyond"));
}

TEST(TablePortRules, OneDwordIsWritten) {
  EXPECT_THAT(judge(table_write(kStatusWriteId, 0x1004)), IsEmpty());
  EXPECT_THAT(judge(table_write(kStatusWriteId, std::uint64_t{1} << kHostWidth)),
              HasSubstr("beyond"));
  EXPECT_THAT(judge(table_write(kFaultEventId, std::uint64_t{1} << 63)), IsEmpty());
  EXPECT_THAT(judge(table_write(kCompletionEventId, 0xFEE0'0000)), IsEmpty());
  EXPECT_THAT(judge(table_write(kStatusWriteId, 0x1004, 3)), HasSubstr("not one DWORD"));
  EXPECT_THAT(judge(table_write(kStatusWriteId, 0x1005)), HasSubstr("not one DWORD"));
}

TEST(TablePortRules, EveryClientHasItsIds) {
  EXPECT_THAT(judge(table_read(kStatusWriteId, 0x1000)), HasSubstr("read with ID 33"));
  EXPECT_THAT(judge(table_write(kQueueReadId, 0x1000)), HasSubstr("no client has this ID"));
  EXPECT_THAT(judge(table_write(38, 0x1000)), HasSubstr("no client has this ID"));
}

// One half of the update of a posted descriptor, with the bytes that a write changes.
AxiAccess posting_of(std::uint64_t address, std::vector<WriteRun> runs = {}) {
  return {.write = !runs.empty(),
          .address = {.address = address, .id = kPostingId, .len = 3, .size = 4, .lock = 1},
          .runs = std::move(runs)};
}

TEST(TablePortRules, APostingUpdatesOneDescriptorExclusively) {
  EXPECT_THAT(judge(posting_of(0x1040)), IsEmpty());
  EXPECT_THAT(judge(posting_of(0x1040, {{0x1047, {1}}})), IsEmpty());
  EXPECT_THAT(judge(posting_of(0x1040, {{0x1047, {1}}, {0x1060, {1}}})), IsEmpty());
  EXPECT_THAT(judge(posting_of(0x1040, {{0x105F, {1, 1}}})), IsEmpty());
  EXPECT_THAT(judge(posting_of(0x1050)), HasSubstr("not one descriptor"));
  AxiAccess open = posting_of(0x1040, {{0x1047, {1}}});
  open.address.lock = 0;
  EXPECT_THAT(judge(open), HasSubstr("not exclusive"));
  for (const std::vector<WriteRun> &runs : {std::vector<WriteRun>{{0x1047, {1, 1}}},
                                            {{0x1060, {1}}},
                                            {{0x1047, {1}}, {0x1061, {1}}},
                                            {{0x1047, {1}}, {0x1060, {1}}, {0x1068, {1}}}}) {
    EXPECT_THAT(judge(posting_of(0x1040, runs)), HasSubstr("changes more"));
  }
  AxiAccess short_read = posting_of(0x1040);
  short_read.address.len = 1;
  EXPECT_THAT(judge(short_read), HasSubstr("not one descriptor"));
  EXPECT_THAT(judge(table_write(kNotificationId, std::uint64_t{1} << 63)), IsEmpty());
  AxiAccess walk = table_read(0, 0x1000);
  walk.address.lock = 1;
  EXPECT_THAT(judge(walk), HasSubstr("exclusive"));
  AxiAccess status = table_write(kStatusWriteId, 0x1004);
  status.address.lock = 1;
  EXPECT_THAT(judge(status), HasSubstr("exclusive"));
}

TEST(TablePortRules, ALineCoversItsBlock) {
  const AddressBeat line = table_read(0, 0x1030, 4, 4, kBurstWrap).address;
  for (const std::uint64_t byte : {0x1000U, 0x1020U, 0x1030U, 0x103FU}) {
    EXPECT_TRUE(covers(line, byte)) << byte;
  }
  EXPECT_FALSE(covers(line, 0xFFF));
  EXPECT_FALSE(covers(line, 0x1040));
  const AddressBeat entry = table_read(0, 0x1008, 1, 3).address;
  EXPECT_TRUE(covers(entry, 0x1008));
  EXPECT_FALSE(covers(entry, 0x1000));
  EXPECT_FALSE(covers(entry, 0x1010));
}

// Lines of four walks and bursts of the queue, all under way at once.
struct TableRig {
  explicit TableRig(const MemoryTiming &timing)
      : device(loopback.pins().device, "reader", 0, 5),
        port(loopback.pins().dma, memory, "memory", timing, 6) {
    port.accept_every_type(true);
    loopback.attach(device);
    loopback.attach(port);
    for (unsigned n = 0; n < 64; ++n) memory.write64(HostAddr(0x1000 + 16 * n), n);
  }
  void run_until_idle() {
    for (unsigned n = 0; n < 2000 && !device.idle(); ++n) loopback.step();
    ASSERT_TRUE(device.idle());
  }

  Memory memory;
  Loopback loopback;
  AxiManager device;
  AxiMemory port;
};

TEST(TableBursts, TheWantedBeatComesFirst) {
  TableRig rig({});
  rig.device.submit({.address = table_read(2, 0x1060, 4, 4, kBurstWrap).address}, true);
  rig.run_until_idle();
  const AxiResult line = rig.device.take_finished().second;
  std::vector<unsigned> order;
  for (const BeatData &beat : line.data) order.push_back(beat[0]);
  EXPECT_THAT(order, ElementsAre(6, 7, 4, 5));
}

TEST(TableBursts, EveryBeatIsOfTheMomentOfItsAddress) {
  TableRig rig({.min_latency = 30, .max_latency = 30});
  rig.device.submit({.address = table_read(2, 0x1060, 4, 4, kBurstWrap).address}, true);
  rig.device.submit({.address = table_read(kQueueReadId, 0x1080, 4).address}, true);
  rig.loopback.step();
  while (rig.port.under_way().size() < 2) rig.loopback.step();
  for (unsigned n = 0; n < 64; ++n) rig.memory.write64(HostAddr(0x1000 + 16 * n), 0xFF);
  rig.run_until_idle();
  while (rig.device.has_finished()) {
    for (const BeatData &beat : rig.device.take_finished().second.data) EXPECT_NE(beat[0], 0xFF);
  }
}

TEST(TableBursts, BeatsOfDifferentClientsMix) {
  std::vector<std::uint8_t> ids;
  TableRig rig({.min_latency = 1, .max_latency = 20, .reorder = true});
  for (std::uint8_t id = 0; id < 4; ++id) {
    rig.device.submit({.address = table_read(id, 0x1010U + 64 * id, 4, 4, kBurstWrap).address},
                      true);
  }
  rig.device.submit({.address = table_read(kQueueReadId, 0x1200, 4).address}, true);
  unsigned changes = 0;
  for (unsigned n = 0; n < 2000 && !rig.device.idle(); ++n) {
    rig.loopback.step();
    const auto &r = rig.loopback.pins().dma.r;
    if (!r.fires()) continue;
    if (!ids.empty() && ids.back() != r.payload.id) ++changes;
    ids.push_back(r.payload.id);
  }
  EXPECT_EQ(ids.size(), 20U);
  EXPECT_GT(changes, 4U) << "each burst came in one piece";
  while (rig.device.has_finished()) {
    const auto [handle, result] = rig.device.take_finished();
    std::vector<unsigned> order;
    for (const BeatData &beat : result.data) order.push_back(beat[0] % 4);
    if (result.data[0][0] >= 32) {
      EXPECT_THAT(order, ElementsAre(0, 1, 2, 3));
    } else {
      EXPECT_THAT(order, ElementsAre(1, 2, 3, 0));
    }
  }
}

TEST(TableBursts, AnErrorIsOfOneBeat) {
  TableRig rig({});
  rig.memory.inject_error(HostAddr(0x1070), HostAddr(0x107F));
  rig.device.submit({.address = table_read(2, 0x1060, 4, 4, kBurstWrap).address}, true);
  rig.run_until_idle();
  EXPECT_THAT(rig.device.take_finished().second.responses,
              ElementsAre(kRespOkay, kRespSlave, kRespOkay, kRespOkay));
}

}  // namespace
}  // namespace dmar::bench
