// SPDX-License-Identifier: Apache-2.0
// A whole machine whose devices are vfio-user servers.
#include <gmock/gmock.h>

#include <csignal>

#include "cosim_rtl_machine.hpp"
#include "cosim_support.hpp"

namespace dmar::cosim {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using Why = MachineEnd::Why;

class CosimRtlVfioUser : public CosimRtlMachine {
 protected:
  CosimRtlVfioUser() { options.attach = Attach::kVfioUser; }
};

TEST_F(CosimRtlVfioUser, StartsAndEndsWithItsGuest) {
  expect_success(run_as("exit"));
  EXPECT_THAT(machine->device_errors(), IsEmpty());
}

TEST_F(CosimRtlVfioUser, DoesDmaAndInterrupts) {
  expect_success(run_as("dma"));
  const Statistics statistics = unit().statistics();
  EXPECT_EQ(statistics.dma_identity, statistics.dma() - 8);  // 8 met no memory
  EXPECT_GE(statistics.dma_bytes, 8192U);
  EXPECT_EQ(statistics.interrupts, 1U);
}

TEST_F(CosimRtlVfioUser, SurvivesResetsInTheMiddleOfDma) {
  expect_success(run_as("reset in dma"));
  EXPECT_EQ(unit().statistics().resets, 1U);
}

// The capabilities are there, and QEMU knows of none.
TEST_F(CosimRtlVfioUser, ResetsAFunctionInTheMiddleOfDma) {
  expect_success(run_as("function reset"));
  EXPECT_EQ(machine->functions().edu().function_resets(), 20U);
}

TEST_F(CosimRtlVfioUser, SurvivesAFloodOfPins) {
  expect_success(run_as("pins"));
  EXPECT_EQ(unit().statistics().interrupts, 3000U);
}

TEST_F(CosimRtlVfioUser, TakesPinsBeforeTheAccessesThatFollowThem) {
  expect_success(run_as("pin order"));
  EXPECT_EQ(unit().statistics().interrupts, 200U);
}

TEST_F(CosimRtlVfioUser, KeepsMemoryThatIsCutInTwo) { expect_success(run_as("split memory")); }

TEST_F(CosimRtlVfioUser, CallsAMessageWithoutEndBroken) {
  const MachineEnd end = run_as("malformed");
  EXPECT_EQ(end.why, Why::kBroken);
  EXPECT_EQ(end.detail, "vfio-user of the DMA test device: message with command 0 is 3 bytes long");
  EXPECT_EQ(end.qemu.signal, SIGTERM);
}

TEST_F(CosimRtlVfioUser, CallsMemoryThatIsNotThereBroken) {
  const MachineEnd end = run_as("short memory");
  EXPECT_EQ(end.why, Why::kBroken);
  EXPECT_THAT(end.detail, HasSubstr("do not fit its file of 16777216 bytes"));
}

// Either way.
TEST_F(CosimRtlVfioUser, CallsMemoryThatIsNotSharedBroken) {
  for (const Attach attach : {Attach::kVfioUser, Attach::kProxy}) {
    options.attach = attach;
    const MachineEnd end = run_as("private memory");
    EXPECT_EQ(end.why, Why::kBroken);
    EXPECT_EQ(end.detail, "QEMU shares no memory with its devices (share=on)");
  }
}

TEST_F(CosimRtlVfioUser, NoticesDeath) {
  for (const char *when : {"die early", "die", "die in message"}) {
    SCOPED_TRACE(when);
    const MachineEnd end = run_as(when);
    EXPECT_EQ(end.why, Why::kBroken);
    EXPECT_EQ(end.qemu.signal, SIGKILL);
  }
}

TEST_F(CosimRtlVfioUser, NoticesADeviceThatWasClosed) {
  const MachineEnd end = run_as("close one");
  EXPECT_EQ(end.why, Why::kBroken);
  EXPECT_EQ(end.detail, "QEMU closed a device and went on");
}

// No descriptor, and no socket in the file system.
TEST_F(CosimRtlVfioUser, LeavesNothing) {
  const std::filesystem::path own = image.string() + ".folder";
  std::filesystem::create_directory(own);
  ::setenv("TMPDIR", own.c_str(), 1);
  run_as("exit");
  machine.reset();
  const std::size_t before = open_descriptors();
  for (const char *behaviour : {"dma", "die early", "exit early"}) {
    SCOPED_TRACE(behaviour);
    run_as(behaviour);
    machine.reset();
    EXPECT_EQ(open_descriptors(), before);
    EXPECT_TRUE(std::filesystem::is_empty(own));
  }
  ::unsetenv("TMPDIR");
  std::filesystem::remove(own);
}

}  // namespace
}  // namespace dmar::cosim
