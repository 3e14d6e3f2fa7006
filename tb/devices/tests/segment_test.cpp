// SPDX-License-Identifier: Apache-2.0
// The ECAM window, the root port, and where accesses of the CPU go in a segment.
#include <gtest/gtest.h>

#include "bench/random.hpp"
#include "devices/tests/pci_host.hpp"
#include "devices/tests/sriov_sample.hpp"

namespace dmar::devices {
namespace {

constexpr std::uint32_t kDevice = SriovSample::kDevice;

constexpr std::uint64_t at(unsigned bus, unsigned device, unsigned function, unsigned offset) {
  return std::uint64_t{bus} << 20 | device << 15 | function << 12 | offset;
}

TEST(EcamWindow, DecodesEveryPlace) {
  SriovSample sample(SriovKind::kEdu);
  for (unsigned bus = 0; bus < 256; bus += 5) {
    for (unsigned device = 0; device < 32; ++device) {
      for (unsigned function = 0; function < 8; ++function) {
        const bool there = bus == 0 && device == kDevice && function == 0;
        EXPECT_EQ(sample.ecam.read(at(bus, device, function, 0), 4),
                  there ? 0x11E8'1234u : 0xFFFF'FFFFu);
      }
    }
  }
  EXPECT_EQ(sample.ecam.read(std::uint64_t{1} << 28, 4), 0xFFFF'FFFFu) << "beyond the last bus";
}

TEST(EcamWindow, SizesOfAccesses) {
  SriovSample sample(SriovKind::kEdu);
  const auto there = [](unsigned offset) { return at(0, kDevice, 0, offset); };
  EXPECT_EQ(sample.ecam.read(there(0), 1), 0x34u);
  EXPECT_EQ(sample.ecam.read(there(2), 2), 0x11E8u);
  EXPECT_EQ(sample.ecam.read(there(0), 8), 0x0010'0000'11E8'1234u) << "two dwords";
  EXPECT_EQ(sample.ecam.read(there(0x100), 2), 0x0001u) << "extended space";
  EXPECT_EQ(sample.ecam.read(there(0xFFC), 4), 0u);
  // No such accesses.
  EXPECT_EQ(sample.ecam.read(there(3), 2), 0xFFFFu);
  EXPECT_EQ(sample.ecam.read(there(2), 4), 0xFFFF'FFFFu);
  EXPECT_EQ(sample.ecam.read(there(4), 8), ~std::uint64_t{0});
  sample.ecam.write(there(0x0C), 1, 0x1FF);
  EXPECT_EQ(sample.ecam.read(there(0x0C), 4), 0xFFu);
  sample.ecam.write(there(0x0B), 2, 0);
  EXPECT_EQ(sample.ecam.read(there(0x0C), 4), 0xFFu);
  sample.ecam.write(there(0x08), 8, 0x12'0000'0000);
  EXPECT_EQ(sample.ecam.read(there(0x0C), 1), 0x12u);
  sample.ecam.write(at(1, 0, 0, 0x0C), 1, 0x55);  // nobody
  EXPECT_EQ(sample.ecam.read(there(0x0C), 1), 0x12u);
}

class BehindPort : public ::testing::Test {
 protected:
  static constexpr unsigned kBus = 7;
  static constexpr std::uint32_t kBase = 0xFF00'0000;

  std::uint32_t read(std::uint64_t place) {
    return static_cast<std::uint32_t>(sample_.ecam.read(place, 4));
  }
  std::uint32_t port_capability(std::uint8_t id) {
    return PciHost(sample_.root_port()).capabilities(id).at(0);
  }
  void set_up_port() {
    sample_.ecam.write(at(0, kDevice, 0, 0x18), 4, 0x0000'0000 | kBus << 8 | 9U << 16);
    sample_.ecam.write(at(0, kDevice, 0, 0x20), 4, 0xFF70'FF00);
    sample_.ecam.write(at(0, kDevice, 0, 0x04), 2, 6);
  }
  void reset_bus() {
    sample_.ecam.write(at(0, kDevice, 0, 0x3E), 2, 0x40);
    sample_.ecam.write(at(0, kDevice, 0, 0x3E), 2, 0);
  }
  void forward_alternative_ids(bool enabled) {
    sample_.ecam.write(at(0, kDevice, 0, port_capability(0x10) + 0x28), 2, enabled ? 0x20 : 0);
  }

  SriovSample sample_{SriovKind::kEdu, true};
};

TEST_F(BehindPort, HeaderOfTheBridge) {
  EXPECT_EQ(read(at(0, kDevice, 0, 0x08)) >> 8, 0x060400u);
  EXPECT_EQ(read(at(0, kDevice, 0, 0x0C)), 0x0001'0000u) << "type 1, one function";
  const std::uint32_t express = port_capability(0x10);
  EXPECT_EQ(read(at(0, kDevice, 0, express)) >> 16, 0x0042u) << "version 2, root port";
  EXPECT_EQ(read(at(0, kDevice, 0, express + 0x24)), 0x20u) << "ARI Forwarding Supported";
  EXPECT_NE(SriovSample::extended(sample_.root_port(), 0x000D), 0u);
  EXPECT_NE(SriovSample::extended(sample_.root_port(), 0x0003), 0u);
}

// Bit by bit: bus numbers, window, reset of the bus, and what the capabilities say.
TEST_F(BehindPort, OnlyPermittedBitsOfTheBridgeChange) {
  RootPort &port = sample_.root_port();
  std::vector<std::uint8_t> permitted(4096);
  const auto permit = [&permitted](std::uint32_t offset, std::uint32_t mask, unsigned bytes) {
    for (unsigned i = 0; i < bytes; ++i) {
      permitted.at(offset + i) = static_cast<std::uint8_t>(mask >> (8 * i));
    }
  };
  permit(0x04, 0x0546, 2);
  permit(0x0C, 0xFF, 1);
  permit(0x18, 0x00FF'FFFF, 4);
  permit(0x20, 0xFFF0'FFF0, 4);
  permit(0x3C, 0xFF, 1);
  permit(0x3E, 0x0FFF, 2);
  const std::uint32_t express = port_capability(0x10);
  permit(express + 0x08, 0x000F | 0x0010 | 0x0800, 2);
  permit(express + 0x10, 0x00CB, 2);
  permit(express + 0x1C, 0x001F, 2);
  permit(express + 0x28, 0x0020, 2);
  permit(port_capability(0x01) + 4, 3, 2);
  permit(SriovSample::extended(port, 0x000D) + 6, 0x1F, 2);
  const auto image = [&port] {
    std::vector<std::uint8_t> bytes;
    for (unsigned i = 0; i < 4096; ++i) {
      bytes.push_back(static_cast<std::uint8_t>(port.config_read(i, 1)));
    }
    return bytes;
  };
  const auto initial = image();
  bench::Random random(3);
  for (unsigned round = 0; round < 20; ++round) {
    for (std::uint32_t offset = 0; offset < 0x200; offset += 2) {
      port.config_write(offset, 2, round == 0 ? ~0U : random.below(0x10000));
    }
    const auto now = image();
    for (unsigned i = 0; i < 4096; ++i) {
      ASSERT_EQ((now.at(i) ^ initial.at(i)) & ~unsigned{permitted.at(i)}, 0u) << std::hex << i;
    }
  }
  port.reset();
  EXPECT_EQ(image(), initial);
}

TEST_F(BehindPort, ForwardsItsBusesOnly) {
  EXPECT_EQ(read(at(kBus, 0, 0, 0)), 0xFFFF'FFFFu) << "no bus number yet";
  EXPECT_EQ(read(at(0, 0, 0, 0)), 0xFFFF'FFFFu);
  set_up_port();
  EXPECT_EQ(read(at(kBus, 0, 0, 0)), 0x11E8'1234u);
  EXPECT_EQ(read(at(kBus + 1, 0, 0, 0)), 0xFFFF'FFFFu);
  EXPECT_EQ(read(at(kBus - 1, 0, 0, 0)), 0xFFFF'FFFFu);
  EXPECT_EQ(read(at(kBus, 1, 0, 0)), 0xFFFF'FFFFu);
}

TEST_F(BehindPort, FunctionLearnsItsBusFromAWrite) {
  set_up_port();
  sample_.ecam.write(at(kBus, 0, 0, 0x0C), 1, 0);
  EXPECT_EQ(sample_.port.source_id, bdf(kBus, 0, 0));
  sample_.enable(1, kBase);
  EXPECT_EQ(sample_.ports[0].source_id, bdf(kBus, 0, 1));
}

TEST_F(BehindPort, FunctionIsAnEndpointWithALink) {
  const std::uint32_t express = PciHost(sample_.physical()).capabilities(0x10).at(0);
  EXPECT_EQ(sample_.physical().config_read(express + 2, 2), 0x0002u);
  EXPECT_EQ(sample_.physical().config_read(express + 0x0C, 4), 0x11u);
  EXPECT_EQ(sample_.physical().config_read(express + 0x12, 2), 0x11u);
}

// Without ARI Forwarding the bus has device 0 only.
TEST_F(BehindPort, AlternativeRoutingNeedsThePort) {
  set_up_port();
  sample_.ecam.write(at(kBus, 0, 0, 0x0C), 1, 0);
  sample_.enable(4, kBase, SriovSample::kEnableBoth | 0x10);
  EXPECT_EQ(sample_.ports[3].source_id, bdf(kBus, 4, 0));
  const auto there = [&](unsigned device) { return read(at(kBus, device, 0, 8)) != 0xFFFF'FFFF; };
  for (unsigned device = 1; device <= 4; ++device) EXPECT_FALSE(there(device));
  forward_alternative_ids(true);
  for (unsigned device = 1; device <= 4; ++device) EXPECT_TRUE(there(device));
  EXPECT_FALSE(there(5));
}

TEST_F(BehindPort, FunctionsOfOneDeviceNeedNoForwarding) {
  set_up_port();
  sample_.ecam.write(at(kBus, 0, 0, 0x0C), 1, 0);
  sample_.enable(4, kBase);
  for (unsigned function = 1; function <= 4; ++function) {
    EXPECT_EQ(read(at(kBus, 0, function, 8)) >> 8, 0x00FF00u);
  }
}

TEST_F(BehindPort, MemoryInsideTheWindowOnly) {
  set_up_port();  // FF00'0000 to FF7F'FFFF
  const auto place = [&](std::uint32_t base) {
    PciHost(sample_.physical()).enable(base);
    return sample_.segment.memory_read(base, 4);
  };
  EXPECT_EQ(place(kBase), 0x0100'00EDu);
  EXPECT_EQ(place(0xFF70'0000), 0x0100'00EDu);
  EXPECT_EQ(place(0xFF80'0000), 0xFFFF'FFFFu);
  EXPECT_EQ(place(0xFEF0'0000), 0xFFFF'FFFFu);
  EXPECT_EQ(place(kBase), 0x0100'00EDu);
  sample_.ecam.write(at(0, kDevice, 0, 0x04), 2, 4);
  EXPECT_EQ(sample_.segment.memory_read(kBase, 4), 0xFFFF'FFFFu) << "Memory Space Enable";
  sample_.ecam.write(at(0, kDevice, 0, 0x04), 2, 6);
  sample_.ecam.write(at(0, kDevice, 0, 0x20), 4, 0xFF00'FF70);
  EXPECT_EQ(sample_.segment.memory_read(kBase, 4), 0xFFFF'FFFFu) << "base above limit: closed";
}

TEST_F(BehindPort, ResetOfTheBus) {
  set_up_port();
  sample_.enable(4, kBase);
  PciHost(sample_.physical()).enable(0xFF40'0000);
  sample_.ecam.write(at(0, kDevice, 0, 0x3E), 2, 0x40);
  EXPECT_EQ(read(at(kBus, 0, 0, 0)), 0xFFFF'FFFFu) << "in reset";
  sample_.ecam.write(at(0, kDevice, 0, 0x3E), 2, 0);
  EXPECT_EQ(read(at(kBus, 0, 0, 0)), 0x11E8'1234u);
  EXPECT_EQ(sample_.physical().config_read(0x04, 2), 0u);
  EXPECT_EQ(sample_.virtuals().count(), 0u);
}

// A hot reset.
TEST_F(BehindPort, ResetOfTheBusLeavesStickyBits) {
  set_up_port();
  PciDevice &function = sample_.physical();
  const std::uint32_t errors = SriovSample::extended(function, 0x0001);
  const std::uint32_t access = SriovSample::extended(function, 0x000D);
  function.config_write(errors + 0x08, 4, 0x0010'0000);
  function.config_write(access + 6, 2, 0x000C);
  reset_bus();
  EXPECT_EQ(function.config_read(errors + 0x08, 4), 0x0010'0000u);
  EXPECT_EQ(function.config_read(access + 6, 2), 0u);
  sample_.segment.reset();
  EXPECT_EQ(function.config_read(errors + 0x08, 4), 0u);
}

// Software that found it ready would set it up, and lose that when the old work ends.
TEST_F(BehindPort, NotReadyAfterAResetOfTheBusUntilWorkHasEnded) {
  set_up_port();
  PciHost host(sample_.physical());
  host.enable(kBase);
  host.write(0x80, Edu::kBuffer, 8);
  host.write(0x88, 0x1000, 8);
  host.write(0x90, 64, 8);
  host.write(0x98, 3, 8);
  reset_bus();
  EXPECT_EQ(read(at(kBus, 0, 0, 0)), 0xFFFF'FFFFu);
  ASSERT_TRUE(sample_.drain());
  EXPECT_EQ(read(at(kBus, 0, 0, 0)), 0x11E8'1234u);
  host.enable(kBase);
  host.write(0x04, 7);
  sample_.drain();
  EXPECT_EQ(host.read(0x04), ~7U);
}

TEST_F(BehindPort, FunctionLevelResetLeavesTheLink) {
  set_up_port();
  PciDevice &function = sample_.physical();
  const std::uint32_t express = PciHost(function).capabilities(0x10).at(0);
  function.config_write(express + 0x10, 2, 0xFFFF);
  function.config_write(express + 0x28, 2, 0x0010);
  function.config_write(express + 0x08, 2, 0x8000);
  EXPECT_EQ(function.config_read(express + 0x10, 2), 0x00C8u);
  EXPECT_EQ(function.config_read(express + 0x28, 2), 0u);
  reset_bus();
  EXPECT_EQ(function.config_read(express + 0x10, 2), 0u);
}

TEST_F(BehindPort, NothingPassesAPortThatSleeps) {
  set_up_port();
  PciHost(sample_.physical()).enable(kBase);
  sample_.ecam.write(at(0, kDevice, 0, port_capability(0x01) + 4), 2, 3);
  EXPECT_EQ(read(at(kBus, 0, 0, 0)), 0xFFFF'FFFFu);
  EXPECT_EQ(sample_.segment.memory_read(kBase, 4), 0xFFFF'FFFFu);
  sample_.ecam.write(at(0, kDevice, 0, port_capability(0x01) + 4), 2, 0);
  EXPECT_EQ(read(at(0, kDevice, 0, 0x18)), 0u) << "back at reset";
}

}  // namespace
}  // namespace dmar::devices
