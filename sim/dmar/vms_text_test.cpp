// SPDX-License-Identifier: Apache-2.0
// What `dmar vms` shows of its console and says about attacks, on made-up results.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "vms_progress.hpp"
#include "vms_summary.hpp"

namespace dmar::sim {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string plain(std::string_view line) { return vms_line(line, false).value_or("(nothing)"); }

TEST(VmsLine, NamesTheMachine) {
  EXPECT_EQ(plain("[   63.3] dmar-check: PASS kernel modules load"),
            "host     | ok    kernel modules load");
  EXPECT_EQ(plain("[   63.3] dmar-vm: services: [    3.3] dmar-check: FAIL ping: no answer"),
            "services | FAIL  ping: no answer");
  EXPECT_EQ(plain("[   63.3] dmar-vm: user: [    3.3] dmar-check: SKIP edu: is not there"),
            "user     | skip  edu: is not there");
  EXPECT_EQ(plain("[   63.3] dmar-vm: user: dmar-info: starts"), "user     |       starts");
}

TEST(VmsLine, ShowsFaultsAndPanics) {
  EXPECT_EQ(plain("[    9.1] DMAR: [DMA Write NO_PASID] Request device [00:06.0] x"),
            "host     | fault [DMA Write NO_PASID] Request device [00:06.0] x");
  EXPECT_EQ(plain("[    9.1] DMAR-IR: [INTR-REMAP] x"), "host     | fault [INTR-REMAP] x");
  EXPECT_EQ(plain("[    9.1] dmar-vm: user: [    1.0] Kernel panic - not syncing: x"),
            "user     | FAIL  Kernel panic - not syncing: x");
}

TEST(VmsLine, HasColors) {
  EXPECT_EQ(vms_line("dmar-check: PASS a", true),
            "\033[1mhost    \033[0m | \033[32mok    \033[0ma");
  EXPECT_EQ(vms_line("dmar-vm: services: dmar-check: FAIL a", true),
            "\033[36mservices\033[0m | \033[31mFAIL  \033[0ma");
  EXPECT_EQ(vms_line("dmar-vm: user: dmar-check: SKIP a", true),
            "\033[35muser    \033[0m | \033[33mskip  \033[0ma");
}

TEST(VmsLine, IsSilentAboutTheRest) {
  for (const char *line :
       {"", "[    0.0] Linux version 6.1", "[    0.1] DMAR: IOMMU enabled",
        "[    9.1] dmar-vm: user: [    0.0] Linux version 6.1", "[    9.1] dmar-vm: no sign",
        "[    9.1] dmar-vm: user: [    1.1] dmar-end", "# echo dmar-check: PASS a"}) {
    EXPECT_FALSE(vms_line(line, false)) << line;
    EXPECT_FALSE(vms_line(line, true)) << line;
  }
}

class VmsSummary : public ::testing::Test {
 protected:
  static constexpr SourceId kEdu = bdf(0, 6, 0);
  static constexpr SourceId kCard = bdf(0, 24, 0);

  VmsSummary() {
    result_.functions = {{.name = "the DMA test device", .source = kEdu},
                         {.name = "network card 0", .source = kCard, .function_resets = 2}};
    result_.units.resize(1);
    result_.console.finished = true;
  }

  void fault(unsigned reason, std::uint64_t info, std::uint64_t cycle, SourceId source = kEdu) {
    cosim::Fault one;
    one.record = {.lo = info, .hi = 1ULL << 63 | std::uint64_t{reason} << 32 | source.raw()};
    one.cycle = cycle;
    result_.units[0].statistics.faults.push_back(one);
  }
  void interrupt_fault(unsigned reason, std::uint64_t index, std::uint64_t cycle) {
    fault(reason, index << 48, cycle);
  }
  void attack(const std::string &name, std::uint64_t where, const std::string &report = "") {
    result_.console.attacks.push_back({.name = name, .where = where, .report = report});
  }
  static std::string write_at(const std::string &address, const std::string &reason) {
    return "DMAR: [DMA Write NO_PASID] Request device [00:06.0] fault addr " + address +
           " [fault reason " + reason + "] x";
  }
  std::vector<std::string> failed() {
    std::vector<std::string> out;
    add_attack_failures(result_, out);
    return out;
  }
  void uses(SourceId source, std::uint32_t index) {
    result_.units[0].traffic.answered(
        {.source = source, .interrupt = true, .interrupt_index = index});
  }

  VmResult result_;
};

TEST_F(VmsSummary, FindsTheFaultOfAnAttackByItsPageAndReason) {
  fault(0x06, 0x7FFE'1000, 10);  // another page
  fault(0x06, 0x7FFE'0000, 20);  // another reason
  fault(0x05, 0x7FFE'0000, 25, kCard);
  fault(0x05, 0x7FFE'0000, 30);
  attack("a write", 0x7FFE'0123, write_at("0x7ffe0000", "0x05"));
  attack("a write nobody reported", 0x7FFE'1FFF, "the kernel said nothing");
  const auto all = attack_results(result_);
  ASSERT_EQ(all.size(), 2U);
  ASSERT_TRUE(all[0].fault);
  EXPECT_EQ(all[0].fault->cycle, 30U);
  EXPECT_TRUE(all[0].reported());
  ASSERT_TRUE(all[1].fault);
  EXPECT_EQ(all[1].fault->cycle, 10U);
  EXPECT_FALSE(all[1].reported());
  EXPECT_THAT(failed(), IsEmpty());
}

TEST_F(VmsSummary, FindsTheFaultOfAnInterruptByItsIndex) {
  interrupt_fault(0x22, 11, 10);
  interrupt_fault(0x22, 12, 20);
  attack("an interrupt", 12);
  ASSERT_TRUE(attack_results(result_)[0].fault);
  EXPECT_EQ(attack_results(result_)[0].fault->cycle, 20U);
}

TEST_F(VmsSummary, AnAttackWithoutAFaultIsAFailure) {
  fault(0x05, 0x7FFE'0000, 10);
  attack("a write", 0x7FFE'1000);
  attack("another reason", 0x7FFE'0000, write_at("0x7ffe0000", "0x06"));
  EXPECT_THAT(failed(), ElementsAre("attack: a write: the unit saw no fault at 0x7ffe1000",
                                    "attack: another reason: the unit saw no fault at 0x7ffe0000"));
}

TEST_F(VmsSummary, ARunWithoutAttacksIsAFailure) {
  EXPECT_THAT(failed(), ElementsAre("the guest reported no attack"));
  result_.console.finished = false;  // it did not come to them
  EXPECT_THAT(failed(), IsEmpty());
}

// Entries that nobody uses, or only the attacker, show nothing.
TEST_F(VmsSummary, AnEntryOfAnotherMachineIsTried) {
  const std::vector<std::string> untried{
      "attack: no interrupt entry was tried that another machine uses"};
  interrupt_fault(0x26, 12, 10);
  attack("a foreign interrupt", 12);
  EXPECT_EQ(failed(), untried);
  uses(kEdu, 12);
  EXPECT_EQ(failed(), untried);
  uses(bdf(0xFF, 0, 0), 12);  // the I/O APIC is of no machine
  EXPECT_EQ(failed(), untried);
  uses(kCard, 13);
  EXPECT_EQ(failed(), untried);
  uses(kCard, 12);
  EXPECT_THAT(failed(), IsEmpty());
}

TEST_F(VmsSummary, TellsAttacks) {
  fault(0x05, 0x7FFE'0000, 1'234'567);
  const std::string report = write_at("0x7ffe0000", "0x05");
  attack("a write", 0x7FFE'0000, report);
  attack("a read", 0x1000, "nothing seen");
  EXPECT_THAT(attacks_text(result_),
              AllOf(HasSubstr("tried  a write (0x7ffe0000)\n"),
                    HasSubstr("unit   cycle 1,234,567: blocked, 05h "),
                    HasSubstr("host   " + report + "\n"), HasSubstr("tried  a read (0x1000)\n"),
                    HasSubstr("unit   saw no such fault\n"), HasSubstr("host   (not reported)\n")));
  const auto json = attacks_json(result_);
  ASSERT_EQ(json.size(), 2U);
  EXPECT_EQ(json[0].dump(), nlohmann::ordered_json({{"name", "a write"},
                                                    {"where", "0x7ffe0000"},
                                                    {"blocked", true},
                                                    {"reason", 5},
                                                    {"cycle", 1'234'567},
                                                    {"host", report}})
                                .dump());
  EXPECT_FALSE(json[1]["blocked"].get<bool>());
  EXPECT_EQ(json[1]["host"], "nothing seen");
}

TEST_F(VmsSummary, TellsWhoReachedWhat) {
  using cosim::Traffic;
  Traffic &traffic = result_.units[0].traffic;
  traffic.phase("flood");
  traffic.answered(
      {.source = kCard, .hit = true, .bytes = 1500, .domain = DomainId(5), .cycles = 100});
  traffic.answered({.source = kCard, .blocked = true, .cycles = 20});
  traffic.invalidated(
      golden::IotlbInvalidation{.granularity = granularity::kDomain, .domain = DomainId(5)});
  traffic.invalidated(golden::IotlbInvalidation{.granularity = granularity::kGlobal});
  uses(kCard, 12);
  uses(bdf(0xFF, 0, 0), 1);
  EXPECT_THAT(traffic_text(result_),
              AllOf(HasSubstr("00:18.0  network card 0"), HasSubstr(" 50.0%"),
                    HasSubstr("ff:00.0  I/O APIC"), HasSubstr("1 invalidations of every domain\n"),
                    HasSubstr("00:18.0, flood: 3 requests, 1,500 bytes, 40.0 cycles from request "
                              "to answer\n")));
  const auto json = traffic_json(result_);
  EXPECT_EQ(json["global_invalidations"], 1);
  ASSERT_EQ(json["domains"].size(), 1U);
  EXPECT_EQ(
      json["domains"][0].dump(),
      R"({"domain":5,"dmar":"dmar0","requests":2,"hits":1,"walks":1,"faults":1,"invalidations":1})");
  ASSERT_EQ(json["functions"].size(), 2U);
  const auto &card = json["functions"][0];
  EXPECT_EQ(card["source"], "00:18.0");
  EXPECT_EQ(card["name"], "network card 0");
  EXPECT_EQ(card["reads"], 2);
  EXPECT_EQ(card["bytes"], 1500);
  EXPECT_EQ(card["blocked"], 1);
  EXPECT_EQ(card["domains"].dump(), "[5]");
  EXPECT_EQ(card["interrupt_indices"].dump(), "[12]");
  EXPECT_EQ(card["phases"]["flood"]["cycles"], 120);
  EXPECT_EQ(json["functions"][1]["name"], "");
}

}  // namespace
}  // namespace dmar::sim
