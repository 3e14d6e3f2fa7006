// SPDX-License-Identifier: Apache-2.0
// Which way devices get into which QEMU.
#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "cosim/attach.hpp"
#include "cosim_support.hpp"

namespace dmar::cosim {
namespace {

using testing::HasSubstr;

TEST(AttachName, GoesBothWays) {
  for (const Attach attach : {Attach::kProxy, Attach::kVfioUser}) {
    EXPECT_EQ(attach_named(name_of(attach)), attach);
  }
  EXPECT_STREQ(name_of(Attach::kVfioUser), "vfio-user");
  for (const char *other : {"", "vfio", "Proxy", "proxy "}) EXPECT_FALSE(attach_named(other));
}

TEST(QemuVersionText, IsFoundInWhatQemuPrints) {
  const auto found = qemu_version_in(
      "QEMU emulator version 10.0.13 (Debian 1:10.0.13+ds-0+deb13u1)\nCopyright (c) 2003-2025\n");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->major, 10U);
  EXPECT_EQ(found->minor, 0U);
  EXPECT_EQ(qemu_version_in("a warning\nQEMU emulator version 7.2.22 (Debian)")->minor, 2U);
  EXPECT_EQ(qemu_version_in("QEMU emulator version 11.1")->minor, 1U);
  for (const char *other : {"", "busybox 1.36", "QEMU emulator version ",
                            "QEMU emulator version x.1", "QEMU emulator version 11",
                            "QEMU emulator version 11.x", "QEMU emulator version 99999999999.1"}) {
    EXPECT_FALSE(qemu_version_in(other)) << other;
  }
}

// Programs that answer as QEMU does.
class ChooseAttach : public testing::Test {
 protected:
  ~ChooseAttach() override {
    std::filesystem::remove(program);
    std::filesystem::remove(asked);
  }
  Attach choose(const std::string &version, bool has_vfio_user) {
    std::ofstream(program) << "#!/bin/sh\necho \"$@\" >> '" << asked.native() << "'\n"
                           << "case \"$1\" in\n-version) echo '" << version << "';;\n"
                           << "-device) exit " << (has_vfio_user ? 0 : 1) << ";;\nesac\n";
    std::filesystem::permissions(program, std::filesystem::perms::owner_all);
    return choose_attach(program);
  }
  // Everything that the program was asked.
  [[nodiscard]] std::string questions() const {
    std::ifstream file(asked);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  std::filesystem::path program =
      std::filesystem::path(testing::TempDir()) / ("qemu." + std::to_string(::getpid()));
  std::filesystem::path asked = program.string() + ".asked";
};

TEST_F(ChooseAttach, TakesProxiesForQemu7) {
  EXPECT_EQ(choose("QEMU emulator version 7.2.22 (Debian)", false), Attach::kProxy);
  EXPECT_EQ(questions(), "-version\n");  // and no more
}

TEST_F(ChooseAttach, TakesVfioUserFromQemu10_1On) {
  for (const char *version : {"10.1.0", "10.2.1", "11.0.0", "11.1.3", "12.0.0"}) {
    EXPECT_EQ(choose(std::string("QEMU emulator version ") + version, true), Attach::kVfioUser);
  }
  EXPECT_THAT(questions(), testing::StartsWith("-version\n-device vfio-user-pci,help\n-version"));
}

TEST_F(ChooseAttach, KnowsThatQemu10_0HasNeither) {
  const std::string error =
      error_of([&] { choose("QEMU emulator version 10.0.13 (Debian)", true); });
  EXPECT_THAT(error, HasSubstr("QEMU 10.0 cannot take devices of another process"));
  EXPECT_THAT(error, HasSubstr("trixie-backports"));
  EXPECT_THAT(error, HasSubstr("--qemu PROGRAM"));
  EXPECT_EQ(questions(), "-version\n");  // it was not started for more
}

TEST_F(ChooseAttach, SaysThatADeviceIsMissing) {
  const std::string error = error_of([&] { choose("QEMU emulator version 11.1.3", false); });
  EXPECT_THAT(error, HasSubstr("QEMU 11.1 was built without vfio-user-pci"));
  EXPECT_THAT(error, HasSubstr("--qemu PROGRAM"));
}

TEST_F(ChooseAttach, TakesWhatTellsNothingForOld) {
  EXPECT_EQ(choose("hello", true), Attach::kProxy);
  EXPECT_THAT(error_of([] { choose_attach("/no/such/qemu"); }),
              HasSubstr("/no/such/qemu: no such program"));
}

}  // namespace
}  // namespace dmar::cosim
