// SPDX-License-Identifier: Apache-2.0
// A whole machine around an emulator that behaves well, badly, or not at all: how each run ends.
#include "cosim_rtl_machine.hpp"

#include <gmock/gmock.h>
#include <sys/eventfd.h>

#include <chrono>
#include <csignal>
#include <fstream>

#include "cosim/machine.hpp"
#include "cosim_rtl_fixture.hpp"
#include "cosim_support.hpp"
#include "trace/parser.hpp"

namespace dmar::cosim {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;
using testing::IsEmpty;
using Why = MachineEnd::Why;

// Without that the guest would stand still for ever.
TEST_F(CosimRtlMachine, WakesACpuThatTheEmulatorForgot) {
  const MachineEnd end = run_as("forgets");
  expect_success(end);
  EXPECT_EQ(machine->forgotten_interrupts(), 1U);
}

TEST_F(CosimRtlMachine, StartsAndEndsWithItsGuest) {
  const MachineEnd end = run_as("exit");
  expect_success(end);
  EXPECT_EQ(end.shutdown_reason, "guest-shutdown");
  EXPECT_EQ(machine->qemu_version(), "7.2.1");
  EXPECT_GT(end.seconds, 0);
  EXPECT_GT(unit().statistics().register_reads, 2U);
  EXPECT_THAT(machine->device_errors(), IsEmpty());
}

TEST_F(CosimRtlMachine, TellsThatTheGuestRebooted) {
  const MachineEnd end = run_as("reboot");
  expect_success(end);
  EXPECT_EQ(end.shutdown_reason, "guest-reset");
}

TEST_F(CosimRtlMachine, DoesDmaAndInterrupts) {
  expect_success(run_as("dma"));
  const Statistics statistics = unit().statistics();
  EXPECT_EQ(statistics.dma_identity, statistics.dma() - 8);  // 8 met no memory
  EXPECT_GE(statistics.dma_bytes, 8192U);
  EXPECT_EQ(statistics.interrupts, 1U);
}

TEST_F(CosimRtlMachine, SurvivesResetsInTheMiddleOfDma) {
  expect_success(run_as("reset in dma"));
  EXPECT_EQ(unit().statistics().resets, 1U);
}

TEST_F(CosimRtlMachine, ResetsAFunctionInTheMiddleOfDma) {
  expect_success(run_as("function reset"));
  EXPECT_EQ(machine->functions().edu().function_resets(), 20U);
}

// The emulator sends and sends and takes nothing: neither side may wait for the other for ever.
TEST_F(CosimRtlMachine, SurvivesAFloodOfPins) {
  expect_success(run_as("pins"));
  EXPECT_EQ(unit().statistics().interrupts, 3000U);
}

TEST_F(CosimRtlMachine, TakesPinsBeforeTheAccessesThatFollowThem) {
  expect_success(run_as("pin order"));
  EXPECT_EQ(unit().statistics().interrupts, 200U);
}

TEST_F(CosimRtlMachine, TakesEndsOfInterruptsThatAreBroadcast) {
  expect_success(run_as("broadcast"));
  EXPECT_EQ(unit().statistics().interrupts, 200U);
}

TEST_F(CosimRtlMachine, RecordsATrace) {
  options.record = image.string() + ".trace.gz";
  expect_success(run_as("dma"));
  const trace::Trace trace = trace::load_trace(*options.record);
  EXPECT_EQ(trace.entries.size(), machine->unit(0).recorder()->events());
  EXPECT_GT(trace.entries.size(), 16U);
  std::filesystem::remove(*options.record);
}

// The test device passes one of two units, and the I/O APIC the last.
TEST_F(CosimRtlMachine, HasSeveralUnits) {
  for (const std::size_t edus : {0U, 1U}) {
    SCOPED_TRACE(edus);
    const SourceId other = edus == 0 ? bdf(0, 6, 0) : bdf(0, 5, 0);
    options.units = {{.sources = {other}, .include_pci_all = false, .ioapic = false},
                     {.registers = place::kRegisters + place::kRegisterPage}};
    options.record = image.string() + ".trace.gz";
    expect_success(run_as("units " + std::to_string(edus)));
    const Statistics with = machine->unit(edus).lockstep().statistics();
    const Statistics without = machine->unit(1 - edus).lockstep().statistics();
    EXPECT_EQ(with.dma(), 2U);
    EXPECT_EQ(with.dma_identity, 1U);
    ASSERT_EQ(with.faults.size(), 1U);
    EXPECT_EQ(with.faults[0].request.source_id, bdf(0, 6, 0));
    EXPECT_EQ(with.events, 1U);
    EXPECT_EQ(without.dma(), 0U);
    EXPECT_EQ(without.faults.size(), 0U);
    EXPECT_EQ(machine->unit(0).lockstep().statistics().interrupts, 0U);
    EXPECT_EQ(machine->unit(1).lockstep().statistics().interrupts, 1U);
    EXPECT_EQ(machine->unit(0).name(), "dmar0");
    EXPECT_EQ(machine->unit(1).name(), "dmar1");
    for (const std::size_t i : {0U, 1U}) {
      const auto file = file_of_unit(*options.record, i);
      const trace::Trace trace = trace::load_trace(file);
      const std::size_t events = i == edus ? 1 : 0;  // of the unit itself
      EXPECT_EQ(trace.entries.size(), machine->unit(i).recorder()->events() + events);
      EXPECT_GT(trace.entries.size(), 6U);
      std::filesystem::remove(file);
      EXPECT_EQ(machine->unit(i).lockstep().differences().count, 0U);
    }
  }
}

TEST_F(CosimRtlMachine, ResetsAllUnits) {
  options.units = {{.sources = {bdf(0, 6, 0)}, .include_pci_all = false, .ioapic = false},
                   {.registers = place::kRegisters + place::kRegisterPage}};
  expect_success(run_as("reset in dma"));
  for (const std::size_t i : {0U, 1U}) {
    EXPECT_EQ(machine->unit(i).lockstep().statistics().resets, 1U);
  }
}

TEST_F(CosimRtlMachine, NeedsAUnitForEachFunction) {
  options.qemu = DMAR_FAKE_QEMU;
  options.disks = {{.image = image}};
  options.units = {{.sources = {bdf(0, 6, 0)}, .include_pci_all = false}};
  EXPECT_EQ(error_of([&] { Machine bad(options, make_default_rtl()); }),
            "0000:00:05.0 has no unit");
}

// The end comes at a mismatch of any of them.
TEST_F(CosimRtlMachine, EndsTheGuestAtAMismatchOfTheSecondUnit) {
  options.units = {{.sources = {bdf(0, 6, 0)}, .include_pci_all = false, .ioapic = false},
                   {.registers = place::kRegisters + place::kRegisterPage}};
  make("run");
  in_progress = [&] {
    Lockstep &second = machine->unit(1).lockstep();
    if (machine->console().text().empty() || second.differences().count != 0) return;
    second.rtl().write(reg::kFedata, 4, 0x27);
    second.read(reg::kFedata, 4);
  };
  EXPECT_EQ(run().why, Why::kMismatch);
  EXPECT_EQ(machine->unit(0).lockstep().differences().count, 0U);
  EXPECT_EQ(machine->unit(1).lockstep().differences().first.at(0).what, "read 3c 4");
}

TEST_F(CosimRtlMachine, CallsAMalformedMessageBroken) {
  const MachineEnd end = run_as("malformed");
  EXPECT_EQ(end.why, Why::kBroken);
  EXPECT_EQ(end.detail,
            "proxy of the DMA test device: proxy message PCI_CFGREAD: 3 bytes of payload, "
            "expected 12");
  EXPECT_EQ(end.qemu.signal, SIGTERM);
}

TEST_F(CosimRtlMachine, CallsGarbageOnQtestBroken) {
  const MachineEnd end = run_as("garbage");
  EXPECT_EQ(end.why, Why::kBroken);
  EXPECT_EQ(end.detail, "qtest: 'IRQ raise and shine' names no pin");
}

TEST_F(CosimRtlMachine, CallsMemoryThatIsNotThereBroken) {
  const MachineEnd end = run_as("short memory");
  EXPECT_EQ(end.why, Why::kBroken);
  EXPECT_THAT(end.detail, HasSubstr("do not fit its file of 16777216 bytes"));
}

TEST_F(CosimRtlMachine, CallsAUnitThatIsNotThereBroken) {
  const MachineEnd end = run_as("other version");
  EXPECT_EQ(end.why, Why::kBroken);
  EXPECT_THAT(end.detail, HasSubstr("the unit did not appear at 0xfed90000"));
  EXPECT_THAT(end.detail, HasSubstr("0x99"));
}

TEST_F(CosimRtlMachine, CallsARefusalToRunBroken) {
  const MachineEnd end = run_as("refuse");
  EXPECT_EQ(end.why, Why::kBroken);
  EXPECT_EQ(end.detail, "QMP: a command was refused: no mood");
}

TEST_F(CosimRtlMachine, NoticesDeathInTheMiddleOfAMessage) {
  const MachineEnd end = run_as("die in message");
  EXPECT_EQ(end.why, Why::kBroken);
  // Whichever is seen first.
  EXPECT_THAT(end.detail,
              testing::AnyOf(HasSubstr("proxy of disk 0: the emulator went away in the middle"),
                             HasSubstr("QEMU was killed by signal 9")));
  EXPECT_EQ(end.qemu.signal, SIGKILL);
}

TEST_F(CosimRtlMachine, NoticesDeath) {
  const MachineEnd end = run_as("die");
  EXPECT_EQ(end.why, Why::kBroken);
  EXPECT_THAT(end.detail, HasSubstr("QEMU was killed by signal 9"));
  EXPECT_EQ(end.qemu.signal, SIGKILL);
}

TEST_F(CosimRtlMachine, NoticesDeathBeforeTheGuestRan) {
  const MachineEnd end = run_as("die early");
  EXPECT_EQ(end.why, Why::kBroken);
  EXPECT_THAT(end.detail, HasSubstr("killed by signal 9"));
  EXPECT_THAT(end.detail, HasSubstr("before the guest ran"));
}

// As QEMU 10.0 and later do; the way out is named.
TEST_F(CosimRtlMachine, NamesTheEmulatorThatCreatesTheDevices) {
  const MachineEnd end = run_as("proxy without KVM");
  EXPECT_EQ(end.why, Why::kBroken);
  EXPECT_THAT(end.detail, HasSubstr("before the guest ran. QEMU 10.0 and later"));
  EXPECT_THAT(end.detail, HasSubstr("--attach vfio-user"));
}

TEST_F(CosimRtlMachine, NoticesAnEmulatorThatDoesNotStart) {
  const MachineEnd end = run_as("exit early");
  EXPECT_EQ(end.why, Why::kBroken);
  EXPECT_EQ(end.detail, "QEMU ended with status 3 before the guest ran");
  EXPECT_EQ(machine->qemu_messages(), "fake: exit early\n");
}

TEST_F(CosimRtlMachine, NoticesABadStatus) {
  const MachineEnd end = run_as("status");
  EXPECT_EQ(end.why, Why::kBroken);
  EXPECT_EQ(end.detail, "QEMU ended with status 9");
  // A bare-metal kernel gives its result this way.
  options.bare_metal = true;
  const MachineEnd result = run_as("status");
  EXPECT_EQ(result.why, Why::kGuest);
  EXPECT_EQ(result.qemu.status, 9);
}

TEST_F(CosimRtlMachine, NoticesADeviceThatWasClosed) {
  const MachineEnd end = run_as("close one");
  EXPECT_EQ(end.why, Why::kBroken);
  EXPECT_EQ(end.detail, "QEMU closed a device and went on");
  EXPECT_EQ(end.qemu.signal, SIGTERM);
}

TEST_F(CosimRtlMachine, GivesUpInTime) {
  for (const char *behaviour : {"mute", "run"}) {
    SCOPED_TRACE(behaviour);
    const MachineEnd end = run_as(behaviour, seconds(1));
    EXPECT_EQ(end.why, Why::kTimeout);
    EXPECT_EQ(end.qemu.signal, SIGTERM);
    EXPECT_GE(end.seconds, 1);
  }
}

TEST_F(CosimRtlMachine, KillsAnEmulatorThatWillNotEnd) {
  const MachineEnd end = run_as("ignore", seconds(1));
  EXPECT_EQ(end.why, Why::kTimeout);
  EXPECT_EQ(end.qemu.signal, SIGKILL);
}

TEST_F(CosimRtlMachine, StopsWhenAsked) {
  const FileDescriptor stop(::eventfd(0, EFD_CLOEXEC));
  make("run");
  in_progress = [&] {
    if (!machine->console().text().empty()) ::eventfd_write(stop.raw(), 1);
  };
  const MachineEnd end = run(std::nullopt, stop.raw());
  EXPECT_EQ(end.why, Why::kInterrupted);
  EXPECT_EQ(end.qemu.signal, SIGTERM);
}

TEST_F(CosimRtlMachine, EndsTheGuestAtAMismatch) {
  make("run");
  in_progress = [&] {
    if (machine->console().text().empty() || unit().differences().count != 0) return;
    unit().rtl().write(reg::kFedata, 4, 0x27);
    unit().read(reg::kFedata, 4);
  };
  const MachineEnd end = run();
  EXPECT_EQ(end.why, Why::kMismatch);
  EXPECT_EQ(end.qemu.signal, SIGTERM);
  EXPECT_EQ(unit().differences().first.at(0).what, "read 3c 4");
}

TEST_F(CosimRtlMachine, LeavesNothingOpen) {
  run_as("exit");
  machine.reset();
  const std::size_t before = open_descriptors();
  run_as("dma");
  machine.reset();
  EXPECT_EQ(open_descriptors(), before);
}

TEST_F(CosimRtlMachine, NeedsItsProgramAndItsDisk) {
  options.qemu = "/no/such/qemu";
  options.kernel = "none";
  EXPECT_THAT(error_of([&] { Machine bad(options, make_default_rtl()); }),
              HasSubstr("/no/such/qemu: no such program"));
}

}  // namespace
}  // namespace dmar::cosim
