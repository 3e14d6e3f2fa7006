// SPDX-License-Identifier: Apache-2.0
// What is said about several units, on made-up results: whose mismatch, whose fault, what is a sum.
#include <gmock/gmock.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "fault_list.hpp"
#include "mismatch_list.hpp"
#include "unit_json.hpp"
#include "vm_result.hpp"
#include "vms_summary.hpp"

namespace dmar::sim {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr SourceId kEdu = bdf(0, 6, 0);
constexpr SourceId kCard = bdf(0, 24, 0);

cosim::Fault fault(unsigned reason, std::uint64_t info, SourceId source, std::uint64_t cycle) {
  cosim::Fault one;
  one.record = {.lo = info, .hi = 1ULL << 63 | std::uint64_t{reason} << 32 | source.raw()};
  one.request = {
      .source_id = source, .address = Iova(info), .kind = AccessKind::kWrite, .bytes = 4};
  one.cycle = cycle;
  return one;
}

class UnitText : public ::testing::Test {
 protected:
  UnitText() {
    result_.units = {{.name = "dmar0", .plan = {.include_pci_all = false, .ioapic = false}},
                     {.name = "dmar1", .plan = {.registers = 0xFED9'1000}}};
    result_.functions = {{.name = "the DMA test device", .source = kEdu, .unit = 0},
                         {.name = "network card 0", .source = kCard, .unit = 1}};
  }
  cosim::Statistics &statistics(std::size_t unit) { return result_.units[unit].statistics; }
  void differ(std::size_t unit) {
    cosim::Differences &all = result_.units[unit].differences;
    all.count = 22;
    all.first = {{.what = "read 3c 4", .unit = "27", .golden = "0", .cycle = 1234}};
  }

  VmResult result_;
};

// A machine whose table sends everything to one of its units would pass otherwise.
TEST_F(UnitText, AUnitWithoutWorkIsAFailure) {
  using ::testing::Contains;
  result_.console.finished = true;
  for (std::size_t unit = 0; unit < 2; ++unit) {
    statistics(unit).dma_reads = 1;
    statistics(unit).interrupts = 1;
  }
  EXPECT_THAT(failures(result_), Not(Contains(HasSubstr(" saw no "))));
  statistics(0).dma_reads = 0;
  statistics(1).interrupts = 0;
  EXPECT_THAT(failures(result_), Contains("dmar0 saw no DMA"));
  EXPECT_THAT(failures(result_), Contains("dmar1 saw no interrupt"));
  result_.options.no_intremap = true;
  EXPECT_THAT(failures(result_), Not(Contains("dmar1 saw no interrupt")));
  EXPECT_THAT(failures(result_), Contains("dmar0 saw no DMA"));
}

// A kernel that leaves the device TLBs alone would pass otherwise.
TEST_F(UnitText, ADeviceTlbWithoutWorkIsAFailure) {
  using ::testing::Contains;
  result_.console.finished = true;
  const auto names = [](const std::string &failure) {
    return failure.find("device TLB") != std::string::npos ||
           failure.find("translation") != std::string::npos ||
           failure.find("translated request") != std::string::npos;
  };
  const auto count = [&] { return std::ranges::count_if(failures(result_), names); };
  result_.device_tlbs = {{.name = "edu with ATS"}, {.name = "disk with ATS"}};
  EXPECT_EQ(count(), 0);
  result_.options.ats = true;
  EXPECT_EQ(count(), 7);
  EXPECT_THAT(failures(result_), Contains("the device TLB of the disk with ATS had no hit"));
  for (auto &one : result_.device_tlbs) one.hits = one.dropped = 1;
  EXPECT_EQ(count(), 3);
  statistics(0).translations_granted = 1;
  EXPECT_EQ(count(), 2);
  statistics(1).dma_by_device_tlb = 1;
  EXPECT_THAT(failures(result_), Contains("the unit invalidated no device TLB"));
  statistics(1).device_tlb_invalidations = 1;
  EXPECT_EQ(count(), 0);
}

TEST_F(UnitText, AMismatchNamesItsUnit) {
  EXPECT_EQ(mismatch_text(result_.units), "");
  differ(1);
  EXPECT_EQ(mismatch_text(result_.units),
            "mismatch: dmar1: read 3c 4 (cycle 1,234)\n  unit    27\n  golden  0\n"
            "dmar1: ... and 21 more\n");
  EXPECT_EQ(result_.mismatches(), 22U);
  const auto json = mismatches_json(result_.units);
  ASSERT_EQ(json.size(), 1U);
  EXPECT_EQ(json[0]["dmar"], "dmar1");
  EXPECT_EQ(json[0]["unit"], "27");
}

TEST_F(UnitText, OneUnitIsNotNamed) {
  result_.units.resize(1);
  differ(0);
  EXPECT_EQ(mismatch_text(result_.units),
            "mismatch: read 3c 4 (cycle 1,234)\n  unit    27\n  golden  0\n... and 21 more\n");
}

// The same function at the same address: only the unit tells them apart.
TEST_F(UnitText, AFaultNamesItsUnit) {
  statistics(0).faults = {fault(5, 0x1000, kEdu, 10), fault(5, 0x1000, kEdu, 11)};
  statistics(1).faults = {fault(5, 0x1000, kEdu, 5), fault(5, 0x2000, kCard, 20)};
  const std::vector<guest::ReportedFault> reported{
      {.line = "DMAR: a", .source_id = kEdu.raw(), .address = 0x1000, .reason = 5},
      {.line = "DMAR: b", .source_id = kCard.raw(), .address = 0x2000, .reason = 5}};
  const auto list = fault_list(result_.statistics().faults, reported);
  ASSERT_EQ(list.size(), 3U);
  EXPECT_EQ(list[0].fault.unit, 0U);
  EXPECT_EQ(list[0].times, 2U);
  EXPECT_EQ(list[0].guest, "DMAR: a");
  EXPECT_EQ(list[1].fault.unit, 1U);
  EXPECT_EQ(list[1].times, 1U);
  EXPECT_EQ(list[1].guest, "");
  EXPECT_EQ(list[2].guest, "DMAR: b");
  EXPECT_THAT(unexplained(list, reported), IsEmpty());
  const std::string text = fault_text(list, {"dmar0", "dmar1"}, true);
  EXPECT_THAT(text, HasSubstr("  dmar0  cycle           10  8000000500000030"));
  EXPECT_THAT(text, HasSubstr("  dmar1  cycle           20  80000005000000c0"));
}

TEST_F(UnitText, CountsAreSums) {
  statistics(0).dma_reads = 3;
  statistics(1).dma_reads = 4;
  statistics(0).interrupts_remapped = 5;
  statistics(1).unit.walks = 6;
  statistics(0).seconds = 1;
  statistics(1).seconds = 2;
  statistics(1).fault_log_compared = false;
  statistics(1).faults = {fault(5, 0x1000, kEdu, 1)};
  const auto sum = statistics_json(result_.statistics());
  EXPECT_EQ(sum["dma_reads"], 7);
  EXPECT_EQ(sum["interrupts_remapped"], 5);
  EXPECT_EQ(sum["walks"], 6);
  EXPECT_EQ(sum["rtl_seconds"], 3);
  EXPECT_EQ(sum["faults"], 1);
  EXPECT_FALSE(sum["fault_log_compared"].get<bool>());
  const auto units = units_json(result_);
  ASSERT_EQ(units.size(), 2U);
  EXPECT_EQ(units[0]["name"], "dmar0");
  EXPECT_EQ(units[0]["dma_reads"], 3);
  EXPECT_EQ(units[0]["covers"].dump(), R"(["the DMA test device"])");
  EXPECT_TRUE(units[0]["fault_log_compared"].get<bool>());
  EXPECT_EQ(units[1]["registers"], "0xfed91000");
  EXPECT_EQ(units[1]["covers"].dump(), R"(["network card 0","the I/O APIC","all else"])");
  // Everything that is counted is added up.
  for (const auto &[name, value] : units[0].items()) {
    if (sum.contains(name) && value.is_number_unsigned()) {
      EXPECT_EQ(sum[name].get<std::uint64_t>(),
                value.get<std::uint64_t>() + units[1][name].get<std::uint64_t>())
          << name;
    }
  }
}

// An index is one of the table of a unit, so the same index of another unit is another entry.
TEST_F(UnitText, AForeignEntryIsOneOfTheSameUnit) {
  statistics(0).faults = {fault(0x26, std::uint64_t{12} << 48, kEdu, 1)};
  const auto failed = [this] {
    std::vector<std::string> out;
    add_attack_failures(result_, out);
    return out;
  };
  const auto uses = [this](std::size_t unit) {
    result_.units[unit].traffic.answered(
        {.source = kCard, .interrupt = true, .interrupt_index = 12});
  };
  uses(1);
  EXPECT_THAT(failed(),
              ElementsAre("attack: no interrupt entry was tried that another machine uses"));
  uses(0);
  EXPECT_THAT(failed(), IsEmpty());
}

TEST_F(UnitText, TrafficIsToldByUnit) {
  result_.units[1].traffic.answered({.source = kCard, .bytes = 64, .domain = DomainId(3)});
  result_.units[0].traffic.answered({.source = kEdu, .bytes = 64, .domain = DomainId(3)});
  EXPECT_THAT(traffic_text(result_), HasSubstr("Who reached what through dmar1\n"));
  const auto json = traffic_json(result_);
  ASSERT_EQ(json["functions"].size(), 2U);
  EXPECT_EQ(json["functions"][0]["dmar"], "dmar0");
  EXPECT_EQ(json["functions"][1]["dmar"], "dmar1");
  // The same number of a domain, and not the same domain.
  ASSERT_EQ(json["domains"].size(), 2U);
  EXPECT_EQ(json["domains"][1]["dmar"], "dmar1");
  result_.units.resize(1);
  EXPECT_THAT(traffic_text(result_), Not(HasSubstr("through")));
}

TEST_F(UnitText, AnAttackNamesTheUnitThatBlockedIt) {
  statistics(1).faults = {fault(5, 0x1000, kEdu, 77)};
  result_.console.attacks = {{.name = "a write", .where = 0x1000, .report = "DMAR: x"}};
  EXPECT_THAT(attacks_text(result_), HasSubstr("  dmar1  cycle 77: blocked, 05h "));
}

}  // namespace
}  // namespace dmar::sim
