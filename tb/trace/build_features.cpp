// SPDX-License-Identifier: Apache-2.0
// See build_features.hpp.
#include "trace/build_features.hpp"

#include <array>

#include "dmar/registers.hpp"

namespace dmar::trace {

namespace {

constexpr std::array<BuildFeature, 12> kRequestFeatures{{
    {"a table depth (CAP.SAGAW)", [](Config &c, const Config &b) { c.sagaw = b.sagaw; }},
    {"super-pages (CAP.SSLPS)", [](Config &c, const Config &b) { c.super_pages = b.super_pages; }},
    {"a wider host address",
     [](Config &c, const Config &b) { c.host_address_width = b.host_address_width; }},
    {"a wider guest address (CAP.MGAW)",
     [](Config &c, const Config &b) { c.guest_address_width = b.guest_address_width; }},
    {"a wider domain id (CAP.ND)",
     [](Config &c, const Config &b) { c.domain_id_code = b.domain_id_code; }},
    {"pass-through (ECAP.PT)", [](Config &c, const Config &b) { c.pass_through = b.pass_through; }},
    {"snoop control (ECAP.SC)",
     [](Config &c, const Config &b) { c.snoop_control = b.snoop_control; }},
    {kDeviceTlbs, [](Config &c, const Config &b) { c.device_tlb = b.device_tlb; }},
    {"the no-write flag (ECAP.NWFS)",
     [](Config &c, const Config &b) { c.no_write_flag = b.no_write_flag; }},
    {kPostedInterrupts,
     [](Config &c, const Config &b) { c.posted_interrupts = b.posted_interrupts; }},
    {kInterruptRemapping,
     [](Config &c, const Config &b) { c.interrupt_remapping = b.interrupt_remapping; }},
    {"32-bit APIC ids (ECAP.EIM)",
     [](Config &c, const Config &b) { c.extended_interrupt_mode = b.extended_interrupt_mode; }},
}};

constexpr std::array<BuildFeature, 4> kDescriptorFeatures{{
    {"page-selective invalidation (CAP.PSI)",
     [](Config &c, const Config &b) { c.page_selective = b.page_selective; }},
    {"a wider address mask (CAP.MAMV)",
     [](Config &c, const Config &b) { c.max_address_mask = b.max_address_mask; }},
    {kInterruptRemapping,
     [](Config &c, const Config &b) { c.interrupt_remapping = b.interrupt_remapping; }},
    {kDeviceTlbs, [](Config &c, const Config &b) { c.device_tlb = b.device_tlb; }},
}};

}  // namespace

std::span<const BuildFeature> request_features() { return kRequestFeatures; }
std::span<const BuildFeature> descriptor_features() { return kDescriptorFeatures; }

Config with_everything(const Config &build) {
  Config config = build;
  config.host_address_width = 52;
  config.guest_address_width = 57;
  config.sagaw = 0b01110;
  config.super_pages = 0b11;
  config.domain_id_code = 6;
  config.pass_through = true;
  config.snoop_control = true;
  config.device_tlb = true;
  config.no_write_flag = true;
  config.posted_interrupts = true;
  config.interrupt_remapping = true;
  config.extended_interrupt_mode = true;
  config.page_selective = true;
  config.max_address_mask = 63;
  config.abort_mode = true;
  return config;
}

golden::ControlState restricted(golden::ControlState control, const Config &build) {
  if (!build.extended_interrupt_mode) control.interrupt_table &= ~std::uint64_t{irta::kEime};
  if (!build.interrupt_remapping) {
    control.interrupt_enabled = false;
    control.compatibility_allowed = false;
    control.interrupt_table = 0;
  }
  return control;
}

}  // namespace dmar::trace
