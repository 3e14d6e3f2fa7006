// SPDX-License-Identifier: Apache-2.0
// The golden model behind the common interface: what reaches memory and what devices get back.
#include "golden/golden_iommu.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dmar/pattern.hpp"
#include "dmar/registers.hpp"
#include "tables/interrupt_table.hpp"
#include "tables/table_builder.hpp"

namespace dmar {
namespace {

using Status = Completion::Status;
constexpr SourceId kSixth = bdf(0, 6, 0);
constexpr Iova kMapped{0x8'0000};
constexpr HostAddr kTarget{0x40'0000};

class GoldenIommuAccess : public ::testing::Test {
 protected:
  GoldenIommuAccess() {
    Domain domain = tables_.create_domain({.id = 3});
    domain.map(kMapped, kTarget);
    tables_.attach(kSixth, domain);
    iommu_.write(reg::kRtaddr, 8, tables_.root_table().raw());
    iommu_.write(reg::kGcmd, 4, gcmd::kSrtp | gcmd::kTe);
    iommu_.memory().observe_writes([this](HostAddr, auto) { ++writes_; });
  }

  GoldenIommu iommu_;
  TableBuilder tables_{iommu_.memory(), iommu_.config()};
  unsigned writes_ = 0;
};

TEST_F(GoldenIommuAccess, WritesTheGivenBytesAndReadsThemBack) {
  const std::vector<std::uint8_t> bytes{1, 2, 3, 4, 5};
  const Iova address(kMapped.raw() + 0x123);
  const Completion written = iommu_.access(
      {.source_id = kSixth, .address = address, .kind = AccessKind::kWrite, .bytes = 5}, bytes);
  EXPECT_EQ(written.status, Status::kOkay);
  EXPECT_EQ(written.address, HostAddr(kTarget.raw() + 0x123));
  EXPECT_EQ(iommu_.memory().read8(HostAddr(kTarget.raw() + 0x125)), 3);
  const Completion read = iommu_.access({.source_id = kSixth, .address = address, .bytes = 5});
  EXPECT_EQ(read.data, bytes);
}

TEST_F(GoldenIommuAccess, WritesThePatternWhenNoBytesAreGiven) {
  const Request request{
      .source_id = kSixth, .address = kMapped, .kind = AccessKind::kWrite, .bytes = 64};
  EXPECT_EQ(iommu_.access(request).status, Status::kOkay);
  for (std::uint32_t k = 0; k < 64; ++k) {
    EXPECT_EQ(iommu_.memory().read8(HostAddr(kTarget.raw() + k)),
              static_cast<std::uint8_t>((0x8'0000 + k) * 167 + 13));
  }
  EXPECT_EQ(pattern(request).size(), 64u);
}

TEST_F(GoldenIommuAccess, BlockedWriteReachesNothing) {
  const Completion blocked =
      iommu_.access({.source_id = kSixth, .address = Iova(0x9'0000), .kind = AccessKind::kWrite});
  EXPECT_EQ(blocked.status, Status::kBlocked);
  EXPECT_EQ(blocked.reason, FaultReason::kWriteNotPermitted);
  EXPECT_EQ(blocked.address, std::nullopt);
  EXPECT_EQ(writes_, 0u);
  EXPECT_EQ(iommu_.read(reg::frcd(0) + 8, 8), 0x8000'0005'0000'0030u);
}

TEST_F(GoldenIommuAccess, MemoryErrorsComeBackToTheDevice) {
  iommu_.memory().inject_error(kTarget, HostAddr(kTarget.raw() + 4095));
  const Completion read = iommu_.access({.source_id = kSixth, .address = kMapped});
  EXPECT_EQ(read.status, Status::kMemoryError);
  EXPECT_TRUE(read.data.empty());
  EXPECT_EQ(
      iommu_.access({.source_id = kSixth, .address = kMapped, .kind = AccessKind::kWrite}).status,
      Status::kMemoryError);
  EXPECT_EQ(iommu_.read(reg::kFsts, 4), 0u);
}

TEST_F(GoldenIommuAccess, InterruptMessagesLeaveUnchanged) {
  const std::vector<std::uint8_t> data{0x21, 0x40, 0, 0};
  const Completion sent = iommu_.access(
      {.source_id = kSixth, .address = Iova(0xFEE0'1000), .kind = AccessKind::kWrite}, data);
  EXPECT_EQ(sent.status, Status::kOkay);
  EXPECT_EQ(sent.interrupt, (Message{0xFEE0'1000, 0x4021}));
  EXPECT_EQ(sent.address, std::nullopt);
  EXPECT_EQ(writes_, 0u);
  EXPECT_TRUE(iommu_.take_messages().empty());
}

TEST_F(GoldenIommuAccess, DataOfAnInterruptTakesPartInRemapping) {
  InterruptTable table(iommu_.memory(), HostAddr(0x50'0000), 7);
  table.set(0x23, {.vector = 0x44});
  iommu_.write(reg::kIrta, 8, table.base().raw() | table.size_exponent());
  iommu_.write(reg::kGcmd, 4, gcmd::kTe | gcmd::kSirtp | gcmd::kIre);
  writes_ = 0;
  const Request request{.source_id = kSixth,
                        .address = Iova(remappable_message(0x20, 0).address),
                        .kind = AccessKind::kWrite};
  const std::vector<std::uint8_t> subhandle{3, 0, 0, 0};
  const Completion sent = iommu_.access(request, subhandle);
  EXPECT_EQ(sent.interrupt, (Message{0xFEE0'0000, 0x4044}));
  const std::vector<std::uint8_t> reserved{3, 0, 1, 0};
  const Completion blocked = iommu_.access(request, reserved);
  EXPECT_EQ(blocked.status, Status::kBlocked);
  EXPECT_EQ(blocked.reason, FaultReason::kInterruptRequestReserved);
  EXPECT_EQ(blocked.interrupt, std::nullopt);
  EXPECT_EQ(writes_, 0u);
}

TEST_F(GoldenIommuAccess, ZeroLengthReadTouchesNothing) {
  const Completion done =
      iommu_.access({.source_id = kSixth, .address = kMapped, .kind = AccessKind::kZeroLengthRead});
  EXPECT_EQ(done.status, Status::kOkay);
  EXPECT_EQ(done.address, kTarget);
  EXPECT_TRUE(done.data.empty());
}

TEST_F(GoldenIommuAccess, RequestsInARowCompleteInOrder) {
  const std::vector<Request> requests{
      {.source_id = kSixth, .address = kMapped, .kind = AccessKind::kWrite},
      {.source_id = kSixth, .address = Iova(0)},
      {.source_id = kSixth, .address = kMapped}};
  const std::vector<Completion> done = iommu_.access_all(requests);
  ASSERT_EQ(done.size(), 3u);
  EXPECT_EQ(done[0].status, Status::kOkay);
  EXPECT_EQ(done[1].reason, FaultReason::kReadNotPermitted);
  EXPECT_EQ(done[2].data, pattern(requests[0]));
}

TEST_F(GoldenIommuAccess, DataOfAnotherLengthIsAnError) {
  const std::vector<std::uint8_t> three(3);
  EXPECT_THROW(
      iommu_.access({.source_id = kSixth, .address = kMapped, .kind = AccessKind::kWrite}, three),
      std::invalid_argument);
}

}  // namespace
}  // namespace dmar
