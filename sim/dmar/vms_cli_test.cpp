// SPDX-License-Identifier: Apache-2.0
// `dmar vms` as users run it: a Linux that runs two virtual machines, and what it says about bad
// options.
#include <gmock/gmock.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "boot_needs.hpp"
#include "program.hpp"

namespace dmar::sim {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

using Vms = Program;

TEST_F(Vms, TwoMachines) {
  REQUIRE_GUEST();
  const Result result =
      dmar(fmt::format("vms --brief --megabytes 1 --timeout 600 --json {}", in("vms.json")));
  EXPECT_EQ(result.status, 0) << result.output;
  std::ifstream file(in("vms.json"));
  const auto json = nlohmann::json::parse(file, nullptr, false);
  ASSERT_TRUE(json.is_object()) << result.output;
  EXPECT_TRUE(json["passed"].get<bool>()) << json["failures"];
  EXPECT_EQ(json["mismatches"], 0);
  EXPECT_EQ(json["ending"], "powered off");
  EXPECT_GT(json["dma_translated"], 1'000);
  EXPECT_GT(json["interrupts_remapped"], 100);
  EXPECT_THAT(result.output,
              AllOf(HasSubstr("host     | "), HasSubstr("services | "), HasSubstr("user     | ")));
  EXPECT_EQ(result.output.find("FAIL"), std::string::npos);
  // Each machine has a domain, and each attack ended at the unit.
  EXPECT_GE(json["attacks"].size(), 2U);
  for (const auto &attack : json["attacks"]) {
    EXPECT_TRUE(attack["blocked"].get<bool>()) << attack;
    EXPECT_GT(attack["reason"], 0) << attack;
  }
}

class VmsCommandOptions : public Program {
 protected:
  void expect_usage_error(const std::string &options, const std::string &message) {
    const Result result = dmar("vms " + options);
    EXPECT_EQ(result.status, 2) << options;
    EXPECT_THAT(result.output, HasSubstr(message)) << options;
    EXPECT_EQ(std::count(result.output.begin(), result.output.end(), '\n'), 1)
        << "not one sentence: " << result.output;
    EXPECT_EQ(files(), 0U) << options;
  }
};

TEST_F(VmsCommandOptions, AreChecked) {
  expect_usage_error("--memory 767", "--memory 767: two virtual machines need at least 768 MiB");
  expect_usage_error("--aw 48 --config default", "--aw and --config");
  expect_usage_error("--config nonsense", "nonsense");
  expect_usage_error("--kernel /nonexistent/vmlinuz", "--kernel /nonexistent/vmlinuz");
  expect_usage_error("--capture /nonexistent/net.pcap", "/nonexistent/net.pcap");
  if (has_config("bare")) {
    expect_usage_error("--config bare", "configuration bare does not remap interrupts");
  }
}

TEST_F(VmsCommandOptions, NameTheMissingPrograms) {
  REQUIRE_GUEST();
  expect_usage_error("--units 4", "--units 4: dmar2 would have no function; at most --units 3");
  expect_usage_error("--qemu no-such-emulator", "qemu-system-x86");
  expect_usage_error("--qemu no-such-emulator", "no-such-emulator");
  expect_usage_error("--monitor no-such-monitor", "no-such-monitor");
  expect_usage_error("--monitor /nonexistent/monitor", "/nonexistent/monitor");
  expect_usage_error("--monitor /etc/passwd", "/etc/passwd: not a program for x86-64");
}

// All is made for the machine before an emulator ends without it.
TEST_F(VmsCommandOptions, EmulatorThatRefusesItsOptions) {
  REQUIRE_GUEST();
  const Result result = dmar("vms --brief --qemu-arg=-nonsense --json " + in("vms.json"));
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.output, HasSubstr("before the guest ran"));
  EXPECT_THAT(result.output, HasSubstr("invalid option"));
  std::ifstream file(in("vms.json"));
  const auto json = nlohmann::json::parse(file, nullptr, false);
  ASSERT_TRUE(json.is_object()) << result.output;
  EXPECT_FALSE(json["passed"].get<bool>());
}

}  // namespace
}  // namespace dmar::sim
