// SPDX-License-Identifier: Apache-2.0
// Every Verilated model out of reset: what it advertises is what its Config says, DMA passes while
// translation is off, and the bench around it keeps its promises (seed, bound, waves).
#include <gmock/gmock.h>

#include <cstdio>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/dma_burst.hpp"
#include "bench/registry.hpp"
#include "dmar/pattern.hpp"
#include "dmar/registers.hpp"

namespace dmar::bench {
namespace {

using ::testing::HasSubstr;

constexpr RtlOptions kRough{
    .seed = 11,
    .dma_memory = {.min_latency = 1, .max_latency = 60, .reorder = true, .stall_percent = 25},
    .table_memory = {.min_latency = 1, .max_latency = 60, .reorder = true, .stall_percent = 25},
    .device_stall_percent = 25,
    .host_stall_percent = 25};

// Requests of many sizes and alignments from several devices, each to a place of its own.
std::vector<Request> many(AccessKind kind, unsigned count) {
  std::vector<Request> requests;
  for (unsigned k = 0; k < count; ++k) {
    const std::uint32_t offset = k * 13 % 64;
    requests.push_back({.source_id = bdf(0, k % 5, 0),
                        .address = Iova(0x10'0000 + k * 0x1000 + offset),
                        .kind = kind,
                        .bytes = 1 + k * 37 % 700});
  }
  return requests;
}

class EveryModel : public ::testing::TestWithParam<std::string> {};

TEST_P(EveryModel, AdvertisesItsConfig) {
  const auto unit = make_rtl(GetParam());
  EXPECT_EQ(unit->read(reg::kVer, 4), version(unit->config()));
  EXPECT_EQ(unit->read(reg::kCap, 8), capability(unit->config()));
  EXPECT_EQ(unit->read(reg::kEcap, 8), extended_capability(unit->config()));
  EXPECT_EQ(unit->read(reg::kCap + 4, 4), capability(unit->config()) >> 32);
}

// The descriptor of the last invalidation is not reset, and starts random here, so that among many
// seeds some leave one for pages behind. The caches assert that all of their sets are cleared.
TEST_P(EveryModel, ResetClearsEverySetWhateverWasInvalidatedBefore) {
  constexpr std::uint64_t kSweep = 300;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    SCOPED_TRACE(seed);
    const auto unit = make_rtl(GetParam(), {.seed = seed});
    ASSERT_NO_THROW(unit->step(kSweep));
  }
}

TEST_P(EveryModel, PassesDmaWhileTranslationIsOff) {
  const auto unit = make_rtl(GetParam(), kRough);
  const auto writes = many(AccessKind::kWrite, 60);
  const auto written = unit->access_all(writes);
  const auto reads = unit->access_all(many(AccessKind::kRead, 60));
  for (std::size_t k = 0; k < writes.size(); ++k) {
    SCOPED_TRACE(k);
    ASSERT_EQ(written[k].status, Completion::Status::kOkay);
    EXPECT_EQ(written[k].address, HostAddr(writes[k].address.raw()));
    EXPECT_EQ(reads[k].data, pattern(writes[k]));
  }
  EXPECT_EQ(unit->counters().requests, 120U);
  EXPECT_EQ(unit->counters().table_reads, 0U);
  EXPECT_EQ(unit->take_dma_accesses().size(), 120U);
}

TEST_P(EveryModel, SendsInterruptsAndBlocksReadsOfTheirRange) {
  const auto unit = make_rtl(GetParam());
  Request request{
      .source_id = bdf(0, 4, 0), .address = Iova(0xFEE0'1000), .kind = AccessKind::kWrite};
  const std::vector<std::uint8_t> data{0x41, 0x40, 0, 0};
  const Completion sent = unit->access(request, data);
  EXPECT_EQ(sent.interrupt, (Message{0xFEE0'1000, 0x4041}));
  EXPECT_EQ(unit->memory().read32(HostAddr(0xFEE0'1000)), 0U);
  request.kind = AccessKind::kRead;
  request.bytes = 64;
  EXPECT_EQ(unit->access(request).status, Completion::Status::kBlocked);
}

TEST_P(EveryModel, ErrorsOfMemoryReachTheDevice) {
  const auto unit = make_rtl(GetParam());
  unit->memory().inject_error(HostAddr(0x5000), HostAddr(0x5FFF));
  for (const AccessKind kind : {AccessKind::kRead, AccessKind::kWrite}) {
    const Completion completion = unit->access(
        {.source_id = bdf(0, 4, 0), .address = Iova(0x5040), .kind = kind, .bytes = 32});
    EXPECT_EQ(completion.status, Completion::Status::kMemoryError);
  }
}

// Only the first page is translated, so a device that breaks the 4 KiB rule gets nothing.
TEST_P(EveryModel, BlocksBurstsThatLeaveTheirPage) {
  const auto unit = make_rtl(GetParam());
  for (const AccessKind kind : {AccessKind::kRead, AccessKind::kWrite}) {
    const Request request{
        .source_id = bdf(0, 4, 0), .address = Iova(0x1FF0), .kind = kind, .bytes = 16};
    AxiBurst burst = make_burst(request, {}, 0);
    burst.address.len = 1;
    if (burst.write) burst.beats = {{.strobes = 0xFFFF}, {.strobes = 0xFFFF, .last = true}};
    const Outcome outcome = unit->wait(unit->submit_rogue(request, burst));
    EXPECT_EQ(outcome.completion.status, Completion::Status::kBlocked);
    EXPECT_EQ(outcome.verdict.verdict, VerdictKind::kBlock);
  }
  EXPECT_TRUE(unit->take_dma_accesses().empty());
}

TEST_P(EveryModel, RepeatsItselfForASeed) {
  const auto run = [&](std::uint64_t seed) {
    RtlOptions options = kRough;
    options.seed = seed;
    const auto unit = make_rtl(GetParam(), options);
    unit->access_all(many(AccessKind::kRead, 30));
    return unit->cycle();
  };
  EXPECT_EQ(run(3), run(3));
  EXPECT_TRUE(run(3) != run(4) || run(3) != run(5));
}

TEST_P(EveryModel, SettlesWithNothingToDo) {
  const auto unit = make_rtl(GetParam());
  unit->settle();
  EXPECT_LT(unit->cycle(), 1000U);
  EXPECT_TRUE(unit->take_messages().empty());
}

INSTANTIATE_TEST_SUITE_P(Models, EveryModel, ::testing::ValuesIn(rtl_names()),
                         [](const auto &info) { return info.param; });

TEST(RtlIommu, NamesWhatHangs) {
  RtlOptions options;
  options.dma_memory.min_latency = options.dma_memory.max_latency = 5000;
  options.wait_bound = 300;
  const auto unit = make_rtl("default", options);
  try {
    unit->access({.source_id = bdf(0, 4, 0), .address = Iova(0x1230)});
    FAIL() << "a wait of 5000 cycles was allowed";
  } catch (const HangError &error) {
    EXPECT_THAT(error.what(), HasSubstr("request 0020 kind 0 at 0x1230"));
    EXPECT_THAT(error.what(), HasSubstr("300 cycles (model default"));
  }
}

TEST(RtlIommu, WritesOneWaveFileAfterTheOther) {
  const auto unit = make_rtl("default");
  for (const char *name : {"bench_wave_1.fst", "bench_wave_2.fst"}) {
    const std::string path = ::testing::TempDir() + name;
    unit->start_wave(path);
    unit->step(20);
    unit->stop_wave();
    EXPECT_GT(std::filesystem::file_size(path), 500U);
    std::remove(path.c_str());
  }
  EXPECT_THROW(unit->start_wave(::testing::TempDir() + "no/such/folder/w.fst"), std::runtime_error);
}

TEST(Registry, RefusesUnknownModelsByName) {
  try {
    make_rtl("huge");
    FAIL();
  } catch (const std::invalid_argument &error) {
    EXPECT_THAT(error.what(), HasSubstr("no model 'huge'; this build has: default, tiny"));
  }
}

}  // namespace
}  // namespace dmar::bench
