// SPDX-License-Identifier: Apache-2.0
// The program as its users meet it: exit status, output, messages, files. Runs the built program.
#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>

#include "program.hpp"

namespace dmar::sim {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

TEST_F(Program, ReplaysTheLazyTrace) {
  const Result result = dmar(fmt::format("run {} --golden-only --json {}", kLazy, in("r.json")));
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.output, HasSubstr("18,219 DMA requests and 1,144 interrupt messages compared, "
                                       "0 mismatches"));
  EXPECT_THAT(result.output,
              HasSubstr("DMAR: [DMA Write NO_PASID] Request device [00:06.0] fault addr "
                        "0xdeadb000 [fault reason 0x05] PTE Write access is not set"));
  EXPECT_THAT(
      result.output,
      HasSubstr("Note: ECAP: IR is 1, recorded 0; EIM is 1, recorded 0; SC is 1, recorded 0"));
  const auto json = nlohmann::json::parse(std::ifstream(in("r.json")));
  EXPECT_EQ(json.at("dma"), 18219);
  EXPECT_EQ(json.at("interrupts"), 1144);
  EXPECT_EQ(json.at("faults"), 2);
  EXPECT_EQ(json.at("register_reads"), 25);
  EXPECT_EQ(json.at("register_writes"), 87);
  EXPECT_EQ(json.at("status_writes"), 69);
  EXPECT_EQ(json.at("events"), 2);
  EXPECT_EQ(json.at("mismatches"), 0);
  for (const char *key : {"hits", "walks", "table_reads", "cycles"}) {
    EXPECT_TRUE(json.at(key).is_number_integer()) << key;
  }
  EXPECT_EQ(files(), 1U);
}

TEST_F(Program, ReplaysTheTraceWithInterruptRemapping) {
  const Result result =
      dmar(fmt::format("run {} --golden-only --json {}", kRemapping, in("r.json")));
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.output,
              AllOf(HasSubstr("17,515 DMA requests and 7,075 interrupt messages compared, "
                              "0 mismatches"),
                    HasSubstr("7,072 remapped, 0 unchanged, 3 blocked"),
                    HasSubstr("DMAR: [INTR-REMAP] Request device [00:06.0] fault index 0xc8 "
                              "[fault reason 0x22] Present field in the IRTE entry is clear"),
                    HasSubstr("fault index 0x1 [fault reason 0x26]"),
                    HasSubstr("[fault reason 0x25] Blocked a compatibility format interrupt"),
                    HasSubstr("Note: remapped edge-triggered interrupts: the level bit"),
                    HasSubstr("Note: fault record of an interrupt: T1 is 0, recorded 1")));
  const auto json = nlohmann::json::parse(std::ifstream(in("r.json")));
  EXPECT_EQ(json.at("dma"), 17515);
  EXPECT_EQ(json.at("interrupts"), 7075);
  EXPECT_EQ(json.at("interrupts_remapped"), 7072);
  EXPECT_EQ(json.at("interrupts_unchanged"), 0);
  EXPECT_EQ(json.at("interrupts_blocked"), 3);
  EXPECT_EQ(json.at("faults"), 5);
  EXPECT_EQ(json.at("register_writes"), 3769);
  EXPECT_EQ(json.at("status_writes"), 3741);
  EXPECT_EQ(json.at("mismatches"), 0);
}

TEST_F(Program, MismatchGivesStatusOneAndStillTheJson) {
  const std::string file = trace("dma r 0028 2000 16 ok 3000");
  const Result result =
      dmar(fmt::format("run {} --golden-only --quiet --json {}", file, in("r.json")));
  EXPECT_EQ(result.status, 1);
  EXPECT_EQ(result.output, file +
                               ":4: mismatch: dma r 0028 2000 16\n"
                               "  unit      ok 2000\n"
                               "  golden    ok 2000\n"
                               "  recorded  ok 3000\n");
  const auto json = nlohmann::json::parse(std::ifstream(in("r.json")));
  EXPECT_EQ(json.at("mismatches"), 1);
  EXPECT_EQ(json.at("first_mismatches").at(0).at("line"), 4);
}

TEST_F(Program, QuietSuccessSaysNothing) {
  const Result result =
      dmar(fmt::format("run {} --golden-only --quiet", trace("dma r 0028 2000 16 ok 2000")));
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.output, IsEmpty());
}

TEST_F(Program, NoProgressBarWithoutATerminal) {
  const Result result = dmar(fmt::format("run {} --golden-only", kLazy));
  EXPECT_THAT(result.output, ::testing::Not(HasSubstr("\r")));
}

TEST_F(Program, BadTraceNamesFileLineAndField) {
  const std::string file = trace("dma r 0028 20g0 16 ok 2000");
  for (const char *command : {"run --golden-only", "explain --at 3"}) {
    const Result result = dmar(fmt::format("{} {}", command, file));
    EXPECT_EQ(result.status, 2);
    EXPECT_EQ(result.output, fmt::format("dmar: {}:4: field 3 (IOVA): '20g0' is not a "
                                         "hexadecimal number\n",
                                         file));
  }
}

TEST_F(Program, MissingFeatureStopsBeforeAnythingRuns) {
  const std::string file = trace("write 20 8 25f3400");
  const Result result = dmar(fmt::format("run {} --golden-only --json {}", file, in("r.json")));
  EXPECT_EQ(result.status, 2);
  EXPECT_EQ(result.output, fmt::format("dmar: {}:4: write 20 8 25f3400: this build (configuration "
                                       "default) has no scalable mode (RTADDR.TTM=01)\n",
                                       file));
  EXPECT_FALSE(fs::exists(in("r.json")));
}

TEST_F(Program, UnusableTraceFiles) {
  const Result missing = dmar("run --golden-only " + in("none.trace"));
  EXPECT_EQ(missing.status, 2);
  EXPECT_EQ(missing.output, fmt::format("dmar: {}: cannot be opened: No such file or directory\n",
                                        in("none.trace")));
  const Result folder = dmar("run --golden-only " + directory_.string());
  EXPECT_EQ(folder.status, 2);
  EXPECT_THAT(folder.output, HasSubstr("is a directory"));
}

TEST_F(Program, UnusableJsonPathsAreFoundBeforeTheRun) {
  const std::string file = trace("dma r 0028 2000 16 ok 2000");
  const Result folder =
      dmar(fmt::format("run {} --golden-only --json {}", file, directory_.string()));
  EXPECT_EQ(folder.status, 2);
  EXPECT_EQ(folder.output,
            fmt::format("dmar: {}: cannot be written: is a directory\n", directory_.string()));
  const Result nowhere = dmar(fmt::format("run {} --golden-only --json {}", file, in("no/r.json")));
  EXPECT_EQ(nowhere.status, 2);
  EXPECT_EQ(nowhere.output, fmt::format("dmar: {}: cannot be written: No such file or directory\n",
                                        in("no/r.json")));
  EXPECT_EQ(files(), 1U);  // the trace
}

TEST_F(Program, FullDeviceIsReported) {
  const Result result = dmar(
      fmt::format("run {} --golden-only --json /dev/full", trace("dma r 0028 2000 16 ok 2000")));
  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.output, HasSubstr("/dev/full: cannot be written: No space left on device"));
}

TEST_F(Program, OldJsonSurvivesAFailedRun) {
  std::ofstream(in("r.json")) << "old";
  const std::string file = trace("dma r 0028 2000 16 okay 2000");
  EXPECT_EQ(dmar(fmt::format("run {} --golden-only --json {}", file, in("r.json"))).status, 2);
  std::string text;
  std::getline(std::ifstream(in("r.json")), text);
  EXPECT_EQ(text, "old");
}

TEST_F(Program, UsageErrorsHaveStatusTwo) {
  for (const char *arguments :
       {"", "dance", "run", "run --golden-only", "run x --golden-only --wave w.fst",
        "run x --wave-from 3", "run x --mem-latency 0", "run x --seed many", "explain",
        "explain x --sid 00:05.0", "explain x --at 1 --event 1", "registers --config none"}) {
    EXPECT_EQ(dmar(arguments).status, 2) << arguments;
  }
  EXPECT_THAT(dmar(fmt::format("run {} --golden-only --config none", kLazy)).output,
              StartsWith("dmar: --config none: no such configuration; this program has default"));
}

TEST_F(Program, HelpAndVersion) {
  EXPECT_THAT(dmar("--version").output, StartsWith("dmar "));
  const Result help = dmar("--help");
  EXPECT_EQ(help.status, 0);
  EXPECT_THAT(help.output, AllOf(HasSubstr("run"), HasSubstr("explain"), HasSubstr("registers"),
                                 HasSubstr("configs"), HasSubstr("Exit status")));
  for (const char *command : {"run", "explain", "registers", "configs"}) {
    EXPECT_EQ(dmar(fmt::format("{} --help", command)).status, 0) << command;
  }
}

TEST_F(Program, ExplainsARecordedFault) {
  const Result result = dmar(fmt::format("explain {} --at 21708", kLazy));
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.output, AllOf(HasSubstr("write of 64 bytes at 0xdeadb000 by 00:06.0"),
                                   HasSubstr("root entry of bus 00h at 0x25f3000"),
                                   HasSubstr("at 0x25fa300"), HasSubstr("at 0x26bc000"),
                                   HasSubstr("fault 05h"), HasSubstr("Recorded: fault 5.")));
}

TEST_F(Program, ExplainsRecordedInterrupts) {
  const auto explained = [](unsigned line) {
    return dmar(fmt::format("explain {} --at {}", kRemapping, line)).output;
  };
  EXPECT_THAT(explained(33708),
              AllOf(HasSubstr("write of 4 bytes at 0xfee01910 by 00:06.0, data 0x0"),
                    HasSubstr("interrupt entry c8h at 0x4a00c80: 0000000000000000_"),
                    HasSubstr("Verdict: blocked, fault 22h: "),
                    HasSubstr("Linux logs: DMAR: [INTR-REMAP] Request device [00:06.0] fault "
                              "index 0xc8 [fault reason 0x22]"),
                    HasSubstr("Recorded: fault 22.")));
  EXPECT_THAT(explained(33804), AllOf(HasSubstr("requester ff:00.0"), HasSubstr("fault 26h")));
  EXPECT_THAT(explained(33882),
              AllOf(HasSubstr("data 0x4031"), HasSubstr("GSTS.CFIS = 0"), HasSubstr("fault 25h")));
  EXPECT_THAT(explained(43), AllOf(HasSubstr("interrupt entry 1h at 0x4a00010"),
                                   HasSubstr("remapped: 0xfee0100c with data 0x4030"),
                                   HasSubstr("Recorded: ok fee0100c 30.")));
}

TEST_F(Program, ExplainsAnyInterruptAtThatMoment) {
  const auto explained = [](const char *message) {
    return dmar(fmt::format("explain {} --at 33804 --sid ff00 --write --bytes 4 {}", kRemapping,
                            message))
        .output;
  };
  EXPECT_THAT(explained("--iova fee00018 --data 1"), HasSubstr("remapped: 0xfee0100c"));
  EXPECT_THAT(explained("--iova fee00018 --data 10001"), HasSubstr("fault 20h"));
  EXPECT_THAT(explained("--iova fee00018 --data 100000000"),
              HasSubstr("--data 100000000: not a hexadecimal number of 32 bits"));
}

TEST_F(Program, ExplainsAnyRequestAtThatMoment) {
  // Line 21695 changes the page table line that line 21696 uses.
  const std::string request = "--sid 00:05.0 --iova 0xfffdff10 --bytes 16";
  const Result before = dmar(fmt::format("explain {} --at 21695 {}", kLazy, request));
  const Result after = dmar(fmt::format("explain {} --at 21696 {}", kLazy, request));
  EXPECT_EQ(before.status, 0);
  EXPECT_EQ(after.status, 0);
  EXPECT_THAT(after.output, HasSubstr("permitted, goes to 0x1f3d0f10"));
  EXPECT_NE(before.output.substr(before.output.find("Request:")),
            after.output.substr(after.output.find("Request:")));
  const Result write = dmar(fmt::format("explain {} --at 21696 {} --write", kLazy, request));
  EXPECT_THAT(write.output, HasSubstr("blocked, fault 05h"));
}

// The addresses of devices with TLBs: other types of the same request.
TEST_F(Program, ExplainsRequestsOfDevicesWithTlbs) {
  const auto explained = [](const std::string &type) {
    return dmar(fmt::format("explain {} --at 21696 --sid 00:05.0 --iova fffdff10 {}", kLazy, type))
        .output;
  };
  EXPECT_THAT(explained("--translation-request --no-write"),
              AllOf(HasSubstr("read of 8 bytes"), HasSubstr("translation request, no write"),
                    HasSubstr("fault 0Dh")));
  EXPECT_THAT(explained("--translated"), AllOf(HasSubstr(", translated"), HasSubstr("fault 0Dh")));
  EXPECT_THAT(explained("--no-write"), HasSubstr("--translation-request"));
}

TEST_F(Program, ExplainSaysWhatIsWrongWithItsArguments) {
  const auto message = [](const std::string &arguments) {
    const Result result = dmar(fmt::format("explain {} {}", kLazy, arguments));
    EXPECT_EQ(result.status, 2);
    return result.output;
  };
  EXPECT_THAT(message("--at 21709"), HasSubstr("'event fee01004 22' is not a request"));
  EXPECT_THAT(message("--at 21728"), HasSubstr("no event at or after that line"));
  EXPECT_THAT(message("--event 0"), HasSubstr("has events 1 to 21725"));
  EXPECT_THAT(message("--sid 00:32.0 --iova 0"), HasSubstr("not a source id"));
  EXPECT_THAT(message("--sid 28 --iova zz"), HasSubstr("not a hexadecimal address"));
  EXPECT_THAT(message("--sid 28 --iova fff --bytes 2"), HasSubstr("cross a page"));
  EXPECT_THAT(message(""), HasSubstr("nothing to explain"));
}

TEST_F(Program, PrintsTheRegisterMap) {
  const Result text = dmar("registers");
  EXPECT_EQ(text.status, 0);
  EXPECT_THAT(text.output, AllOf(HasSubstr("FECTL"), HasSubstr("FRCDH[7]")));
  const Result markdown = dmar("registers --markdown");
  EXPECT_THAT(markdown.output, AllOf(StartsWith("# Registers\n"),
                                     HasSubstr("| 008h | CAP | 64 | 00D2078C_606F0606h |")));
  std::ifstream page(fs::path(DMAR_DOCS_DIR) / "registers.md");
  const std::string committed{std::istreambuf_iterator<char>(page), {}};
  EXPECT_EQ(markdown.output, committed) << "docs/registers.md is stale: run make docs";
}

TEST_F(Program, ListsConfigurations) {
  const Result result = dmar("configs");
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.output,
              AllOf(StartsWith("default\n"), HasSubstr("CAP 00D2078C606F0606h"),
                    HasSubstr("interrupts      remapped, APIC ids of 8 or 32 bits, masks of up "
                              "to 15 bits")));
}

}  // namespace
}  // namespace dmar::sim
