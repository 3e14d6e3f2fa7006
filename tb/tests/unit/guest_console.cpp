// SPDX-License-Identifier: Apache-2.0
// What the host learns from the console of a guest.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "guest/guest.hpp"

namespace dmar::guest {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(GuestConsole, ReadsADmaFault) {
  const Console console = read_console(
      "[   15.490944] DMAR: [DMA Write NO_PASID] Request device [00:06.0] fault addr 0xdeadb000 "
      "[fault reason 0x05] PTE Write access is not set\r\n");
  ASSERT_EQ(console.faults.size(), 1U);
  const ReportedFault &fault = console.faults.front();
  EXPECT_FALSE(fault.interrupt);
  EXPECT_EQ(fault.source_id, 0x0030);
  EXPECT_EQ(fault.address, 0xDEADB000U);
  EXPECT_EQ(fault.reason, 5U);
  EXPECT_EQ(fault.line,
            "DMAR: [DMA Write NO_PASID] Request device [00:06.0] fault addr 0xdeadb000 "
            "[fault reason 0x05] PTE Write access is not set");
  EXPECT_THAT(console.dmar_lines, IsEmpty());
}

TEST(GuestConsole, ReadsWhatWasMeasured) {
  const Console console = read_console(
      "[    4.426590] dmar-bounce-domain: DMA-FQ\r\n"
      "[    6.982808] dmar-bounce: write 4 1108308 10000 132 4194304 -1 -1\r\n"
      "[    7.1] dmar-bounce: read 4 1108309 10001 0 0 264 8388608\r\n"
      "[    7.2] dmar-bounce: read 4 1108309\r\n");
  EXPECT_EQ(console.bounce_domain, "DMA-FQ");
  ASSERT_EQ(console.bounces.size(), 2U);
  const BounceRun &write = console.bounces[0];
  EXPECT_EQ(write.direction, "write");
  EXPECT_EQ(write.megabytes, 4U);
  EXPECT_EQ(write.microseconds, 1'108'308U);
  EXPECT_EQ(write.busy_microseconds, 10'000U);
  EXPECT_EQ(write.buffers, 132U);
  EXPECT_EQ(write.buffer_bytes, 4'194'304U);
  EXPECT_EQ(write.copies, -1);
  EXPECT_EQ(write.copied_bytes, -1);
  EXPECT_EQ(console.bounces[1].copies, 264);
  EXPECT_EQ(console.bounces[1].copied_bytes, 8'388'608);
}

TEST(GuestConsole, ReadsAnInterruptFaultWithoutTimeStamp) {
  const Console console = read_console(
      "DMAR: [INTR-REMAP] Request device [1a:1f.7] fault index 0xc8 [fault reason 0x22] Present "
      "field in the IRTE entry is clear\n");
  ASSERT_EQ(console.faults.size(), 1U);
  const ReportedFault &fault = console.faults.front();
  EXPECT_TRUE(fault.interrupt);
  EXPECT_EQ(fault.source_id, 0x1AFF);
  EXPECT_EQ(fault.address, 0xC8U);
  EXPECT_EQ(fault.reason, 0x22U);
}

TEST(GuestConsole, ReadsFaultsOfOtherKernels) {
  const Console console = read_console(
      "[    1.5] DMAR: [DMA Read] Request device [00:06.0] PASID ffffffff fault addr cafe2000 "
      "[fault reason 06] PTE Read access is not set\n"
      "[    1.6] DMAR: [INTR-REMAP] Request device [ff:00.0] fault index c8 [fault reason 34] "
      "Present field in the IRTE entry is clear\n"
      "[    1.7] DMAR: [DMA Write PASID 0x12] Request device [0000:00:06.0] fault addr "
      "0xfffffffffffff000 [fault reason 0x71] SM: Present bit in first-level paging entry\n");
  ASSERT_EQ(console.faults.size(), 3U);
  EXPECT_EQ(console.faults[0].address, 0xCAFE2000U);
  EXPECT_EQ(console.faults[0].reason, 6U);
  EXPECT_EQ(console.faults[1].source_id, 0xFF00);
  EXPECT_EQ(console.faults[1].reason, 0x22U);
  EXPECT_EQ(console.faults[2].address, 0xFFFF'FFFF'FFFF'F000U);
  EXPECT_EQ(console.faults[2].reason, 0x71U);
}

TEST(GuestConsole, TakesADamagedFaultAsAnOrdinaryLine) {
  const Console console = read_console(
      "DMAR: [DMA Write NO_PASID] Request device [00:06.0] fault addr 0xdeadb000 [fault rea\n"
      "DMAR: [DMA Read] Request device [00:06.0] fault addr 0x1000 [fault reason zz] x\n"
      "DMAR: [DMA Read] Request device [00:06.0] fault addr 0x1000 [fault reason ab] x\n");
  EXPECT_THAT(console.faults, IsEmpty());
  EXPECT_EQ(console.dmar_lines.size(), 3U);
}

TEST(GuestConsole, ReadsWhatTheDriverEnabled) {
  const Console console = read_console(
      "[    0.000000] Command line: console=ttyS0 intel_iommu=on\r\n"
      "[    0.023] DMAR: IOMMU enabled\r\n"
      "[    0.101] DMAR-IR: Queued invalidation will be enabled to support x2apic and "
      "Intr-remapping.\r\n"
      "[    0.102] DMAR-IR: Enabled IRQ remapping in xapic mode\r\n"
      "[    0.512] DMAR: dmar0: Using Queued invalidation\r\n"
      "[   21.9] reboot: Power down\r\n");
  EXPECT_TRUE(console.queued_invalidation);
  EXPECT_TRUE(console.interrupt_remapping);
  EXPECT_TRUE(console.power_down);
  EXPECT_FALSE(console.finished);
  EXPECT_EQ(console.panic, "");
  EXPECT_EQ(console.dmar_lines.size(), 4U);
  EXPECT_EQ(console.dmar_lines.front(), "DMAR: IOMMU enabled");
}

TEST(GuestConsole, KnowsNothingWithoutTheLines) {
  const Console console = read_console("SeaBIOS (version 1.16.2)\n[    0.0] Linux version 6.1\n");
  EXPECT_FALSE(console.queued_invalidation);
  EXPECT_FALSE(console.interrupt_remapping);
  EXPECT_FALSE(console.power_down);
  EXPECT_FALSE(console.finished);
  EXPECT_THAT(console.checks, IsEmpty());
}

TEST(GuestConsole, ReadsResults) {
  const Console console = read_console(
      "[    3.3] dmar-check: PASS vda mounts\r\n"
      "[    3.4] dmar-check: FAIL vda returns what was written: /mnt/a: differs at 7\r\n"
      "[    3.5] dmar-check: SKIP foreign interrupts: edu has no such register\r\n"
      "[    3.6] dmar-checksum: vda /guest/direct fca1746a\r\n"
      "[    3.7] dmar-end\r\n");
  ASSERT_EQ(console.checks.size(), 2U);
  EXPECT_EQ(console.checks[0].name, "vda mounts");
  EXPECT_TRUE(console.checks[0].passed);
  EXPECT_EQ(console.checks[1].name, "vda returns what was written");
  EXPECT_FALSE(console.checks[1].passed);
  EXPECT_EQ(console.checks[1].detail, "/mnt/a: differs at 7");
  ASSERT_EQ(console.skipped.size(), 1U);
  EXPECT_EQ(console.skipped[0].name, "foreign interrupts");
  EXPECT_EQ(console.skipped[0].detail, "edu has no such register");
  ASSERT_EQ(console.checksums.size(), 1U);
  EXPECT_EQ(console.checksums[0].disk, "vda");
  EXPECT_EQ(console.checksums[0].file, "/guest/direct");
  EXPECT_EQ(console.checksums[0].sha256, "fca1746a");
  EXPECT_TRUE(console.finished);
}

TEST(GuestConsole, AResultThatCannotBeReadIsAFailure) {
  const Console console = read_console("[    3.3] dmar-check: PAS\n");
  ASSERT_EQ(console.checks.size(), 1U);
  EXPECT_FALSE(console.checks[0].passed);
}

TEST(GuestConsole, FindsAKernelLineBehindUnfinishedOutput) {
  const Console console =
      read_console("guest# ls [a][    9.25] DMAR: DRHD: handling fault status reg 2\n");
  EXPECT_THAT(console.dmar_lines, ElementsAre("DMAR: DRHD: handling fault status reg 2"));
}

TEST(GuestConsole, AnEchoOfTheWordsIsNoResult) {
  const Console console = read_console("guest# echo dmar-end\n# dmesg | grep DMAR: x\n");
  EXPECT_FALSE(console.finished);
  EXPECT_THAT(console.dmar_lines, IsEmpty());
}

TEST(GuestConsole, KeepsTheFirstPanic) {
  const Console console = read_console(
      "[    1.1] Kernel panic - not syncing: timer doesn't work through Interrupt-remapped "
      "IO-APIC\n"
      "[    1.2] ---[ end Kernel panic - not syncing: timer ]---\n"
      "[    1.3] Kernel panic - not syncing: second");
  EXPECT_EQ(console.panic,
            "Kernel panic - not syncing: timer doesn't work through Interrupt-remapped IO-APIC");
}

// Both the host and the machine stamp a line; the machine's name comes between.
TEST(GuestConsole, ReadsResultsOfAVirtualMachine) {
  const Console console = read_console(
      "[   63.3] dmar-vm: user: [    3.3] dmar-check: PASS vda mounts\r\n"
      "[   63.4] dmar-vm: services: dmar-check: FAIL ping: no answer\r\n"
      "[   63.5] dmar-vm: user: [    3.5] dmar-check: SKIP edu: is not there\r\n"
      "[   63.6] dmar-vm: user: [    3.6] dmar-checksum: vda /guest/direct fca1746a\r\n"
      "[   63.7] dmar-vm: user: [    3.7] dmar-disk: vda 0123456789abcdef0123456789abcdef\r\n");
  ASSERT_EQ(console.checks.size(), 2U);
  EXPECT_EQ(console.checks[0].name, "user: vda mounts");
  EXPECT_TRUE(console.checks[0].passed);
  EXPECT_EQ(console.checks[1].name, "services: ping");
  EXPECT_FALSE(console.checks[1].passed);
  EXPECT_EQ(console.checks[1].detail, "no answer");
  ASSERT_EQ(console.skipped.size(), 1U);
  EXPECT_EQ(console.skipped[0].name, "user: edu");
  ASSERT_EQ(console.checksums.size(), 1U);
  EXPECT_EQ(console.checksums[0].disk, "user/vda");
  EXPECT_EQ(console.checksums[0].file, "/guest/direct");
  ASSERT_EQ(console.disks.size(), 1U);
  EXPECT_EQ(console.disks[0].name, "user/vda");
  EXPECT_EQ(console.disks[0].uuid, "0123456789abcdef0123456789abcdef");
}

// The end, the power-off and the faults of a machine are its own.
TEST(GuestConsole, AMachineDoesNotSpeakForTheHost) {
  const Console console = read_console(
      "[   63.1] dmar-vm: user: [    3.1] dmar-end\n"
      "[   63.2] dmar-vm: user: [    3.2] reboot: Power down\n"
      "[   63.3] dmar-vm: user: [    3.3] DMAR: dmar0: Using Queued invalidation\n"
      "[   63.4] dmar-vm: user: [    3.4] DMAR: [DMA Read] Request device [00:06.0] fault addr "
      "0x1000 [fault reason 0x06] x\n"
      "[   63.5] dmar-vm: without the sign behind the name\n");
  EXPECT_FALSE(console.finished);
  EXPECT_FALSE(console.power_down);
  EXPECT_FALSE(console.queued_invalidation);
  EXPECT_THAT(console.faults, IsEmpty());
  EXPECT_THAT(console.dmar_lines, IsEmpty());
  EXPECT_THAT(console.checks, IsEmpty());
}

TEST(GuestConsole, NamesTheMachineThatPanics) {
  EXPECT_EQ(
      read_console("[   63.3] dmar-vm: user: [    3.3] Kernel panic - not syncing: x\n").panic,
      "user: Kernel panic - not syncing: x");
}

TEST(GuestConsole, ReadsAttacks) {
  const Console console = read_console(
      "[   63.3] dmar-attack: a write to the DMAR table; 0x7ffe0000; DMAR: [DMA Write NO_PASID] "
      "Request device [00:06.0] fault addr 0x7ffe0000 [fault reason 0x05] a; b\r\n"
      "[   63.4] dmar-attack: a foreign interrupt; 12; no line of the kernel\r\n");
  ASSERT_EQ(console.attacks.size(), 2U);
  EXPECT_EQ(console.attacks[0].name, "a write to the DMAR table");
  EXPECT_EQ(console.attacks[0].where, 0x7FFE'0000U);
  EXPECT_EQ(console.attacks[0].report,
            "DMAR: [DMA Write NO_PASID] Request device [00:06.0] fault addr 0x7ffe0000 "
            "[fault reason 0x05] a; b");
  EXPECT_EQ(console.attacks[1].where, 12U);
  EXPECT_EQ(console.attacks[1].report, "no line of the kernel");
  EXPECT_THAT(console.faults, IsEmpty());  // the report repeats a line that was there already
}

TEST(GuestConsole, AnAttackThatCannotBeReadIsAFailure) {
  for (const char *line : {"dmar-attack: a write", "dmar-attack: a write; 0x1000"}) {
    const Console console = read_console(line);
    EXPECT_THAT(console.attacks, IsEmpty());
    ASSERT_EQ(console.checks.size(), 1U);
    EXPECT_FALSE(console.checks[0].passed);
  }
}

TEST(GuestConsole, MessagesBeginBehindTheLastStamp) {
  EXPECT_EQ(message_of("[    1.5] DMAR: x"), "DMAR: x");
  EXPECT_EQ(message_of("half a line[    1.5] DMAR: x"), "DMAR: x");
  EXPECT_EQ(message_of("no stamp [00:06.0] here"), "no stamp [00:06.0] here");
  EXPECT_EQ(message_of("[   63.3] dmar-vm: user: [    3.3] x"), "dmar-vm: user: [    3.3] x");
}

}  // namespace
}  // namespace dmar::guest
