// SPDX-License-Identifier: Apache-2.0
// See vm_bounce.hpp.
#include "vm_bounce.hpp"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "grouped.hpp"

namespace dmar::sim {

namespace {

double per_megabyte_ms(std::uint64_t microseconds, const guest::BounceRun &run) {
  return static_cast<double>(microseconds) / 1000 / static_cast<double>(run.megabytes);
}

nlohmann::ordered_json known(std::int64_t count) {
  return count < 0 ? nlohmann::ordered_json() : nlohmann::ordered_json(count);
}

}  // namespace

void add_bounce_failures(const VmResult &result, std::vector<std::string> &out) {
  const guest::Console &console = result.console;
  if (console.bounces.size() != 2) out.emplace_back("the guest did not measure both directions");
  const bool untranslated = result.options.passthrough || result.options.no_dma_remapping;
  for (const guest::BounceRun &run : console.bounces) {
    const std::uint64_t bytes = run.megabytes << 20;
    if (!untranslated && (run.buffers != 0 || run.copies > 0)) {
      out.push_back(fmt::format("{}: {} bounce buffers and {} copies although the unit translates",
                                run.direction, grouped(run.buffers), run.copies));
    }
    if (untranslated && run.buffer_bytes < bytes) {
      out.push_back(fmt::format("{}: {} bytes in bounce buffers of {} that the disk cannot reach",
                                run.direction, grouped(run.buffer_bytes), grouped(bytes)));
    }
  }
}

std::string bounce_text(const VmResult &result) {
  const guest::Console &console = result.console;
  if (console.bounces.empty()) return "";
  std::string out = fmt::format(
      "Data above 4 GiB, a disk with 32-bit addresses, domain {}\n"
      "         MiB   buffers  bytes in them    copies   bytes copied  ms/MiB  CPU ms/MiB\n",
      console.bounce_domain);
  for (const guest::BounceRun &run : console.bounces) {
    const auto count = [](std::int64_t value) {
      return value < 0 ? "-" : grouped(static_cast<std::uint64_t>(value));
    };
    out += fmt::format(
        "  {:<5} {:>4}{:>10}{:>15}{:>10}{:>15}{:>8.1f}{:>12.1f}\n", run.direction, run.megabytes,
        grouped(run.buffers), grouped(run.buffer_bytes), count(run.copies), count(run.copied_bytes),
        per_megabyte_ms(run.microseconds, run), per_megabyte_ms(run.busy_microseconds, run));
  }
  return out + "\n";
}

nlohmann::ordered_json bounce_json(const VmResult &result) {
  auto runs = nlohmann::ordered_json::array();
  for (const guest::BounceRun &run : result.console.bounces) {
    runs.push_back({{"direction", run.direction},
                    {"megabytes", run.megabytes},
                    {"microseconds", run.microseconds},
                    {"busy_microseconds", run.busy_microseconds},
                    {"buffers", run.buffers},
                    {"buffer_bytes", run.buffer_bytes},
                    {"copies", known(run.copies)},
                    {"copied_bytes", known(run.copied_bytes)}});
  }
  return {{"domain", result.console.bounce_domain}, {"runs", runs}};
}

}  // namespace dmar::sim
