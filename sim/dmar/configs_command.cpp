// SPDX-License-Identifier: Apache-2.0
// `dmar configs`: the configurations in this program, their parameters and what they report.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <string>

#include "backend.hpp"
#include "command.hpp"
#include "dmar/registers.hpp"
#include "standard_streams.hpp"

namespace dmar::sim {

namespace {

constexpr unsigned kLastRegisterInvalidation = 5;  // from VER.MAX = 6 on it always fails

std::string table_depths(unsigned sagaw) {
  std::string out;
  for (unsigned bit = 1; bit <= 3; ++bit) {
    if ((sagaw >> bit & 1) != 0) out += fmt::format("{}{}", out.empty() ? "" : ", ", bit + 2);
  }
  return out;
}

const char *page_sizes(unsigned super_pages) {
  if (super_pages == 0) return "4 KiB";
  return super_pages == 1 ? "4 KiB, 2 MiB" : "4 KiB, 2 MiB, 1 GiB";
}

std::string interrupts_of(const Config &config) {
  if (!config.interrupt_remapping) return "not remapped";
  return fmt::format("remapped, APIC ids of {} bits, masks of up to {} bits",
                     config.extended_interrupt_mode ? "8 or 32" : "8", config.max_interrupt_mask);
}

std::string options_of(const Config &config) {
  std::string out;
  const auto add = [&out](bool have, const char *name) {
    if (have) out += fmt::format("{}{}", out.empty() ? "" : ", ", name);
  };
  add(config.pass_through, "pass-through");
  add(config.snoop_control, "snoop control");
  add(config.coherent, "coherent walks");
  add(config.page_selective, "page-selective invalidation");
  add(config.zero_length_read, "zero-length reads");
  add(config.protected_low, "protected low memory");
  add(config.protected_high, "protected high memory");
  add(config.collapse_faults, "fault collapsing");
  add(config.version_major <= kLastRegisterInvalidation, "register-based invalidation");
  add(config.abort_mode, "abort mode, 256-bit descriptors");
  add(config.root_pointer_flush, "flush on SRTP");
  add(config.interrupt_pointer_flush, "flush on SIRTP");
  add(config.write_buffer_flush, "write buffer flush");
  return out;
}

void print_config(const std::string &name, const Config &config) {
  say("{}\n", name);
  say("  VER {:08X}h  CAP {:016X}h  ECAP {:016X}h\n", version(config), capability(config),
      extended_capability(config));
  say("  addresses       {} bits host, {} bits guest\n", config.host_address_width,
      config.guest_address_width);
  say("  table levels    {}\n", table_depths(config.sagaw));
  say("  page sizes      {}\n", page_sizes(config.super_pages));
  say("  domain ids      {} bits\n", 4 + 2 * config.domain_id_code);
  say("  fault records   {}\n", config.fault_records);
  say("  interrupts      {}\n", interrupts_of(config));
  say("  options         {}\n", options_of(config));
}

}  // namespace

void add_configs(CLI::App &app, int &status) {
  CLI::App *command =
      app.add_subcommand("configs", "List the configurations in this program and what they report");
  command->callback([&status] {
    for (const std::string &name : config_names()) print_config(name, config_named(name));
    status = kSuccess;
  });
}

}  // namespace dmar::sim
