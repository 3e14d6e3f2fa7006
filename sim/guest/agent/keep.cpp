// SPDX-License-Identifier: Apache-2.0
// A device that a program of the host works with, while others try to disturb it.
#include <linux/vfio.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "commands.hpp"
#include "edu.hpp"
#include "files.hpp"
#include "report.hpp"
#include "vfio_bench.hpp"

namespace dmar::agent {

namespace {

constexpr unsigned kPause = 200;         // ms between two rounds
constexpr unsigned kInterruptWait = 60;  // seconds

// What became of the rounds: each moves a page through the device and ends with an interrupt.
struct Rounds {
  unsigned done = 0;
  unsigned wrong = 0;
};

void one_round(VfioBench &bench, int event, Rounds &rounds) {
  const unsigned bytes = bench.edu.largest();
  bench.window.fill(rounds.done + 1);
  bool okay =
      bench.move(Edu::Direction::kFromMemory, VfioBench::kWindow, bytes) && bench.look(bytes);
  bench.edu.raise(1);
  std::uint64_t count = 0;
  const bool arrived =
      wait_until([&] { return read(event, &count, sizeof count) == sizeof count; }, kInterruptWait);
  bench.edu.acknowledge(1);
  okay = okay && arrived && count == 1;
  ++rounds.done;
  rounds.wrong += okay ? 0 : 1;
}

void work(const PciDevice &device, Vfio &vfio, const char *until, const char *name) {
  Edu edu(vfio.bar(0));
  Buffer window(kSmallPage);
  const Descriptor event(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!edu.mapped() || !edu.alive() || !window.valid() ||
      !vfio.map(VfioBench::kWindow, window.data(), kSmallPage, Vfio::Access::kReadWrite) ||
      !vfio.deliver(VFIO_PCI_MSI_IRQ_INDEX, event.get())) {
    check(false, name, "it cannot be used: " + vfio.error());
    return;
  }
  VfioBench bench{device, vfio, edu, window};
  Rounds rounds;
  while (access(until, F_OK) != 0) {
    one_round(bench, event.get(), rounds);
    if (rounds.done == 1) info("the device is at work");
    sleep_ms(kPause);
  }
  vfio.deliver(VFIO_PCI_MSI_IRQ_INDEX, -1);
  check(rounds.done != 0 && rounds.wrong == 0, name,
        text("%u of %u rounds went wrong", rounds.wrong, rounds.done));
}

}  // namespace

// FILE NAME: works with the device until FILE is there: data arrives and each interrupt comes once.
bool keep_command(Arguments arguments) {
  if (arguments.size() != 2) return false;
  const std::vector<PciDevice> found = find_edus();
  if (!check(!found.empty(), arguments[1], "there is no edu")) return true;
  Vfio vfio(found.front());
  if (!vfio.bind() || !vfio.claim() || !vfio.open() || !vfio.enable()) {
    check(false, arguments[1], "VFIO does not give it: " + vfio.error());
    return true;
  }
  work(found.front(), vfio, arguments[0], arguments[1]);
  return true;
}

}  // namespace dmar::agent
