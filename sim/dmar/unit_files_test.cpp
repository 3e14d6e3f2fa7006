// SPDX-License-Identifier: Apache-2.0
// Further units write files whose names no option says. They are outputs like others.
#include <gmock/gmock.h>

#include "program.hpp"

namespace dmar::sim {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class FilesOfUnits : public Program {
 protected:
  FilesOfUnits() {
    std::ofstream(in("kernel")) << "not a Linux kernel";
    std::ofstream(in("disk.img")) << std::string(1 << 20, '\0');
  }
  Result boot(const std::string &options) {
    return dmar(
        fmt::format("vm --qemu {} --kernel {} --disk {} --qemu-arg=-fake --qemu-arg=exit {}",
                    DMAR_FAKE_QEMU, in("kernel"), in("disk.img"), options));
  }
};

TEST_F(FilesOfUnits, AreNotOtherOutputs) {
  for (const char *option : {"--json", "--report", "--timeline", "--console-log"}) {
    const Result result = boot(fmt::format("--units 2 --record {} {} {}", in("boot.trace"), option,
                                           in("boot.unit1.trace")));
    EXPECT_EQ(result.status, 2) << result.output;
    EXPECT_THAT(result.output,
                AllOf(HasSubstr("--record"), HasSubstr(option), HasSubstr("the same file")));
    EXPECT_FALSE(std::filesystem::exists(in("boot.unit1.trace"))) << option;
  }
}

TEST_F(FilesOfUnits, AreNotInputs) {
  std::ofstream(in("w.unit1.fst")) << std::string(1 << 20, 'd');
  const Result result = boot(
      fmt::format("--units 2 --wave {} --wave-from 0 --disk {}", in("w.fst"), in("w.unit1.fst")));
  EXPECT_EQ(result.status, 2) << result.output;
  EXPECT_THAT(result.output, AllOf(HasSubstr("--wave"), HasSubstr("--disk")));
  EXPECT_EQ(std::filesystem::file_size(in("w.unit1.fst")), 1U << 20);
}

// The segment of --sriov has a unit of its own.
TEST_F(FilesOfUnits, ThatCannotBeWrittenAreSaidBeforeTheMachineRuns) {
  for (const char *units : {"--units 2", "--sriov edu"}) {
    std::filesystem::create_directory(in("w.unit1.fst"));
    const Result result = boot(fmt::format("{} --wave {} --wave-from 0", units, in("w.fst")));
    EXPECT_EQ(result.status, 2) << result.output;
    EXPECT_THAT(result.output, HasSubstr("w.unit1.fst: cannot be written: is a directory"));
    EXPECT_FALSE(std::filesystem::exists(in("w.fst")));
    std::filesystem::remove(in("w.unit1.fst"));
  }
}

TEST_F(FilesOfUnits, GoNowhereTogether) {
  const Result result = boot("--units 2 --record /dev/null");
  EXPECT_EQ(result.status, 0) << result.output;
  EXPECT_FALSE(std::filesystem::exists("/dev/null.unit1"));
}

}  // namespace
}  // namespace dmar::sim
