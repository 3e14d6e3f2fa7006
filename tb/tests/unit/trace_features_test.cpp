// SPDX-License-Identifier: Apache-2.0
// A trace that needs what a build does not have is recognised before it runs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "trace/feature_check.hpp"
#include "trace_support.hpp"

namespace dmar::trace {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> features(const Trace &trace, const Config &config = {}) {
  std::vector<std::string> out;
  for (const MissingFeature &missing : missing_features(trace, config)) {
    out.push_back(missing.feature);
  }
  return out;
}

constexpr Config kWithoutRemapping{
    .interrupt_remapping = false, .extended_interrupt_mode = false, .max_interrupt_mask = 0};

// The lazy trace with one more event at its end.
std::vector<std::string> features_with(Event event, const Config &config = {}) {
  Trace trace = lazy_trace();
  trace.entries.push_back({30000, std::move(event)});
  return features(trace, config);
}

TEST(TraceFeatures, RecordedTracesNeedNoMoreThanTheDefault) {
  EXPECT_THAT(features(lazy_trace()), IsEmpty());
  EXPECT_THAT(features(remapping_trace()), IsEmpty());
}

TEST(TraceFeatures, LazyTraceNeedsNoInterruptRemapping) {
  EXPECT_THAT(features(lazy_trace(), kWithoutRemapping), IsEmpty());
}

TEST(TraceFeatures, FirstUseIsNamed) {
  EXPECT_THAT(missing_features(remapping_trace(), kWithoutRemapping),
              ElementsAre(MissingFeature{17, "interrupt remapping", "write b8 8 4a0000f"}));
}

TEST(TraceFeatures, RemappingTraceNeedsNeitherEimNorLargeMasks) {
  EXPECT_THAT(
      features(remapping_trace(), {.extended_interrupt_mode = false, .max_interrupt_mask = 0}),
      IsEmpty());
}

TEST(TraceFeatures, CommandsAndRegistersAreRecognised) {
  EXPECT_THAT(features_with(WriteEvent{0x18, 4, 1U << 28}), ElementsAre("advanced fault logging"));
  EXPECT_THAT(features_with(WriteEvent{0x20, 8, 0x25f3400}),
              ElementsAre("scalable mode (RTADDR.TTM=01)"));
  EXPECT_THAT(features_with(WriteEvent{0x20, 4, 0x25f3c00}),
              ElementsAre("abort-DMA mode (RTADDR.TTM=11)"));
  EXPECT_THAT(features_with(WriteEvent{0x90, 8, 0x25f2800}),
              ElementsAre("256-bit invalidation descriptors (IQA.DW=1)"));
  EXPECT_THAT(features_with(WriteEvent{0x64, 4, 0x80000000}),
              ElementsAre("protected memory regions (CAP.PLMR, PHMR)"));
  EXPECT_THAT(features_with(WriteEvent{0xd0, 8, 0x1000}), ElementsAre("page requests"));
}

TEST(TraceFeatures, InterruptCommandsAndTableAreRecognised) {
  for (const unsigned bit : {23U, 24U, 25U}) {
    const WriteEvent command{0x18, 4, 1U << bit};
    EXPECT_THAT(features_with(command, kWithoutRemapping), ElementsAre("interrupt remapping"));
    EXPECT_THAT(features_with(command), IsEmpty());
  }
  EXPECT_THAT(features_with(WriteEvent{0xbc, 4, 1}, kWithoutRemapping),
              ElementsAre("interrupt remapping"));
  const WriteEvent extended{0xb8, 8, 0x4a0080f};
  EXPECT_THAT(features_with(extended), IsEmpty());
  EXPECT_THAT(features_with(extended, {.extended_interrupt_mode = false}),
              ElementsAre("32-bit APIC ids (ECAP.EIM)"));
}

TEST(TraceFeatures, AbortModeBringsItsDescriptors) {
  const Config config{.abort_mode = true};
  EXPECT_THAT(features_with(WriteEvent{0x20, 8, 0x25f3c00}, config), IsEmpty());
  EXPECT_THAT(features_with(WriteEvent{0x90, 8, 0x25f2800}, config), IsEmpty());
  EXPECT_THAT(features_with(WriteEvent{0x20, 8, 0x25f3400}, config),
              ElementsAre("scalable mode (RTADDR.TTM=01)"));
}

TEST(TraceFeatures, RegisterInvalidationIsRecognised) {
  const Config config{.version_major = 6};
  const auto missing = ElementsAre("register-based invalidation (VER.MAX below 6)");
  EXPECT_THAT(features_with(WriteEvent{0x28, 8, 0xA000'0000'0000'0000}, config), missing);
  EXPECT_THAT(features_with(WriteEvent{0x2c, 4, 0xA000'0000}, config), missing);
  EXPECT_THAT(features_with(WriteEvent{0x508, 8, 0x9001'0000'0000'0000}, config), missing);
  EXPECT_THAT(features_with(WriteEvent{0x28, 4, 0xA000'0000}, config), IsEmpty());
  EXPECT_THAT(features_with(WriteEvent{0x28, 8, 0xA000'0000'0000'0000}), IsEmpty());
}

TEST(TraceFeatures, WhatADriverWritesAsZeroIsNoUse) {
  EXPECT_THAT(features_with(WriteEvent{0xb8, 8, 0}, kWithoutRemapping), IsEmpty());
  EXPECT_THAT(features_with(WriteEvent{0x44, 4, 0}), IsEmpty());
  EXPECT_THAT(features_with(WriteEvent{0x18, 4, 0xC400'0000}), IsEmpty());
}

// Of one's tables too: here the interrupt table lies beyond 32 bits.
TEST(TraceFeatures, InterruptsNeedWhatTheirEntriesNeed) {
  EXPECT_THAT(features(remapping_trace(), {.host_address_width = 32}), IsEmpty());
  Trace trace = remapping_trace();
  const auto sets_table = [](const WriteEvent &event) { return event.offset == 0xb8; };
  std::get<WriteEvent>(find<WriteEvent>(trace, sets_table).event).value += 0x1'0000'0000;
  for (Entry &entry : trace.entries) {
    auto *line = std::get_if<MemEvent>(&entry.event);
    if (line == nullptr || line->address.raw() >> 20 != 0x4a) continue;
    line->address = HostAddr(line->address.raw() + 0x1'0000'0000);
  }
  EXPECT_THAT(features(trace), IsEmpty());
  EXPECT_THAT(missing_features(trace, {.host_address_width = 32}),
              ElementsAre(MissingFeature{43, "a wider host address", "int ff00 fee00030 2"}));
}

TEST(TraceFeatures, PostedInterruptsAreRecognised) {
  EXPECT_THAT(
      features_with(InterruptEvent{bdf(0, 6, 0), {0xfee00030, 2}, std::nullopt, FaultReason(0x27)}),
      ElementsAre("posted interrupts (CAP.PI)"));
}

// The queue of the lazy trace, and where its tail is at the end of it.
constexpr std::uint64_t kQueue = 0x25f2000;
constexpr std::uint64_t kTail = 0x8a0;

std::vector<std::string> features_with_descriptor(std::uint8_t type, const Config &config = {}) {
  Trace trace = lazy_trace();
  MemEvent line{.address = HostAddr(kQueue + 0x880)};
  line.bytes[kTail % 64] = type;
  trace.entries.push_back({30000, line});
  trace.entries.push_back({30001, WriteEvent{0x88, 4, kTail + 16}});
  return features(trace, config);
}

TEST(TraceFeatures, DescriptorsAreRecognised) {
  EXPECT_THAT(features_with_descriptor(0x14), IsEmpty());
  EXPECT_THAT(features_with_descriptor(0x14, kWithoutRemapping),
              ElementsAre("interrupt remapping"));
  EXPECT_THAT(features_with_descriptor(0x03), ElementsAre("device TLBs (ECAP.DT)"));
  EXPECT_THAT(features_with_descriptor(0x37), ElementsAre("PASID invalidation"));
  EXPECT_THAT(features_with_descriptor(0x11), IsEmpty());
  EXPECT_THAT(features_with_descriptor(0x1f), IsEmpty());  // invalid for every unit
}

TEST(TraceFeatures, PageSelectiveInvalidationIsRecognised) {
  Trace trace = lazy_trace();
  MemEvent line{.address = HostAddr(kQueue + 0x880)};
  line.bytes[kTail % 64] = 0x32;
  line.bytes[kTail % 64 + 8] = 9;  // AM
  trace.entries.push_back({30000, line});
  trace.entries.push_back({30001, WriteEvent{0x88, 4, kTail + 16}});
  EXPECT_THAT(features(trace), IsEmpty());
  EXPECT_THAT(features(trace, {.page_selective = false}),
              ElementsAre("page-selective invalidation (CAP.PSI)"));
  EXPECT_THAT(features(trace, {.max_address_mask = 8}),
              ElementsAre("a wider address mask (CAP.MAMV)"));
}

// The second half of a 256-bit descriptor is no descriptor.
TEST(TraceFeatures, WideDescriptorsAreReadAsSuch) {
  Trace trace = lazy_trace();
  trace.entries.push_back({30000, WriteEvent{0x90, 8, kQueue | 0x800}});
  MemEvent line{.address = HostAddr(kQueue + 0x880)};
  line.bytes[kTail % 64] = 0x11;
  line.bytes[kTail % 64 + 16] = 0x03;
  trace.entries.push_back({30001, line});
  trace.entries.push_back({30002, WriteEvent{0x88, 4, kTail + 32}});
  EXPECT_THAT(features(trace, {.abort_mode = true}), IsEmpty());
}

TEST(TraceFeatures, TablesBeyondTheBuildAreRecognised) {
  EXPECT_THAT(features(lazy_trace(), {.sagaw = 0b00010}), ElementsAre("a table depth (CAP.SAGAW)"));
  EXPECT_THAT(features(lazy_trace(), {.super_pages = 0, .domain_id_code = 0}), IsEmpty());
}

TEST(TraceFeatures, FaultRecordsBeyondTheBuildAreRecognised) {
  EXPECT_THAT(features(lazy_trace(), {.fault_records = 2}), IsEmpty());
  EXPECT_THAT(missing_features(lazy_trace(), {.fault_records = 1}),
              ElementsAre(MissingFeature{21720, "fault record 1 (CAP.NFR)", "read 61c 4"}));
}

}  // namespace
}  // namespace dmar::trace
