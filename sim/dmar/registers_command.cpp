// SPDX-License-Identifier: Apache-2.0
// `dmar registers`: the register map. docs/registers.md is its output with --markdown.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "backend.hpp"
#include "command.hpp"
#include "dmar/registers.hpp"
#include "standard_streams.hpp"

namespace dmar::sim {

namespace {

struct RegistersOptions {
  std::string config = "default";
  bool markdown = false;
};

std::string hex(std::uint64_t value, unsigned bytes) {
  std::string text = fmt::format("{:0{}X}", value, 2 * bytes);
  if (bytes == 8) text.insert(8, "_");
  return text + "h";
}

std::string hex_or_dash(std::uint64_t value, unsigned bytes) {
  return value == 0 ? "-" : hex(value, bytes);
}

std::string name_of(const RegisterSpec &spec) {
  if (spec.offset < reg::kFrcd) return std::string(spec.name);
  return fmt::format("{}[{}]", spec.name, spec.index);
}

std::string row(const RegisterSpec &spec, bool markdown) {
  const char *format = markdown ? "| {} | {} | {} | {} | {} | {} | {} | {} |\n"
                                : "{:<6}{:<10}{:>3}  {:<20}{:<20}{:<20}{:<20}{}\n";
  return fmt::format(fmt::runtime(format), fmt::format("{:03X}h", spec.offset), name_of(spec),
                     8 * spec.bytes, hex(spec.reset, spec.bytes),
                     hex_or_dash(spec.writable, spec.bytes),
                     hex_or_dash(spec.clear_on_one, spec.bytes),
                     hex_or_dash(spec.write_only, spec.bytes), spec.command ? "yes" : "-");
}

std::string header(bool markdown) {
  if (markdown) {
    return "| Offset | Name | Bits | Reset | Writable | Cleared by 1 | Reads as 0 | Acts |\n"
           "|---|---|---|---|---|---|---|---|\n";
  }
  return fmt::format("{:<6}{:<10}{:>3}  {:<20}{:<20}{:<20}{:<20}{}\n", "Offset", "  Name", "Bits",
                     " Reset", " Writable", " Cleared by 1", " Reads as 0", " Acts");
}

constexpr const char *kTitle =
    "# Registers\n\n"
    "Printed by `dmar registers --markdown` from `tb/dmar/registers.hpp`; do not edit.\n"
    "Reset values and masks of configuration `{}`.\n\n"
    "- **Writable**: bits that keep what is written.\n"
    "- **Cleared by 1**: status bits that writing 1 clears.\n"
    "- **Reads as 0**: bits that can be written and not read back.\n"
    "- **Acts**: a write may start something, which can change this and other registers.\n\n"
    "Everything else in the 4 KiB page reads as 0 and ignores writes.\n"
    "Accesses are of 4 or 8 bytes, naturally aligned; 8 bytes on two 32-bit registers are two "
    "accesses, the low one first.\n\n";

int print_registers(const RegistersOptions &options) {
  const Config config = config_named(options.config);
  if (options.markdown) say(kTitle, options.config);
  put_output(header(options.markdown));
  for (const RegisterSpec &spec : register_map(config)) {
    put_output(row(spec, options.markdown));
  }
  return kSuccess;
}

}  // namespace

void add_registers(CLI::App &app, int &status) {
  auto options = std::make_shared<RegistersOptions>();
  CLI::App *command = app.add_subcommand(
      "registers", "Print the register map: offsets, reset values, what can be written");
  command->add_flag("--markdown", options->markdown, "As the page docs/registers.md");
  command->add_option("--config", options->config, "Configuration, see `dmar configs`")
      ->type_name("NAME")
      ->capture_default_str();
  command->callback([options, &status] { status = print_registers(*options); });
}

}  // namespace dmar::sim
