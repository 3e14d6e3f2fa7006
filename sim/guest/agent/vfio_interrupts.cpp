// SPDX-License-Identifier: Apache-2.0
// Interrupts of the device that arrive in this program: each one once.
#include <linux/vfio.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "kernel_log.hpp"
#include "report.hpp"
#include "settings.hpp"
#include "vfio_bench.hpp"

namespace dmar::agent {

namespace {

constexpr int kPatience = 120'000;  // ms until an interrupt must be there
constexpr int kSilence = 200;       // ms in which no other may come
constexpr unsigned kMsiCount = 32;
constexpr unsigned kPinCount = 8;
constexpr std::uint32_t kDmaDone = 0x100;  // interrupt status after a transfer

class Event {
 public:
  Event() : file_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

  [[nodiscard]] int get() const { return file_.get(); }
  // Interrupts since the last call; waits for the first of them.
  std::uint64_t wait(int milliseconds) {
    pollfd wanted = {file_.get(), POLLIN, 0};
    std::uint64_t count = 0;
    if (poll(&wanted, 1, milliseconds) != 1) return 0;
    return read(file_.get(), &count, sizeof count) == sizeof count ? count : 0;
  }

 private:
  Descriptor file_;
};

// Interrupts by register, one at a time.
struct Tally {
  unsigned wrong = 0;  // that did not arrive exactly once
  std::uint64_t arrived = 0;
};

Tally raise_many(VfioBench &bench, Event &event, unsigned count, bool pin) {
  Tally tally;
  for (unsigned i = 0; i < count; ++i) {
    const std::uint32_t status = 1U << (i % 8);
    bench.edu.raise(status);
    const std::uint64_t arrived = event.wait(kPatience);
    tally.arrived += arrived;
    if (arrived != 1 || bench.edu.interrupt_status() != status) ++tally.wrong;
    bench.edu.acknowledge(status);
    if (pin && !bench.vfio.unmask(VFIO_PCI_INTX_IRQ_INDEX)) ++tally.wrong;
    if (arrived == 0) break;  // it has cost the whole patience
  }
  return tally;
}

void message_interrupts(VfioBench &bench) {
  Event event;
  if (!check(bench.vfio.deliver(VFIO_PCI_MSI_IRQ_INDEX, event.get()), "MSI is set up",
             bench.vfio.error())) {
    return;
  }
  const Tally tally = raise_many(bench, event, kMsiCount, false);
  check(tally.wrong == 0, "every MSI arrives once",
        text("%llu arrived of %u", static_cast<unsigned long long>(tally.arrived), kMsiCount));
  const unsigned long counted = interrupt_count("vfio-msi");
  check(counted == kMsiCount, "the kernel counts every MSI once",
        text("%lu of %u", counted, kMsiCount));
  check(event.wait(kSilence) == 0, "no MSI comes by itself", "one more");

  // The interrupt must not overtake the data.
  Buffer page(kSmallPage);
  constexpr std::uint64_t iova = 0xA000'0000;
  if (!page.valid() || !bench.vfio.map(iova, page.data(), kSmallPage, Vfio::Access::kReadWrite)) {
    check(false, "a page is mapped", bench.vfio.error());
    return;
  }
  const unsigned count = bench.edu.largest();
  bench.window.fill(21);
  bench.move(Edu::Direction::kFromMemory, VfioBench::kWindow, count);
  bench.edu.start(Edu::Direction::kToMemory, iova, count, 0, true);
  const std::uint64_t arrived = event.wait(kPatience);
  unsigned wrong = 0;
  for (std::size_t i = 0; i < count; ++i) wrong += page[i] != bench.window[i] ? 1 : 0;
  check(arrived == 1 && wrong == 0, "data is there when the MSI of its DMA arrives",
        text("%llu interrupts, %u bytes differ", static_cast<unsigned long long>(arrived), wrong));
  bench.edu.acknowledge(kDmaDone);
  bench.edu.finish();
  bench.vfio.unmap(iova, kSmallPage);

  bench.vfio.deliver(VFIO_PCI_MSI_IRQ_INDEX, -1);
  check(event.wait(kSilence) == 0, "no MSI comes after the end", "one more");
}

void pin_interrupts(VfioBench &bench) {
  std::uint8_t pin = 0;
  if (!bench.device.config_read(kPciInterruptPin, &pin, 1) || pin == 0) {
    skip("INTx interrupts", "edu has no interrupt pin");
    return;
  }
  Event event;
  if (!check(bench.vfio.deliver(VFIO_PCI_INTX_IRQ_INDEX, event.get()), "INTx is set up",
             bench.vfio.error())) {
    return;
  }
  const Tally tally = raise_many(bench, event, kPinCount, true);
  check(tally.wrong == 0, "every INTx arrives once",
        text("%llu arrived of %u", static_cast<unsigned long long>(tally.arrived), kPinCount));
  check(event.wait(kSilence) == 0, "no INTx comes by itself", "one more");

  // Level: as long as the device asserts the pin, unmasking is another interrupt.
  bench.edu.raise(1);
  const std::uint64_t first = event.wait(kPatience);
  bench.vfio.unmask(VFIO_PCI_INTX_IRQ_INDEX);
  const std::uint64_t second = event.wait(kPatience);
  check(first == 1 && second == 1, "INTx arrives again while asserted",
        text("%llu and %llu", static_cast<unsigned long long>(first),
             static_cast<unsigned long long>(second)));
  bench.edu.acknowledge(1);
  bench.vfio.unmask(VFIO_PCI_INTX_IRQ_INDEX);
  check(event.wait(kSilence) == 0, "INTx is over when acknowledged", "one more");
  bench.vfio.deliver(VFIO_PCI_INTX_IRQ_INDEX, -1);
}

}  // namespace

void test_vfio_interrupts(VfioBench &bench) {
  message_interrupts(bench);
  if (setting("pins")) {
    pin_interrupts(bench);
  } else {
    skip("INTx interrupts", "not wanted");
  }
}

}  // namespace dmar::agent
