// SPDX-License-Identifier: Apache-2.0
// See structure_read.hpp.
#include "acpi/structure_read.hpp"

#include <fmt/format.h>

#include "acpi/structure_types.hpp"

namespace dmar::acpi {

namespace {

constexpr std::uint64_t kSizeBits = 0x0F;

std::uint16_t read_segment(SectionReader &section) {
  return static_cast<std::uint16_t>(section.number("Segment", 2));
}

bool read_flag(SectionReader &section, std::uint64_t bit, const char *name) {
  const bool on = (section.flags("Flags", 1, bit) & bit) != 0;
  if (on) section.meaning(name);
  return on;
}

}  // namespace

Drhd read_drhd(SectionReader &section) {
  Drhd unit;
  unit.include_pci_all = read_flag(section, kIncludePciAll, "INCLUDE_PCI_ALL");
  unit.register_pages_log2 = static_cast<unsigned>(section.flags("Size", 1, kSizeBits) & kSizeBits);
  section.meaning(fmt::format("{} KiB", 4U << unit.register_pages_log2));
  unit.segment = read_segment(section);
  unit.register_base = section.number("Register base", 8);
  return unit;
}

Rmrr read_rmrr(SectionReader &section) {
  Rmrr memory;
  section.reserved(2);
  memory.segment = read_segment(section);
  memory.base = section.number("Base", 8);
  memory.limit = section.number("Limit", 8);
  if (memory.limit > memory.base) {
    section.meaning(fmt::format("{} KiB", (memory.limit - memory.base) / 1024 + 1));
  }
  return memory;
}

Atsr read_atsr(SectionReader &section) {
  Atsr ports;
  ports.all_ports = read_flag(section, kAllPorts, "ALL_PORTS");
  section.reserved(1);
  ports.segment = read_segment(section);
  return ports;
}

Rhsa read_rhsa(SectionReader &section) {
  Rhsa affinity;
  section.reserved(4);
  affinity.register_base = section.number("Register base", 8);
  affinity.proximity_domain = static_cast<std::uint32_t>(section.number("Proximity domain", 4));
  return affinity;
}

Andd read_andd(SectionReader &section) {
  Andd device;
  section.reserved(3);
  device.device_number = static_cast<std::uint8_t>(section.number("Device number", 1));
  device.object_name = section.text("Object name", section.left());
  return device;
}

Satc read_satc(SectionReader &section) {
  Satc devices;
  devices.required = read_flag(section, kCacheRequired, "ATC_REQUIRED");
  section.reserved(1);
  devices.segment = read_segment(section);
  return devices;
}

Sidp read_sidp(SectionReader &section) {
  Sidp devices;
  section.reserved(2);
  devices.segment = read_segment(section);
  return devices;
}

void read_dmar_fields(SectionReader &section, DmarTable &table) {
  table.host_address_width = static_cast<unsigned>(section.number("Host address width", 1) + 1);
  section.meaning(fmt::format("{} bits", table.host_address_width));
  const std::uint64_t flags = section.flags(
      "Flags", 1, kInterruptRemapping | kX2apicOptOut | kPlatformOptIn | kDmaRemapOptOut);
  table.interrupt_remapping = (flags & kInterruptRemapping) != 0;
  table.x2apic_opt_out = (flags & kX2apicOptOut) != 0;
  table.platform_opt_in = (flags & kPlatformOptIn) != 0;
  table.dma_remap_opt_out = (flags & kDmaRemapOptOut) != 0;
  std::string names;
  if (table.interrupt_remapping) names += " INTR_REMAP";
  if (table.x2apic_opt_out) names += " X2APIC_OPT_OUT";
  if (table.platform_opt_in) names += " DMA_CTRL_PLATFORM_OPT_IN";
  if (table.dma_remap_opt_out) names += " DMA_REMAP_OPT_OUT";
  if (!names.empty()) section.meaning(names.substr(1));
  section.reserved(10);
}

}  // namespace dmar::acpi
