// SPDX-License-Identifier: Apache-2.0
// A whole machine around the stand-in for QEMU.
#ifndef DMAR_TESTS_COSIM_RTL_MACHINE_HPP
#define DMAR_TESTS_COSIM_RTL_MACHINE_HPP

#include <gmock/gmock.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "cosim/machine.hpp"
#include "cosim_rtl_fixture.hpp"

namespace dmar::cosim {

class CosimRtlMachine : public testing::Test {
 protected:
  CosimRtlMachine() {
    std::ofstream(image) << std::string(1 << 20, 'd');
    ::alarm(1200);  // no test may hang
  }
  ~CosimRtlMachine() override {
    ::alarm(0);
    machine.reset();
    std::filesystem::remove(image);
  }

  void make(const std::string &behaviour) {
    options.qemu = DMAR_FAKE_QEMU;
    options.kernel = "none";
    options.disks = {{.image = image}};
    options.qemu_arguments = {"-fake", behaviour};
    machine = std::make_unique<Machine>(options, make_default_rtl());
  }
  MachineEnd run(std::optional<std::chrono::seconds> limit = std::chrono::seconds(900),
                 int stop = -1) {
    return machine->run(limit, stop, [this] {
      if (in_progress) in_progress();
    });
  }
  MachineEnd run_as(const std::string &behaviour,
                    std::optional<std::chrono::seconds> limit = std::chrono::seconds(900)) {
    make(behaviour);
    return run(limit);
  }
  Lockstep &unit() { return machine->unit(0).lockstep(); }
  // Ends by itself, with everything as it should be.
  void expect_success(const MachineEnd &end) {
    EXPECT_EQ(end.why, MachineEnd::Why::kGuest) << end.detail;
    EXPECT_EQ(end.qemu.status, 0);
    EXPECT_EQ(end.qemu.signal, 0);
    EXPECT_EQ(end.detail, "");
    EXPECT_THAT(machine->qemu_messages(), testing::Not(testing::HasSubstr("fake: no")))
        << "see above";
    EXPECT_EQ(machine->console().text(), "guest runs\n");
    for (std::size_t i = 0; i < machine->unit_count(); ++i) {
      const Differences &all = machine->unit(i).lockstep().differences();
      EXPECT_EQ(all.count, 0U);
      for (const Difference &d : all.first) {
        ADD_FAILURE() << i << ": " << d.what << ": unit " << d.unit << ", golden " << d.golden;
      }
    }
    if (testing::Test::HasFailure()) fprintf(stderr, "%s", machine->qemu_messages().c_str());
  }

  std::filesystem::path image = std::filesystem::path(testing::TempDir()) /
                                ("machine." + std::to_string(::getpid()) + ".img");
  MachineOptions options;
  std::function<void()> in_progress;
  std::unique_ptr<Machine> machine;
};

}  // namespace dmar::cosim

#endif  // DMAR_TESTS_COSIM_RTL_MACHINE_HPP
