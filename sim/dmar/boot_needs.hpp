// SPDX-License-Identifier: Apache-2.0
// What a test needs that boots Linux; without it the test is skipped, and says why.
#ifndef DMAR_SIM_BOOT_NEEDS_HPP
#define DMAR_SIM_BOOT_NEEDS_HPP

#include <gtest/gtest.h>

#include <string>

#include "program.hpp"

namespace dmar::sim {

inline bool have_guest() {
  const Result found =
      shell("command -v qemu-system-x86_64 && test -x /bin/busybox && ls -d /lib/modules/*-amd64");
  return found.status == 0;
}

// 10.0 has no way to take our devices; the releases before it have the one, those after it the
// other.
inline bool have_emulator() {
  if (shell("qemu-system-x86_64 -device vfio-user-pci,help").status == 0) return true;
  const Result version = shell("qemu-system-x86_64 --version | grep -oE 'version [0-9]+'");
  return std::stoi(version.output.substr(version.output.find(' ') + 1)) < 10;
}

#define REQUIRE_GUEST()                                                                    \
  if (!have_guest())                                                                       \
    GTEST_SKIP()                                                                           \
        << "NO LINUX WAS BOOTED: qemu-system-x86, busybox-static or linux-image-amd64 is " \
           "missing and could not be installed";                                           \
  if (!have_emulator())                                                                    \
  GTEST_SKIP() << "NO LINUX WAS BOOTED: this QEMU takes no devices of another process"

}  // namespace dmar::sim

#endif  // DMAR_SIM_BOOT_NEEDS_HPP
