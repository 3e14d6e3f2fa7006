// SPDX-License-Identifier: Apache-2.0
// The command line of QEMU.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "cosim/qemu_command.hpp"

namespace dmar::cosim {
namespace {

using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

using Words = std::vector<std::string>;

const QemuDescriptors kDescriptors{
    .qtest = 10, .monitor = 11, .console = 12, .eoi_log = 16, .unit = 13, .functions = {14, 15}};

MachineOptions with_disks(std::size_t disks) {
  MachineOptions options;
  options.disks.resize(disks);
  return options;
}

// The values of an option, in order.
Words values(const Words &words, const std::string &option) {
  Words found;
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    if (words[i] == option) found.push_back(words[i + 1]);
  }
  return found;
}

TEST(QemuCommand, OfAnOrdinaryMachine) {
  MachineOptions options = with_disks(1);
  options.megabytes = 768;
  options.cpu = "max";
  options.kernel = "/boot/vmlinuz with blank";
  const Words words = qemu_arguments(options, kDescriptors);
  EXPECT_THAT(values(words, "-accel"), ElementsAre("tcg,thread=single"));
  EXPECT_THAT(values(words, "-smp"), ElementsAre("1"));
  EXPECT_THAT(values(words, "-cpu"), ElementsAre("max"));
  EXPECT_THAT(values(words, "-m"), ElementsAre("768M"));
  EXPECT_THAT(values(words, "-object"),
              ElementsAre("memory-backend-memfd,id=ram,size=768M,share=on"));
  EXPECT_THAT(values(words, "-machine"),
              ElementsAre("q35,memory-backend=ram,smbus=off,sata=off,vmport=off"));
  EXPECT_THAT(
      values(words, "-chardev"),
      ElementsAre("socket,id=qtest,fd=10", "socket,id=monitor,fd=11", "socket,id=serial,fd=12"));
  EXPECT_THAT(values(words, "-qtest"), ElementsAre("chardev:qtest"));
  EXPECT_THAT(values(words, "-qtest-log"), ElementsAre("none"));
  EXPECT_THAT(values(words, "-mon"), ElementsAre("chardev=monitor,mode=control"));
  EXPECT_THAT(values(words, "-serial"), ElementsAre("chardev:serial"));
  EXPECT_THAT(values(words, "-trace"), ElementsAre("ioapic_eoi_broadcast"));
  EXPECT_THAT(values(words, "-D"), ElementsAre("/dev/fd/16"));
  EXPECT_THAT(values(words, "-device"), ElementsAre("x-pci-proxy-dev,id=unit,addr=04.0,fd=13",
                                                    "x-pci-proxy-dev,id=disk0,addr=05.0,fd=14",
                                                    "x-pci-proxy-dev,id=edu,addr=06.0,fd=15"));
  EXPECT_THAT(values(words, "-kernel"), ElementsAre("/boot/vmlinuz with blank"));
  // Stopped at first, and a reboot ends it.
  EXPECT_THAT(words, Contains("-S"));
  EXPECT_THAT(words, Contains("-no-reboot"));
  EXPECT_THAT(words, Contains("-nodefaults"));
  EXPECT_THAT(words, Contains("-no-user-config"));
  for (const char *absent : {"-initrd", "-append", "-acpitable"}) {
    EXPECT_THAT(words, Not(Contains(absent)));
  }
}

TEST(QemuCommand, PlacesSeveralDisks) {
  QemuDescriptors descriptors = kDescriptors;
  descriptors.functions = {20, 21, 22, 23, 15};
  EXPECT_THAT(
      values(qemu_arguments(with_disks(4), descriptors), "-device"),
      ElementsAre(
          "x-pci-proxy-dev,id=unit,addr=04.0,fd=13", "x-pci-proxy-dev,id=disk0,addr=05.0,fd=20",
          "x-pci-proxy-dev,id=disk1,addr=08.0,fd=21", "x-pci-proxy-dev,id=disk2,addr=09.0,fd=22",
          "x-pci-proxy-dev,id=disk3,addr=0a.0,fd=23", "x-pci-proxy-dev,id=edu,addr=06.0,fd=15"));
}

// Each at its own socket; the same functions in the same places.
TEST(QemuCommand, AttachesVfioUserServers) {
  MachineOptions options = with_disks(2);
  options.bridge = true;
  options.attach = Attach::kVfioUser;
  QemuDescriptors descriptors = kDescriptors;
  descriptors.unit = -1;
  descriptors.functions = {-1, -1, -1};
  descriptors.sockets = "/tmp/a folder, with a comma";
  const Words devices = values(qemu_arguments(options, descriptors), "-device");
  ASSERT_EQ(devices.size(), 5U);
  EXPECT_EQ(devices[1], "pcie-pci-bridge,id=bridge,addr=07.0,msi=off");
  const auto check = [&](std::size_t i, const char *id, const char *addr, const char *bus) {
    const auto device = nlohmann::json::parse(devices[i]);
    EXPECT_EQ(device.at("driver"), "vfio-user-pci");
    EXPECT_EQ(device.at("id"), id);
    EXPECT_EQ(device.at("addr"), addr);
    EXPECT_EQ(device.value("bus", ""), bus);
    EXPECT_EQ(device.at("socket").at("type"), "unix");
    EXPECT_EQ(device.at("socket").at("path"), "/tmp/a folder, with a comma/" + std::string(id));
    // The CPU waits until a write has its effect, however long that takes.
    EXPECT_EQ(device.at("x-no-posted-writes"), true);
    EXPECT_GE(device.at("x-msg-timeout"), 600'000);
  };
  check(0, "unit", "04.0", "");
  check(2, "disk0", "01.0", "bridge");
  check(3, "disk1", "08.0", "");
  check(4, "edu", "06.0", "");
}

TEST(QemuCommand, NeedsNoDisk) {
  QemuDescriptors descriptors = kDescriptors;
  descriptors.functions = {15};
  EXPECT_EQ(values(qemu_arguments({}, descriptors), "-device").size(), 2U);
}

TEST(QemuCommand, PlacesNetworkCardsBehindTheDisks) {
  MachineOptions options;
  options.networks.resize(2);
  QemuDescriptors descriptors = kDescriptors;
  descriptors.functions = {15, 20, 21};
  EXPECT_THAT(values(qemu_arguments(options, descriptors), "-device"),
              ElementsAre("x-pci-proxy-dev,id=unit,addr=04.0,fd=13",
                          "x-pci-proxy-dev,id=edu,addr=06.0,fd=15",
                          "x-pci-proxy-dev,id=network0,addr=18.0,fd=20",
                          "x-pci-proxy-dev,id=network1,addr=19.0,fd=21"));
}

TEST(QemuCommand, PutsTheFirstDiskBehindABridge) {
  MachineOptions options = with_disks(2);
  options.bridge = true;
  QemuDescriptors descriptors = kDescriptors;
  descriptors.functions = {20, 21, 15};
  EXPECT_THAT(values(qemu_arguments(options, descriptors), "-device"),
              ElementsAre("x-pci-proxy-dev,id=unit,addr=04.0,fd=13",
                          "pcie-pci-bridge,id=bridge,addr=07.0,msi=off",
                          "x-pci-proxy-dev,id=disk0,bus=bridge,addr=01.0,fd=20",
                          "x-pci-proxy-dev,id=disk1,addr=08.0,fd=21",
                          "x-pci-proxy-dev,id=edu,addr=06.0,fd=15"));
}

TEST(QemuCommand, GivesTheTerminalToAnInteractiveMachine) {
  MachineOptions options = with_disks(1);
  options.interactive = true;
  const Words chardevs = values(qemu_arguments(options, kDescriptors), "-chardev");
  ASSERT_EQ(chardevs.size(), 3U);
  EXPECT_EQ(chardevs[2], "stdio,id=serial,mux=on,signal=off,logfile=/dev/fd/12");
}

TEST(QemuCommand, AddsTablesAndInitrd) {
  MachineOptions options = with_disks(1);
  options.append = "console=ttyS0 intel_iommu=on";
  QemuDescriptors descriptors = kDescriptors;
  descriptors.initrd = 30;
  descriptors.dmar_table = 31;
  descriptors.madt_table = 32;
  descriptors.segment_table = 33;
  const Words words = qemu_arguments(options, descriptors);
  EXPECT_THAT(values(words, "-acpitable"),
              ElementsAre("file=/dev/fd/31", "file=/dev/fd/32", "file=/dev/fd/33"));
  EXPECT_THAT(values(words, "-initrd"), ElementsAre("/dev/fd/30"));
  EXPECT_THAT(values(words, "-append"), ElementsAre("console=ttyS0 intel_iommu=on"));
}

TEST(QemuCommand, AddsDevicesForTestKernels) {
  MachineOptions options = with_disks(1);
  options.bare_metal = true;
  const Words devices = values(qemu_arguments(options, kDescriptors), "-device");
  EXPECT_THAT(devices, Contains("pc-testdev"));
  EXPECT_THAT(devices, Contains("isa-debug-exit,iobase=0xf4,iosize=0x4"));
  EXPECT_THAT(values(qemu_arguments(with_disks(1), kDescriptors), "-device"),
              Each(Not(HasSubstr("testdev"))));
}

TEST(QemuCommand, EndsWithTheArgumentsOfTheUser) {
  MachineOptions options = with_disks(1);
  options.qemu_arguments = {"-icount", "shift=2,sleep=on", "-d", "int"};
  const Words words = qemu_arguments(options, kDescriptors);
  EXPECT_EQ(Words(words.end() - 4, words.end()), options.qemu_arguments);
}

}  // namespace
}  // namespace dmar::cosim
