// SPDX-License-Identifier: Apache-2.0
// See fuzz_json.hpp.
#include "fuzz_json.hpp"

#include <fmt/format.h>

#include <array>
#include <string>

namespace dmar::sim {

namespace {

using bench::FuzzStatistics;

struct Count {
  const char *name;
  std::uint64_t FuzzStatistics::*value;
};

constexpr std::array kCounts{
    Count{"runs", &FuzzStatistics::runs},
    Count{"cycles", &FuzzStatistics::cycles},
    Count{"requests", &FuzzStatistics::requests},
    Count{"one_legal_answer", &FuzzStatistics::single},
    Count{"forwarded", &FuzzStatistics::forwarded},
    Count{"interrupts", &FuzzStatistics::interrupts},
    Count{"posted", &FuzzStatistics::posted},
    Count{"translations", &FuzzStatistics::translations},
    Count{"device_tlb_flushes", &FuzzStatistics::device_tlb_flushes},
    Count{"completion_errors", &FuzzStatistics::completion_errors},
    Count{"time_outs", &FuzzStatistics::time_outs},
    Count{"faults", &FuzzStatistics::faults},
    Count{"hits", &FuzzStatistics::hits},
    Count{"walks", &FuzzStatistics::walks},
    Count{"table_changes", &FuzzStatistics::changes},
    Count{"invalidations", &FuzzStatistics::invalidations},
    Count{"control_changes", &FuzzStatistics::control_changes},
    Count{"queue_errors", &FuzzStatistics::queue_errors},
    Count{"status_writes", &FuzzStatistics::status_writes},
    Count{"fault_records", &FuzzStatistics::fault_records},
};

}  // namespace

nlohmann::json to_json(const FuzzStatistics &statistics) {
  nlohmann::json out;
  for (const Count &count : kCounts) out[count.name] = statistics.*count.value;
  auto &reasons = out["fault_reasons"] = nlohmann::json::object();
  for (const auto &[reason, count] : statistics.reasons) {
    reasons[fmt::format("{:02X}", static_cast<unsigned>(reason))] = count;
  }
  return out;
}

nlohmann::json to_json(const bench::FuzzResult &result) {
  nlohmann::json out = to_json(result.statistics);
  if (!result.failure) return out;
  out["failure"] = {{"kind", result.failure->kind},
                    {"text", result.failure->text},
                    {"cycle", result.failure->cycle}};
  return out;
}

bench::FuzzResult result_from_json(const std::string &text) {
  const nlohmann::json json = nlohmann::json::parse(text);
  bench::FuzzResult result;
  for (const Count &count : kCounts) json.at(count.name).get_to(result.statistics.*count.value);
  for (const auto &[name, count] : json.at("fault_reasons").items()) {
    const auto reason = static_cast<FaultReason>(std::stoul(name, nullptr, 16));
    result.statistics.reasons[reason] = count.get<std::uint64_t>();
  }
  if (!json.contains("failure")) return result;
  const nlohmann::json &failure = json.at("failure");
  result.failure = bench::FuzzFailure{
      .kind = failure.at("kind"), .text = failure.at("text"), .cycle = failure.at("cycle")};
  return result;
}

}  // namespace dmar::sim
