// SPDX-License-Identifier: Apache-2.0
// The harness on the Verilated core: requests of its own, devices, and that a wrong answer is seen.
#include <gmock/gmock.h>

#include "perf/measure.hpp"
#include "perf/nic.hpp"
#include "perf/nvme.hpp"
#include "perf/pages.hpp"

namespace dmar::perf {
namespace {

constexpr SourceId kDevice = bdf(0, 2, 0);
constexpr SourceId kStranger = bdf(9, 2, 0);

class CoreUnitTest : public ::testing::Test {
 protected:
  CoreLibrary library_;
  Rig rig_{library_, "default", {}};
};

TEST_F(CoreUnitTest, TranslatesAndFaults) {
  rig_.add_device(kDevice, 16);
  const Answered first = rig_.unit().one(page_request(kDevice, 3));
  EXPECT_EQ(first.answer.verdict, Verdict::kForward);
  EXPECT_EQ(first.answer.host_page << 12, Rig::host_page(kDevice, 3, PageSize::k4K).raw());
  EXPECT_EQ(rig_.unit().one(page_request(kDevice, 16)).answer.verdict, Verdict::kFault);
  EXPECT_EQ(rig_.unit().one(page_request(kStranger, 3), 1).answer.reason,
            FaultReason::kRootNotPresent);
}

TEST_F(CoreUnitTest, IsAnIommu) {
  rig_.add_device(kDevice, 16);
  const Request request = page_request(kDevice, 5);
  const Completion completion = rig_.unit().access(request);
  EXPECT_EQ(completion.status, Completion::Status::kOkay);
  EXPECT_EQ(completion.address, HostAddr(Rig::host_page(kDevice, 5, PageSize::k4K).raw() +
                                         request.address.raw() % 4096));
  EXPECT_EQ(rig_.unit().access(page_request(kDevice, 99)).status, Completion::Status::kBlocked);
  EXPECT_EQ(rig_.driver().read32(reg::kVer), 0x10U);
}

// A hit on an entry whose leaf has changed since is what an invalidation is for: without one the
// golden model, which caches nothing, must differ.
TEST_F(CoreUnitTest, SeesAWrongAnswer) {
  Domain &domain = rig_.add_device(kDevice, 16);
  const Request request = page_request(kDevice, 3);
  for (unsigned i = 0; i < 3; ++i) rig_.unit().one(request);
  domain.unmap(Iova(request.address.raw() & ~0xFFFULL));
  EXPECT_THROW(rig_.unit().one(request), WrongAnswer);
}

TEST_F(CoreUnitTest, ToldNotToCheckSeesNothing) {
  Rig rig(library_, "default", {.check = false});
  Domain &domain = rig.add_device(kDevice, 16);
  const Request request = page_request(kDevice, 3);
  for (unsigned i = 0; i < 3; ++i) rig.unit().one(request);
  domain.unmap(Iova(request.address.raw() & ~0xFFFULL));
  EXPECT_NO_THROW(rig.unit().one(request));
}

TEST_F(CoreUnitTest, HostTimeIsKeptOnRequest) {
  Setting setting{.library = &library_};
  EXPECT_EQ(simulation_speed(setting, 200).rtl, 0);
  setting.unit.profile = true;
  const Speed speed = simulation_speed(setting, 2000);
  EXPECT_GT(speed.rtl, 0.2);
  EXPECT_GT(speed.golden, 0);
  EXPECT_LT(speed.rtl + speed.golden, 1);
  EXPECT_GT(speed.clocks_per_second, 0);
}

TEST_F(CoreUnitTest, DevicesShareAPortAndKeepTheirLimits) {
  rig_.add_device(kDevice, 64);
  Pages one(kDevice, in_sequence(64), 3);
  Pages other(kDevice, shuffled(64, 1), 5, AccessKind::kWrite);
  rig_.attach(0, one);
  rig_.attach(0, other);
  for (unsigned i = 0; i < 500; ++i) {
    rig_.run(0, 1);
    EXPECT_LE(one.in_flight(), 3U);
    EXPECT_LE(other.in_flight(), 5U);
  }
  rig_.unit().drain();
  EXPECT_EQ(one.in_flight() + other.in_flight(), 0U);
}

TEST_F(CoreUnitTest, NetworkAdapterMovesWholePackets) {
  rig_.add_device(kDevice, Nic::kPages);
  Nic nic(kDevice, 1);
  rig_.attach(0, nic.reads());
  rig_.attach(1, nic.writes());
  rig_.run(0, 20'000);
  EXPECT_GT(nic.sent(), 100U);
  EXPECT_GT(nic.received(), 100U);
  rig_.unit().drain();
  // Six requests a packet and one for the descriptors of four.
  const std::uint64_t reads = nic.reads().statistics().answered;
  EXPECT_NEAR(static_cast<double>(reads), 6.25 * static_cast<double>(nic.sent()), 7);
}

TEST_F(CoreUnitTest, StorageControllerCompletesItsCommands) {
  rig_.add_device(kDevice, Nvme::kPages);
  Nvme nvme(kDevice, 1);
  rig_.attach(0, nvme.reads());
  rig_.attach(1, nvme.writes());
  rig_.run(0, 40'000);
  EXPECT_GT(nvme.blocks(), 8U * Nvme::kDepth);
  EXPECT_EQ(nvme.blocks() % Nvme::kBlocks, 0U);
}

TEST(CoreLibrary, NamesWhatIsMissing) {
  CoreLibrary nowhere("/nonexistent");
  EXPECT_FALSE(nowhere.has("default"));
  try {
    nowhere.require("default");
    FAIL();
  } catch (const ModelError &error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("/nonexistent"));
    EXPECT_THAT(error.what(), ::testing::HasSubstr("make bench"));
  }
}

}  // namespace
}  // namespace dmar::perf
