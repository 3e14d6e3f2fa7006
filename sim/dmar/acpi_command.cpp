// SPDX-License-Identifier: Apache-2.0
// `dmar acpi`: makes the ACPI table that announces a unit, or decodes and checks one.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "acpi/reading.hpp"
#include "acpi/table_header.hpp"
#include "acpi_json.hpp"
#include "acpi_options.hpp"
#include "command.hpp"
#include "output_file.hpp"
#include "standard_streams.hpp"

namespace dmar::sim {

namespace {

constexpr std::size_t kMaxFileBytes = 1 << 20;

constexpr const char *kFooter =
    "PATH is BUS:DEV.FN[/DEV.FN]..., hexadecimal. DEVICE is [KIND[:ID]@]PATH, KIND one of "
    "endpoint,\n"
    "bridge, ioapic, hpet, acpi. Without --out, --body, --json and --hex the table is listed.\n\n"
    "  dmar acpi --ioapic 0@ff:00.0 --body dmar.bin    one unit at FED90000 for all devices\n"
    "  dmar acpi --madt --ioapic-address FEC10000 --body madt.bin\n"
    "  dmar acpi --unit FED91000,scope=00:02.0 --unit FED90000 --ioapic 2@f0:1f.0 --hpet 00:1f.6\n"
    "  dmar acpi --read /sys/firmware/acpi/tables/DMAR  of this machine (as root)";

std::vector<std::uint8_t> bytes_in(const std::string &file) {
  struct Close {
    void operator()(std::FILE *stream) const {
      if (stream != stdin) std::fclose(stream);
    }
  };
  errno = 0;
  const std::unique_ptr<std::FILE, Close> in(file == "-" ? stdin : std::fopen(file.c_str(), "rb"));
  std::vector<std::uint8_t> bytes(kMaxFileBytes + 1);
  if (in) bytes.resize(std::fread(bytes.data(), 1, bytes.size(), in.get()));
  if (!in || std::ferror(in.get()) != 0) {
    throw UsageError(fmt::format("--read {}: cannot be read: {}", file, std::strerror(errno)));
  }
  if (bytes.size() > kMaxFileBytes) {
    throw UsageError(
        fmt::format("--read {}: more than {} bytes, not an ACPI table", file, kMaxFileBytes));
  }
  return bytes;
}

void write(const std::string &file, std::span<const std::uint8_t> bytes) {
  const std::string text(bytes.begin(), bytes.end());
  if (file == "-") {
    put_output(text);
  } else {
    write_whole(file, text);
  }
}

void write_json(const std::string &file, const acpi::Reading &reading) {
  const std::string text = to_json(reading);
  write(file, {reinterpret_cast<const std::uint8_t *>(text.data()), text.size()});
}

std::string counted(std::size_t count, const char *what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

int read_table(const AcpiOptions &options) {
  const auto bytes = bytes_in(options.read);
  const acpi::Reading reading = acpi::read_table(bytes);
  if (options.hex) put_output(acpi::hex_dump(bytes));
  if (!options.json.empty()) write_json(options.json, reading);
  const std::string name = options.read == "-" ? "standard input" : options.read;
  if (!options.hex && options.json.empty() && !reading.sections.empty()) {
    put_output(acpi::sections_text(reading) + "\n");
  }
  if (options.json != "-") {
    say("{}{}: {} bytes, {}, {}\n", acpi::findings_text(reading, name), name, bytes.size(),
        counted(reading.problems.size(), "problem"), counted(reading.notes.size(), "note"));
  }
  return reading.problems.empty() ? kSuccess : kMismatch;
}

int make_table(const AcpiOptions &options) {
  const auto bytes = build_table(options);
  const acpi::Reading reading = acpi::read_table(bytes);
  if (!options.out.empty()) write(options.out, bytes);
  if (!options.body.empty()) write(options.body, std::span(bytes).subspan(acpi::kHeaderBytes));
  if (options.hex) put_output(acpi::hex_dump(bytes));
  if (!options.json.empty()) write_json(options.json, reading);
  if (options.out.empty() && options.body.empty() && options.json.empty() && !options.hex) {
    put_output(acpi::to_text(reading));
  } else {
    for (const auto &note : reading.notes) complain("dmar: note: {}\n", note.text);
  }
  return kSuccess;
}

}  // namespace

void add_acpi(CLI::App &app, int &status) {
  auto options = std::make_shared<AcpiOptions>();
  CLI::App *command = app.add_subcommand(
      "acpi", "Make the ACPI DMAR table that announces a unit, or decode and check one");
  add_acpi_options(*command, *options);
  command->footer(kFooter);
  command->callback([command, options, &status] {
    check_acpi_options(*command);
    status = options->read.empty() ? make_table(*options) : read_table(*options);
  });
}

}  // namespace dmar::sim
