// SPDX-License-Identifier: Apache-2.0
// How `dmar vm` gets its devices into an emulator: as asked, or as the emulator can.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "program.hpp"

namespace dmar::sim {
namespace {

using ::testing::HasSubstr;

class Attach : public Program {
 protected:
  Attach() {
    std::ofstream(in("kernel")) << "not a Linux kernel";
    std::ofstream(in("disk.img")) << std::string(1 << 20, '\0');
  }
  // The stand-in for QEMU, which says that it has this version.
  std::string emulator(const std::string &version) {
    std::ofstream(in("qemu")) << "#!/bin/sh\ncase \"$1\" in\n-version) echo 'QEMU emulator version "
                              << version << "'; exit;;\nesac\n"
                              << "[ \"$2\" != vfio-user-pci,help ] || exit 0\n"
                              << "exec '" << DMAR_FAKE_QEMU << "' \"$@\"\n";
    std::filesystem::permissions(in("qemu"), std::filesystem::perms::owner_all);
    return in("qemu");
  }
  Result boot(const std::string &options) {
    return dmar(
        fmt::format("vm --kernel {} --disk {} --qemu-arg=-fake --qemu-arg=exit --json {} {}",
                    in("kernel"), in("disk.img"), in("vm.json"), options));
  }
  nlohmann::json result() {
    std::ifstream file(in("vm.json"));
    return nlohmann::json::parse(file, nullptr, false);
  }
};

TEST_F(Attach, IsChosenByTheVersion) {
  for (const auto &[version, way] : {std::pair("7.2.22 (Debian)", "proxy"),
                                     {"9.2.4", "proxy"},
                                     {"10.1.0", "vfio-user"},
                                     {"11.1.3 (Debian)", "vfio-user"}}) {
    SCOPED_TRACE(version);
    const Result run = boot("--qemu " + emulator(version));
    EXPECT_EQ(run.status, 0) << run.output;
    EXPECT_EQ(result()["attach"], way);
  }
}

TEST_F(Attach, IsAsAsked) {
  for (const std::string way : {"proxy", "vfio-user"}) {
    const Result run = boot(fmt::format("--qemu {} --attach {}", emulator("10.0.13"), way));
    EXPECT_EQ(run.status, 0) << run.output;
    EXPECT_EQ(result()["attach"], way);
  }
  const Result run = boot("--attach vfio");
  EXPECT_EQ(run.status, 2);
  EXPECT_THAT(run.output, HasSubstr("--attach"));
}

// QEMU 10.0 has no way. That is said before it is started, and with the way out.
TEST_F(Attach, IsImpossibleWithQemu10_0) {
  const Result run = boot("--qemu " + emulator("10.0.13 (Debian)"));
  EXPECT_EQ(run.status, 2);
  EXPECT_THAT(run.output, HasSubstr("QEMU 10.0 cannot take devices of another process"));
  EXPECT_THAT(run.output, HasSubstr("trixie-backports"));
  EXPECT_FALSE(std::filesystem::exists(in("vm.json")));
}

}  // namespace
}  // namespace dmar::sim
