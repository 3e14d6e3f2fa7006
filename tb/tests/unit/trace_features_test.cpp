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

// The lazy trace with one more event at its end.
std::vector<std::string> features_with(Event event) {
  Trace trace = lazy_trace();
  trace.entries.push_back({30000, std::move(event)});
  return features(trace);
}

TEST(TraceFeatures, LazyTraceNeedsNoMoreThanTheDefault) {
  EXPECT_THAT(features(lazy_trace()), IsEmpty());
}

TEST(TraceFeatures, FirstUseIsNamed) {
  Trace trace = lazy_trace();
  trace.entries.push_back({30000, WriteEvent{0xb8, 8, 0x4a0000f}});
  trace.entries.push_back({30001, WriteEvent{0x18, 4, 0x5000000}});
  EXPECT_THAT(missing_features(trace, {}),
              ElementsAre(MissingFeature{30000, "interrupt remapping", "write b8 8 4a0000f"}));
}

TEST(TraceFeatures, CommandsAndRegistersAreRecognised) {
  EXPECT_THAT(features_with(WriteEvent{0x18, 4, 1U << 25}), ElementsAre("interrupt remapping"));
  EXPECT_THAT(features_with(WriteEvent{0x18, 4, 1U << 24}), ElementsAre("interrupt remapping"));
  EXPECT_THAT(features_with(WriteEvent{0x18, 4, 1U << 23}), ElementsAre("interrupt remapping"));
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

TEST(TraceFeatures, WhatADriverWritesAsZeroIsNoUse) {
  EXPECT_THAT(features_with(WriteEvent{0xb8, 8, 0}), IsEmpty());
  EXPECT_THAT(features_with(WriteEvent{0x44, 4, 0}), IsEmpty());
  EXPECT_THAT(features_with(WriteEvent{0x18, 4, 0xC400'0000}), IsEmpty());
}

TEST(TraceFeatures, RemappedInterruptsAreRecognised) {
  const Message in{0xfee00030, 2};
  EXPECT_THAT(features_with(InterruptEvent{bdf(0, 6, 0), in, Message{0xfee0100c, 0x30}}),
              ElementsAre("interrupt remapping"));
  EXPECT_THAT(features_with(InterruptEvent{bdf(0, 6, 0), in, std::nullopt, FaultReason(0x22)}),
              ElementsAre("interrupt remapping"));
  EXPECT_THAT(features_with(InterruptEvent{bdf(0, 6, 0), in, in}), IsEmpty());
}

// The queue of the lazy trace, and where its tail is at the end of it.
constexpr std::uint64_t kQueue = 0x25f2000;
constexpr std::uint64_t kTail = 0x8a0;

std::vector<std::string> features_with_descriptor(std::uint8_t type) {
  Trace trace = lazy_trace();
  MemEvent line{.address = HostAddr(kQueue + 0x880)};
  line.bytes[kTail % 64] = type;
  trace.entries.push_back({30000, line});
  trace.entries.push_back({30001, WriteEvent{0x88, 4, kTail + 16}});
  return features(trace);
}

TEST(TraceFeatures, DescriptorsAreRecognised) {
  EXPECT_THAT(features_with_descriptor(0x14), ElementsAre("interrupt remapping"));
  EXPECT_THAT(features_with_descriptor(0x03), ElementsAre("device-TLB invalidation"));
  EXPECT_THAT(features_with_descriptor(0x37), ElementsAre("PASID invalidation"));
  EXPECT_THAT(features_with_descriptor(0x11), IsEmpty());
  EXPECT_THAT(features_with_descriptor(0x1f), IsEmpty());  // invalid for every unit
}

TEST(TraceFeatures, PageSelectiveInvalidationIsRecognised) {
  Trace trace = lazy_trace();
  MemEvent line{.address = HostAddr(kQueue + 0x880)};
  line.bytes[kTail % 64] = 0x32;
  trace.entries.push_back({30000, line});
  trace.entries.push_back({30001, WriteEvent{0x88, 4, kTail + 16}});
  EXPECT_THAT(features(trace), IsEmpty());
  EXPECT_THAT(features(trace, {.page_selective = false}),
              ElementsAre("page-selective invalidation (CAP.PSI)"));
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
