// SPDX-License-Identifier: Apache-2.0
// Nothing that a command writes is lost in silence, and nothing that it reads is overwritten: equal
// files, full disks, closed standard streams; and input from standard input.
#include <gmock/gmock.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "option_cases.hpp"

namespace dmar::sim {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Outputs : public EveryOption {
 protected:
  // Two options with what ends in one file, in all the ways to write that.
  void expect_refusals(const OptionCase &one, const OptionCase &other) {
    const bool there = one.is_input() || other.is_input();
    const std::string file = in("same");
    const std::string again = in("./same");
    const std::string link = in("link");
    const std::string hard = in("hard");
    const std::string content = there ? contents(good_value(one.is_input() ? one : other)) : "";
    if (there) std::ofstream(file, std::ios::binary) << content;
    fs::create_symlink("same", link);  // leads to nothing when there is no file
    std::vector<std::string> names{file, again, link};
    if (there) {
      fs::create_hard_link(file, hard);
      names.push_back(hard);
    }
    for (const std::string &name : names) {
      const Result result = run(one, {{one.name, file}, {other.name, name}});
      const std::string what = one.title() + " and " + other.title() + " " + name;
      EXPECT_EQ(result.status, 2) << what << ":\n" << result.output;
      EXPECT_THAT(result.output, AllOf(HasSubstr(one.name), HasSubstr(other.name))) << what;
      EXPECT_EQ(fs::exists(file), there) << what;
      if (there) {
        EXPECT_EQ(contents(file), content) << what;
      }
    }
    for (const std::string &name : {file, link, hard}) fs::remove(name);
  }
};

TEST_F(Outputs, OfEveryCommandAreNeverInputsOrEachOther) {
  unsigned pairs = 0;
  const auto all = options();
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const bool files = all[i].takes_file() && all[j].takes_file();
      if (all[i].command != all[j].command || !files) continue;
      if (all[i].is_input() && all[j].is_input()) continue;
      expect_refusals(all[j], all[i]);
      ++pairs;
    }
  }
  EXPECT_GE(pairs, 3U + 6 + 12 + 6 + 10);  // run; vm: outputs, with inputs; acpi; vms
}

TEST_F(Outputs, NameTheFileThatIsUsedTwice) {
  const std::string file = in("t.trace");
  const Result result = dmar(fmt::format("run {} --golden-only --json {}", file, file));
  EXPECT_EQ(result.status, 2);
  EXPECT_EQ(result.output, fmt::format("dmar: TRACE {0} and --json {0} are the same file\n", file));
}

TEST_F(Outputs, AreNotStandardOutputOrTheFileBehindStandardInput) {
  const std::string file = in("t.trace");
  const std::string before = contents(file);
  for (const std::string &arguments :
       {fmt::format("run {0} --golden-only >>{0}", file),
        fmt::format("run - --golden-only --json {0} <{0}", file),
        fmt::format("run - --golden-only <{0} >>{0}", file),
        fmt::format("run {0} --golden-only --json {1} >{1}", file, in("out")),
        fmt::format("acpi --read - --json {0} <{0}", file)}) {
    const Result result = shell(fmt::format("{{ '{}' {}; }}", DMAR_PROGRAM, arguments));
    EXPECT_EQ(result.status, 2) << arguments;
    EXPECT_THAT(result.output, HasSubstr("are the same file")) << arguments;
    EXPECT_EQ(contents(file), before) << arguments;
  }
}

TEST_F(Outputs, DoNotMixOnStandardOutput) {
  EXPECT_THAT(dmar("acpi --out - --body -").output,
              HasSubstr("--out - and --body - both go to standard output"));
  EXPECT_THAT(dmar("acpi --hex --json -").output,
              HasSubstr("--hex and --json - both go to standard output"));
  const Result nothing = dmar("acpi --out /dev/null --json /dev/null");
  EXPECT_EQ(nothing.status, 0) << nothing.output;
}

TEST_F(Outputs, AreNotWrittenIntoAFolderThatHasSuchFiles) {
  fs::create_directory(in("folder"));
  const Result result = dmar(
      fmt::format("fuzz --runs 1 --out {} --json {}", in("folder"), in("folder/default-1.txt")));
  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.output, AllOf(HasSubstr("--out"), HasSubstr("--json")));
}

TEST_F(Outputs, ThroughALinkReachTheFileBehindIt) {
  fs::create_symlink("behind", in("link"));
  const std::string file = in("t.trace");
  for (int i = 0; i < 2; ++i) {  // not there yet, and there
    EXPECT_EQ(dmar(fmt::format("run {} --golden-only --json {}", file, in("link"))).status, 0);
    EXPECT_TRUE(fs::is_symlink(in("link")));
    EXPECT_THAT(contents(in("behind")), HasSubstr("\"dma\": 2"));
  }
}

// Standard output of every command that ends soon.
TEST_F(Outputs, ToAFullDeviceAreAnError) {
  for (const std::string &arguments :
       {std::string("--help"), std::string("--version"), std::string("configs"),
        std::string("registers"), std::string("registers --markdown"), std::string("options"),
        std::string("fuzz --list"), std::string("acpi"), std::string("acpi --hex"),
        std::string("acpi --out -"), fmt::format("acpi --read {}", in("table.aml")),
        fmt::format("run {} --golden-only", in("t.trace")),
        fmt::format("explain {} --at 4", in("t.trace")),
        fmt::format("fuzz --config default --runs 1 --cycles 500 --out {}", in("out"))}) {
    const Result result = shell(fmt::format("{{ '{}' {} >/dev/full; }}", DMAR_PROGRAM, arguments));
    EXPECT_EQ(result.status, 2) << arguments;
    EXPECT_THAT(result.output,
                HasSubstr("dmar: standard output: cannot be written: No space left on device\n"))
        << arguments;
  }
}

// What can be written is, and the first message is not the last.
TEST_F(Outputs, OneThatFailsLeavesTheOthers) {
  const Result result = shell(fmt::format("{{ '{}' run {} --golden-only --json {} >/dev/full; }}",
                                          DMAR_PROGRAM, in("t.trace"), in("r.json")));
  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(contents(in("r.json")), HasSubstr("\"mismatches\": 0"));
  const Result other = dmar(fmt::format("run {} --golden-only --json /dev/full", in("t.trace")));
  EXPECT_EQ(other.status, 2);
  EXPECT_THAT(other.output, HasSubstr("2 DMA requests and 0 interrupt messages compared"));
}

// Files that can only have 4 KiB, as on a disk that fills up under way.
TEST_F(Outputs, CutOffByADiskThatFillsUpAreErrorsAndLeaveNothing) {
  const std::size_t before = files();
  for (const std::string &arguments :
       {fmt::format("run {} --quiet --wave {}", in("t.trace"), in("w.fst")),
        fmt::format("vm --qemu {} --kernel {} --disk {} --qemu-arg=-fake --qemu-arg=exit --wave {} "
                    "--wave-from 0",
                    DMAR_FAKE_QEMU, in("kernel"), in("disk.img"), in("w.fst"))}) {
    const Result result =
        shell(fmt::format("{{ ulimit -f 8; '{}' {}; }}", DMAR_PROGRAM, arguments));
    EXPECT_EQ(result.status, 2) << arguments << "\n" << result.output;
    EXPECT_THAT(result.output, HasSubstr(in("w.fst") + ": cannot be written: no space left"));
    EXPECT_EQ(files(), before) << arguments;
  }
  const std::string madt = "acpi --madt --cpus 255 --json " + in("t.json");
  const Result text = shell(fmt::format("{{ ulimit -f 8; '{}' {}; }}", DMAR_PROGRAM, madt));
  EXPECT_EQ(text.status, 2);
  EXPECT_THAT(text.output, HasSubstr(in("t.json") + ": cannot be written: File too large"));
  EXPECT_EQ(files(), before);
}

// The files that the writer maps have their space here, the wave itself has not.
TEST_F(Outputs, OfAWaveAreWholeOrAnError) {
  const auto run = [&](const char *limit) {
    return shell(
        fmt::format("{{ gunzip -c {} | head -n 500 | {{ {} '{}' run - --quiet --wave {}; }}; }}",
                    kLazy, limit, DMAR_PROGRAM, in("w.fst")));
  };
  EXPECT_EQ(run("").status, 0);
  ASSERT_GT(fs::file_size(in("w.fst")), 1U << 20);
  fs::remove(in("w.fst"));
  const std::size_t before = files();
  const Result result = run("ulimit -f 2048;");
  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.output, HasSubstr(in("w.fst") + ": cannot be written: no space left"));
  EXPECT_EQ(files(), before);
}

// A disk of 64 KiB. Making one needs rights that not everybody has.
TEST_F(Outputs, OnAFullDiskAreErrorsAndLeaveNothing) {
  fs::create_directory(in("disk"));
  const std::string user = shell("unshare -m true").status == 0 ? "" : "-r";
  const auto on_disk = [&](const std::string &arguments) {
    return shell(
        fmt::format("unshare {} -m sh -c 'mount -t tmpfs -o size=64k tmpfs {} && "
                    "head -c 65536 /dev/zero >{}/full; {} {}; echo status $?; ls {}'",
                    user, in("disk"), in("disk"), DMAR_PROGRAM, arguments, in("disk")));
  };
  if (on_disk("--version").output.find("status 0\nfull\n") == std::string::npos) {
    GTEST_SKIP() << "NO FULL DISK WAS TRIED: no file system can be mounted here";
  }
  const std::string run = fmt::format("run {} --quiet", in("t.trace"));
  for (const std::string &arguments :
       {run + " --json " + in("disk/r.json"), run + " --wave " + in("disk/w.fst"),
        "acpi --out " + in("disk/t.aml"), "acpi --body " + in("disk/t.aml"),
        fmt::format(
            "vm --qemu {} --kernel {} --disk {} --qemu-arg=-fake --qemu-arg=exit --record {}",
            DMAR_FAKE_QEMU, in("kernel"), in("disk.img"), in("disk/r.trace")),
        fmt::format("fuzz --runs 1 --cycles 500 --config default --json {}", in("disk/f.json"))}) {
    const Result result = on_disk(arguments);
    EXPECT_THAT(result.output, HasSubstr("status 2\nfull\n")) << arguments;
    EXPECT_THAT(result.output, HasSubstr("dmar: " + in("disk/"))) << arguments;
  }
}

// The device stays what it is.
TEST_F(Outputs, DoNotReplaceDevices) {
  for (const std::string &arguments :
       {fmt::format("run {} --wave /dev/full", in("t.trace")),
        fmt::format("run {} --golden-only --json /dev/full", in("t.trace")),
        fmt::format("vm --qemu {} --kernel {} --disk {} --qemu-arg=-fake --qemu-arg=exit "
                    "--record /dev/full",
                    DMAR_FAKE_QEMU, in("kernel"), in("disk.img"))}) {
    const Result result = dmar(arguments);
    EXPECT_EQ(result.status, 2) << arguments << result.output;
    EXPECT_THAT(result.output, HasSubstr("/dev/full: ")) << arguments;
    EXPECT_TRUE(fs::is_character_file("/dev/full")) << arguments;
  }
}

TEST_F(Outputs, ClosedStandardStreamsStopNothing) {
  const std::string mismatch = trace("dma r 0028 2000 16 ok 3000");
  const std::string json = in("r.json");
  const auto status = [&](const std::string &arguments, const std::string &closed) {
    const Result result = shell(fmt::format("{{ '{}' {} {}; echo $? >{}; }}", DMAR_PROGRAM,
                                            arguments, closed, in("status")));
    return result.output + contents(in("status"));
  };
  const std::string run = fmt::format("run {} --golden-only --json {} ", mismatch, json);
  EXPECT_EQ(status(run + "--quiet", "2>&-"), "1\n");
  // Not one byte of a message went into the file that was opened next.
  EXPECT_TRUE(nlohmann::json::accept(contents(json)));
  EXPECT_EQ(status(run + "--quiet", ">&- 2>&-"), "1\n");
  EXPECT_EQ(status(run + "--quiet", "<&- >&- 2>&-"), "1\n");
  EXPECT_THAT(status(run, ">&-"), HasSubstr("standard output: cannot be written"));
  EXPECT_TRUE(nlohmann::json::accept(contents(json)));
  EXPECT_EQ(status("dance", "2>&-"), "2\n");
  EXPECT_EQ(status("run /nonexistent/file", "2>&-"), "2\n");
  EXPECT_EQ(status("acpi --hex", "2>/dev/full >/dev/null"), "0\n");  // a note is lost
}

// The record is the first file to be opened: it must not become the closed standard output.
TEST_F(Outputs, AClosedStandardStreamDoesNotBecomeAFile) {
  shell(
      fmt::format("{{ '{}' vm --qemu {} --kernel {} --disk {} --qemu-arg=-fake --qemu-arg=exit "
                  "--console --record {} >&-; }}",
                  DMAR_PROGRAM, DMAR_FAKE_QEMU, in("kernel"), in("disk.img"), in("r.trace")));
  EXPECT_THAT(contents(in("r.trace")),
              AllOf(HasSubstr("unit ver"), ::testing::Not(HasSubstr("guest runs"))));
}

// A reader that goes away ends the program in silence, as it is usual in a pipe.
TEST_F(Outputs, IntoAPipeThatClosesAreNoMessage) {
  const Result result =
      shell(fmt::format("{{ '{}' options; echo status $? >{}; }} | true", DMAR_PROGRAM, in("s")));
  EXPECT_THAT(result.output, IsEmpty());
}

TEST_F(Outputs, StandardInputIsATraceOrATable) {
  const std::string golden = "--golden-only";
  const Result plain = shell(fmt::format("'{}' run - {} <{}", DMAR_PROGRAM, golden, in("t.trace")));
  EXPECT_EQ(plain.status, 0) << plain.output;
  EXPECT_THAT(plain.output, HasSubstr("Trace standard input\n"));
  const Result piped = shell(fmt::format("cat {} | '{}' run - {}", kLazy, DMAR_PROGRAM, golden));
  EXPECT_EQ(piped.status, 0);
  EXPECT_THAT(piped.output, HasSubstr("18,219 DMA requests"));
  const Result explained =
      shell(fmt::format("cat {} | '{}' explain - --at 21708", kLazy, DMAR_PROGRAM));
  EXPECT_EQ(explained.status, 0);
  EXPECT_THAT(explained.output, HasSubstr("standard input:21708: "));
  const Result table =
      shell(fmt::format("'{}' acpi --out - | '{}' acpi --read -", DMAR_PROGRAM, DMAR_PROGRAM));
  EXPECT_EQ(table.status, 0);
  EXPECT_THAT(table.output, HasSubstr("standard input: 64 bytes, 0 problems, 1 note\n"));
  const Result bad = shell(fmt::format("echo nonsense | '{}' run - {}", DMAR_PROGRAM, golden));
  EXPECT_EQ(bad.status, 2);
  EXPECT_THAT(bad.output, HasSubstr("dmar: standard input:1: "));
  for (const char *arguments : {"run -", "explain - --at 1", "acpi --read -"}) {
    const Result closed = shell(fmt::format("{{ '{}' {} <&-; }}", DMAR_PROGRAM, arguments));
    EXPECT_EQ(closed.status, 2) << arguments;
    EXPECT_THAT(closed.output, HasSubstr("cannot be read: Bad file descriptor")) << arguments;
  }
}

TEST_F(Outputs, ARunThatWouldShowNothingIsRefused) {
  const std::string run = fmt::format("run {} --wave {} ", in("t.trace"), in("w.fst"));
  EXPECT_THAT(dmar(run + "--wave-from 900").output,
              AllOf(HasSubstr("--wave-from 900: no event"), HasSubstr("from line 2 to 4")));
  EXPECT_EQ(dmar(run + "--wave-to 1").status, 2);
  EXPECT_EQ(dmar(run + "--wave-from 4").status, 0);
  std::ofstream(in("empty.trace")) << "unit ver 10 cap d2078c606f0606 ecap f05043\nread 0 4 10\n";
  const Result nothing = dmar(fmt::format("run {} --golden-only", in("empty.trace")));
  EXPECT_EQ(nothing.status, 2);
  EXPECT_THAT(nothing.output, HasSubstr("empty.trace: no DMA request and no interrupt message"));
}

TEST_F(Outputs, AMachineWithoutInterruptRemappingSaysHowToBootIt) {
  const Result result =
      dmar(fmt::format("vm --config bare --initrd {} --qemu {}", in("initrd"), DMAR_FAKE_QEMU));
  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(
      result.output,
      HasSubstr(has_config("bare") ? "configuration bare does not remap interrupts: boot it "
                                     "with --no-intremap"
                                   : "built without configuration bare"));
}

}  // namespace
}  // namespace dmar::sim
