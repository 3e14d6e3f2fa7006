// SPDX-License-Identifier: Apache-2.0
// `dmar vm` as users run it: two boots of Debian's kernel, and what it says about bad options. More
// boots are in sim/setup/test_long.sh.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "boot_needs.hpp"
#include "program.hpp"
#include "tests/unit/report_trace_reader.hpp"

namespace dmar::sim {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;

class Boot : public Program {
 protected:
  // Boots and checks what every boot must show; the file has everything else.
  nlohmann::json boot(const std::string &options) {
    const Result result =
        dmar(fmt::format("vm --megabytes 4 --timeout 1500 --json {} {}", in("vm.json"), options));
    EXPECT_EQ(result.status, 0) << result.output;
    std::ifstream file(in("vm.json"));
    auto json = nlohmann::json::parse(file, nullptr, false);
    EXPECT_TRUE(json.is_object()) << result.output;
    if (!json.is_object()) return json;
    EXPECT_TRUE(json["passed"].get<bool>()) << json["failures"];
    EXPECT_EQ(json["mismatches"], 0);
    EXPECT_EQ(json["ending"], "powered off");
    EXPECT_GT(json["dma_translated"], 10'000);
    EXPECT_GT(json["iotlb_invalidations"], 50);
    EXPECT_GT(json["registers_compared"], 50);
    EXPECT_GT(json["dma_bytes"], 30'000'000);
    EXPECT_GE(json["dma_blocked"], 3);
    unsigned reported = 0;  // that the guest printed too
    for (const auto &fault : json["fault_list"]) {
      if (fault["guest"] == "") continue;
      ++reported;
      EXPECT_EQ(fault["guest"], fault["expected"]);
    }
    EXPECT_GE(reported, 3U);
    return json;
  }
};

TEST_F(Boot, DmaRemapping) {
  REQUIRE_GUEST();
  const nlohmann::json json = boot("--no-intremap");
  EXPECT_EQ(json["interrupts_remapped"], 0);
  EXPECT_GT(json["interrupts_unchanged"], 100);
}

TEST_F(Boot, InterruptRemapping) {
  REQUIRE_GUEST();
  const nlohmann::json json =
      boot(fmt::format("--record {} --timeline {} --report {}", in("boot.trace.gz"),
                       in("boot.json.gz"), in("boot.html")));
  EXPECT_GT(json["interrupts_remapped"], 100);
  EXPECT_EQ(json["interrupts_unchanged"], 0);
  EXPECT_GE(json["interrupts_blocked"], 1);
  const report::TraceReader timeline(report::unpacked(in("boot.json.gz")));
  EXPECT_THAT(timeline.problems(), testing::IsEmpty());
  EXPECT_EQ(timeline.count("X", "request"), json["dma_reads"].get<std::size_t>() +
                                                json["dma_writes"].get<std::size_t>() +
                                                json["interrupts"].get<std::size_t>());
  EXPECT_EQ(timeline.count("X", "table read"), json["table_reads"]);
  EXPECT_EQ(timeline.count("i", "fault"), json["faults"]);
  EXPECT_THAT(timeline.processes(), testing::Contains("function 00:05.0 disk 0 (dmar0)"));
  EXPECT_GT(std::filesystem::file_size(in("boot.html")), 100'000U);
  // What was recorded is a trace like any other.
  const Result replay = dmar(fmt::format("run {} --golden-only", in("boot.trace.gz")));
  EXPECT_EQ(replay.status, 0) << replay.output;
  EXPECT_THAT(replay.output, HasSubstr("0 mismatches"));
}

// Virtual functions in a segment of their own, whose unit serves their DMA and interrupts.
TEST_F(Boot, VirtualFunctions) {
  REQUIRE_GUEST();
  const Result result = dmar(fmt::format(
      "vm --sriov net --megabytes 1 --timeout 1500 --json {} --record {} --report {} --timeline {}",
      in("vm.json"), in("boot.trace"), in("vm.html"), in("vm.timeline")));
  EXPECT_EQ(result.status, 0) << result.output;
  for (const char *name : {"vm.html", "vm.timeline"}) {
    std::ifstream page(in(name));
    const std::string text{std::istreambuf_iterator<char>(page), {}};
    EXPECT_THAT(text, HasSubstr("00:01.4 virtual function 3")) << name;
  }
  std::ifstream file(in("vm.json"));
  const auto json = nlohmann::json::parse(file, nullptr, false);
  ASSERT_TRUE(json.is_object()) << result.output;
  EXPECT_EQ(json["mismatches"], 0);
  ASSERT_EQ(json["units"].size(), 2U);
  const auto &unit = json["units"][1];
  EXPECT_GT(unit["dma_translated"], 200) << unit;
  EXPECT_GT(unit["interrupts_remapped"], 50) << unit;
  EXPECT_EQ(unit["faults"], 0) << unit;
  EXPECT_THAT(result.output, HasSubstr("dmar1, registers at FED91000h: the physical function, "
                                       "virtual function 0, virtual function 1, virtual function "
                                       "2, virtual function 3, all else\n"));
  std::vector<std::string> passed;
  for (const auto &check : json["guest_checks"]) {
    if (check["passed"]) passed.push_back(check["name"]);
  }
  EXPECT_THAT(passed,
              IsSupersetOf({"they hold the list of extended capabilities",
                            "each has a group and a domain of its own",
                            "virtual function 3 reaches the network",
                            "it reaches the network again", "virtual functions go while they send",
                            "none of them is left", "one that came back reaches the network"}));
  // Each virtual function sends under its own name: 00:01.1 to 00:01.4 are 0009h to 000ch.
  std::ifstream record(in("boot.unit1.trace"));
  const std::string trace{std::istreambuf_iterator<char>(record), {}};
  for (const char *source : {"0008", "0009", "000a", "000b", "000c"}) {
    EXPECT_THAT(trace, HasSubstr(fmt::format("\ndma w {} ", source)));
    EXPECT_THAT(trace, HasSubstr(fmt::format("\nint {} ", source)));
  }
}

// Functions with device TLBs: Linux enables ATS, the devices translate for themselves, and what the
// kernel unmaps goes out of their TLBs.
TEST_F(Boot, DeviceTlbs) {
  REQUIRE_GUEST();
  if (dmar("configs").output.find("server") == std::string::npos) {
    GTEST_SKIP() << "configuration server is not built";
  }
  const Result result =
      dmar(fmt::format("vm --ats --megabytes 1 --timeout 1500 --json {} --record {}", in("vm.json"),
                       in("boot.trace")));
  EXPECT_EQ(result.status, 0) << result.output;
  std::ifstream file(in("vm.json"));
  const auto json = nlohmann::json::parse(file, nullptr, false);
  ASSERT_TRUE(json.is_object()) << result.output;
  EXPECT_EQ(json["mismatches"], 0);
  ASSERT_EQ(json["units"].size(), 2U);
  const auto &unit = json["units"][1];
  EXPECT_GT(unit["translation_requests"], 20) << unit;
  EXPECT_EQ(unit["translations_granted"], unit["golden_translations_granted"]);
  EXPECT_GT(unit["dma_by_device_tlb"], 200) << unit;
  EXPECT_GT(unit["device_tlb_invalidations"], 5) << unit;
  EXPECT_EQ(unit["device_tlb_invalidations"], unit["golden_device_tlb_invalidations"]);
  EXPECT_GE(unit["device_tlb_timeouts"], 1) << unit;
  EXPECT_EQ(json["units"][0]["translation_requests"], 0);
  EXPECT_EQ(json["not_granted_passed"], 0);
  EXPECT_THAT(result.output,
              AllOf(HasSubstr("dmar1, registers at FED91000h: edu with ATS, disk with ATS, all "
                              "else\n"),
                    HasSubstr("VT-d detected Invalidation Time-out Error")));
  std::vector<std::string> passed;
  for (const auto &check : json["guest_checks"]) {
    if (check["passed"]) passed.push_back(check["name"]);
  }
  EXPECT_THAT(
      passed,
      IsSupersetOf({"the kernel enabled ATS of edu", "the kernel enabled ATS of the disk",
                    "a forged translated request is blocked",
                    "a device that does not answer an invalidation is survived", "the disk goes on",
                    "a device that answers an invalidation twice is survived"}));
  // What was recorded is a trace like any other.
  const Result replay =
      dmar(fmt::format("run {} --golden-only --config server", in("boot.unit1.trace")));
  EXPECT_EQ(replay.status, 0) << replay.output;
  EXPECT_THAT(replay.output, HasSubstr("0 mismatches"));
}

// Two units: one has the test device and the I/O APIC, the other the disk and all else. Linux
// drives both, and each fault belongs to the unit of its function.
TEST_F(Boot, TwoUnits) {
  REQUIRE_GUEST();
  const Result result = dmar(fmt::format(
      "vm --units 2 --megabytes 1 --timeout 1500 --json {} --record {} --console-log {} --wave {} "
      "--wave-for 500",
      in("vm.json"), in("boot.trace"), in("console"), in("boot.fst")));
  EXPECT_EQ(result.status, 0) << result.output;
  std::ifstream file(in("vm.json"));
  const auto json = nlohmann::json::parse(file, nullptr, false);
  ASSERT_TRUE(json.is_object()) << result.output;
  EXPECT_EQ(json["mismatches"], 0);
  ASSERT_EQ(json["units"].size(), 2U);
  std::uint64_t dma = 0;
  for (const auto &unit : json["units"]) {
    EXPECT_EQ(unit["mismatches"], 0) << unit;
    EXPECT_GT(unit["dma_translated"], 100) << unit;
    EXPECT_GT(unit["interrupts_remapped"], 100) << unit;
    EXPECT_EQ(unit["interrupts_unchanged"], 0) << unit;
    EXPECT_GT(unit["iotlb_invalidations"], 5) << unit;
    EXPECT_GE(unit["events"], 1) << unit;
    dma += unit["dma_translated"].get<std::uint64_t>();
  }
  EXPECT_EQ(json["dma_translated"], dma);
  EXPECT_EQ(json["units"][0]["registers"], "0xfed90000");
  EXPECT_EQ(json["units"][1]["registers"], "0xfed91000");
  unsigned of_disk = 0;
  for (const auto &fault : json["fault_list"]) {
    const std::string line = fault["expected"];
    const bool disk = line.find("[00:05.0]") != std::string::npos;
    EXPECT_EQ(fault["dmar"], disk ? "dmar1" : "dmar0") << fault;
    if (disk) {
      ++of_disk;
      EXPECT_EQ(fault["guest"], line);
    }
  }
  EXPECT_EQ(of_disk, 1U);
  EXPECT_THAT(result.output, AllOf(HasSubstr("dmar0, registers at FED90000h: the DMA test device, "
                                             "the I/O APIC\n"),
                                   HasSubstr("dmar1, registers at FED91000h: disk 0, all else\n"),
                                   HasSubstr("(2 units, default), 0 mismatches\n")));
  std::ifstream console(in("console"));
  const std::string text{std::istreambuf_iterator<char>(console), {}};
  for (const char *line :
       {"dmar0: reg_base_addr fed90000", "dmar1: reg_base_addr fed91000",
        "dmar0: Using Queued invalidation", "dmar1: Using Queued invalidation"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
  // Each unit at its own first translated request.
  EXPECT_GT(std::filesystem::file_size(in("boot.fst")), 1000U);
  EXPECT_GT(std::filesystem::file_size(in("boot.unit1.fst")), 1000U);
  for (const char *trace : {"boot.trace", "boot.unit1.trace"}) {
    const Result replay = dmar(fmt::format("run {} --golden-only", in(trace)));
    EXPECT_EQ(replay.status, 0) << replay.output;
    EXPECT_THAT(replay.output, HasSubstr("0 mismatches"));
  }
}

// A disk that cannot reach memory above 4 GiB: without translation the kernel copies every byte of
// it, with translation none.
class BounceBuffers : public Boot {
 protected:
  nlohmann::json measure(const std::string &options) {
    const Result result =
        dmar(fmt::format("vm --bounce --megabytes 1 --memory 3072 --timeout 600 --json {} {}",
                         in("vm.json"), options));
    EXPECT_EQ(result.status, 0) << result.output;
    std::ifstream file(in("vm.json"));
    auto json = nlohmann::json::parse(file, nullptr, false);
    EXPECT_TRUE(json.is_object()) << result.output;
    if (!json.is_object()) return json;
    EXPECT_EQ(json["mismatches"], 0);
    EXPECT_GT(json["dma_bytes"], 4'000'000) << "each direction twice";
    EXPECT_EQ(json["bounce"]["runs"].size(), 2U);
    return json;
  }
};

TEST_F(BounceBuffers, NoneWithTheUnit) {
  REQUIRE_GUEST();
  const nlohmann::json json = measure("");
  EXPECT_GT(json["dma_translated"], 5'000);
  for (const auto &run : json["bounce"]["runs"]) {
    EXPECT_EQ(run["buffers"], 0) << run;
    EXPECT_EQ(run["buffer_bytes"], 0) << run;
  }
}

TEST_F(BounceBuffers, ForEveryByteWithoutTheUnit) {
  REQUIRE_GUEST();
  const nlohmann::json json = measure("--no-dma-remapping");
  EXPECT_EQ(json["dma_translated"], 0);
  EXPECT_EQ(json["bounce"]["domain"], "none");
  for (const auto &run : json["bounce"]["runs"]) {
    EXPECT_GE(run["buffers"], 4) << run;  // none is larger than 256 KiB
    EXPECT_EQ(run["buffer_bytes"], 1 << 20) << run;
  }
}

// The test kernel of sim/guest/bare: no firmware tables, pins at the chipset's I/O APIC.
TEST_F(Boot, BareMetal) {
  REQUIRE_GUEST();
  const Result result =
      dmar(fmt::format("vm --kernel {} --timeout 600 --json {}", DMAR_BARE_KERNEL, in("vm.json")));
  EXPECT_EQ(result.status, 0) << result.output;
  std::ifstream file(in("vm.json"));
  const auto json = nlohmann::json::parse(file, nullptr, false);
  ASSERT_TRUE(json.is_object()) << result.output;
  EXPECT_EQ(json["mismatches"], 0);
  EXPECT_EQ(json["qemu_status"], 1);
  EXPECT_GE(json["guest_checks"].size(), 47U);
  EXPECT_GE(json["dma_translated"], 8);
  EXPECT_GE(json["dma_blocked"], 4);
  EXPECT_GE(json["interrupts_remapped"], 10);
  EXPECT_GE(json["interrupts_blocked"], 2);
}

// The same beside a second unit, which sees nothing of it.
TEST_F(Boot, BareMetalWithTwoUnits) {
  REQUIRE_GUEST();
  const Result result = dmar(fmt::format("vm --kernel {} --units 2 --timeout 600 --json {}",
                                         DMAR_BARE_KERNEL, in("vm.json")));
  EXPECT_EQ(result.status, 0) << result.output;
  std::ifstream file(in("vm.json"));
  const auto json = nlohmann::json::parse(file, nullptr, false);
  ASSERT_TRUE(json.is_object()) << result.output;
  EXPECT_EQ(json["mismatches"], 0);
  EXPECT_GE(json["guest_checks"].size(), 48U);
  ASSERT_EQ(json["units"].size(), 2U);
  EXPECT_GE(json["units"][0]["dma_blocked"], 4);
  EXPECT_GE(json["units"][0]["interrupts_remapped"], 10);
  EXPECT_EQ(json["units"][1]["dma_blocked"], 0);
  EXPECT_EQ(json["units"][1]["interrupts"], 0);
}

// An interrupt from the keyboard ends QEMU too, still gives the summary, and leaves nothing behind.
TEST_F(Boot, Interrupted) {
  REQUIRE_GUEST();
  std::filesystem::create_directory(in("tmp"));
  const Result result =
      shell(fmt::format("{{ TMPDIR='{}' '{}' vm --timeout 900 --console-log {} & p=$!; until ls -l "
                        "/proc/$p/fd | grep -q signalfd; do sleep 0.05; done; sleep 2; "
                        "kill -INT $p; wait $p; echo status $?; }}",
                        in("tmp"), DMAR_PROGRAM, in("console")));
  EXPECT_THAT(result.output, HasSubstr("status 1\n"));
  EXPECT_THAT(result.output, HasSubstr("failed: interrupted"));
  EXPECT_THAT(result.output, HasSubstr("The unit\n"));
  EXPECT_TRUE(std::filesystem::is_empty(in("tmp")));
  EXPECT_TRUE(std::filesystem::exists(in("console")));
}

// A kernel that stops names one cause; what it did not come to is no fault of the unit. Its test of
// the timer is left out: it fails when the host has no time for the guest.
TEST_F(Boot, APanicIsOneCause) {
  REQUIRE_GUEST();
  const Result result =
      dmar(fmt::format("vm --qemu {} --qemu-arg=-fake --qemu-arg=panic --megabytes 1 --quiet "
                       "--json {} --console-log {}",
                       DMAR_FAKE_QEMU, in("vm.json"), in("console")));
  EXPECT_EQ(result.status, 1) << result.output;
  std::ifstream file(in("vm.json"));
  const auto json = nlohmann::json::parse(file, nullptr, false);
  ASSERT_TRUE(json.is_object()) << result.output;
  ASSERT_EQ(json["failures"].size(), 1U) << json["failures"];
  EXPECT_THAT(json["failures"].at(0).get<std::string>(),
              HasSubstr("the guest's kernel stopped: Kernel panic - not syncing: timer doesn't "
                        "work through Interrupt-remapped IO-APIC"));
  std::ifstream console(in("console"));
  const std::string text{std::istreambuf_iterator<char>(console), {}};
  EXPECT_THAT(text, HasSubstr(" no_timer_check"));
}

class VmCommandOptions : public Program {
 protected:
  void expect_usage_error(const std::string &options, const std::string &message) {
    const Result result = dmar("vm " + options);
    EXPECT_EQ(result.status, 2) << options;
    EXPECT_THAT(result.output, HasSubstr(message)) << options;
    EXPECT_EQ(files(), 0U) << options;
  }
};

TEST_F(VmCommandOptions, AreChecked) {
  expect_usage_error("--aw 40", "--aw");
  expect_usage_error("--aw 48 --config default", "--aw and --config");
  expect_usage_error("--config nonsense", "nonsense");
  expect_usage_error("--kernel /nonexistent/vmlinuz", "--kernel /nonexistent/vmlinuz");
  expect_usage_error("--initrd /nonexistent/initrd", "--initrd /nonexistent/initrd");
  expect_usage_error("--disk /nonexistent.img", "--disk /nonexistent.img");
  expect_usage_error("--interactive --console", "--console");
  expect_usage_error("--wave-from fault", "--wave");
  expect_usage_error(fmt::format("--wave {} --wave-from sometimes", in("w.fst")), "sometimes");
  expect_usage_error("--record /nonexistent/t.trace", "/nonexistent/t.trace");
  expect_usage_error("--json /nonexistent/t.json", "/nonexistent/t.json");
  expect_usage_error("--memory 1", "--memory");
  std::ofstream(in("disk.img")) << std::string(4096, 'd');
  const std::string image = in("disk.img");
  const auto expect = [&](const std::string &options, const std::string &message) {
    const Result result = dmar("vm " + options);
    EXPECT_EQ(result.status, 2) << options;
    EXPECT_THAT(result.output, HasSubstr(message)) << options;
  };
  expect(fmt::format("--disk {},ahci,ro", image), "cannot be read-only");
  expect(fmt::format("--disk {},ro,ahci", image), "cannot be read-only");
  expect("--disk /nonexistent.img,ahci", "--disk /nonexistent.img: no such disk image");
  expect("--bounce", "--memory 3072 or more");
  expect("--bounce --memory 3071", "--memory 3072 or more");
  expect(fmt::format("--bounce --memory 3072 --disk {}", image), "a disk of its own");
  expect("--bounce --memory 3072 --interactive", "a disk of its own");
  expect("--bounce --memory 3072 --bridge", "a disk of its own");
  expect("--passthrough --no-dma-remapping", "give one of them");
  expect("--rmrr --no-dma-remapping", "--rmrr and --no-dma-remapping");
  expect("--ari", "--ari");
  expect("--sriov disk", "--sriov");
  expect("--sriov net --units 4",
         "--sriov: its segment needs a unit of its own; at most --units 3");
  expect("--sriov edu --passthrough", "--sriov: its tests need domains that translate");
  expect("--sriov edu --no-dma-remapping", "--sriov: its tests need domains that translate");
  expect("--ats --sriov edu", "there is one segment");
  expect("--ats --units 4", "--ats: its segment needs a unit of its own; at most --units 3");
  expect("--ats --passthrough", "--ats: its tests need domains that translate");
  expect("--ats --bounce --memory 3072", "--ats and --bounce");
  expect("--ats --config default", "--ats: configuration default knows no device TLBs (ECAP.DT)");
  expect("--ats --aw 48", "--ats: configuration default knows no device TLBs (ECAP.DT)");
  expect("--units 0", "--units");
  expect("--units 5", "--units");
  expect("--units 4", "--units 4: dmar2 would have no function; at most --units 3 here");
}

// No table tells a bare-metal kernel of it, so it would be tested by nobody.
TEST_F(VmCommandOptions, OfReservedMemoryNeedALinux) {
  const Result result = dmar(fmt::format("vm --kernel {} --rmrr", DMAR_BARE_KERNEL));
  EXPECT_EQ(result.status, 2) << result.output;
  EXPECT_THAT(result.output, AllOf(HasSubstr("--rmrr"), HasSubstr("bare-metal")));
}

TEST_F(VmCommandOptions, NameTheMissingEmulator) {
  REQUIRE_GUEST();
  expect_usage_error("--qemu no-such-emulator", "qemu-system-x86");
}

// An emulator that ends before its guest ran has shown nothing, whatever its status says.
TEST_F(VmCommandOptions, EmulatorThatRefusesItsOptions) {
  REQUIRE_GUEST();
  std::ofstream(in("bare")) << "not a Linux kernel";
  const Result result = dmar(fmt::format("vm --kernel {} --qemu-arg=-nonsense", in("bare")));
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.output, HasSubstr("before the guest ran"));
  EXPECT_THAT(result.output, HasSubstr("invalid option"));
}

}  // namespace
}  // namespace dmar::sim
