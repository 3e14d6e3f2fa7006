// SPDX-License-Identifier: Apache-2.0
// Looks after a weakness of the emulator. QEMU 7.2 clears a flag of its CPU without a lock when a
// virtual machine of the guest stops (TCG, SVM). If its local APIC sets another flag of the same
// word at that moment, "an interrupt is pending" is lost: the interrupt stays in the request
// register, and the CPU is not told. When the CPU then halts it may stand still for ever, since its
// timer, which would wake it, is what it was not told of.
//
// So when a guest has done nothing for a while, its local APIC is looked at several times. If the
// same interrupt is pending each time, it is announced once more. The request bit is set already,
// so software sees nothing that it was not owed. Only for that the guest is stopped for a moment.
// That goes for a CPU that runs, too: it may wait in a loop. But on a slow host its timer may also
// be due again whenever one looks, so only a CPU that had halted counts as forgotten.
#ifndef DMAR_COSIM_APIC_WATCH_HPP
#define DMAR_COSIM_APIC_WATCH_HPP

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "cosim/qmp.hpp"
#include "cosim/qtest.hpp"

namespace dmar::cosim {

class ApicWatch {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds kQuiet{1000};
  // A CPU that has no time to take an interrupt takes it between two of so many looks.
  static constexpr unsigned kLooks = 5;
  static constexpr std::chrono::milliseconds kBetweenLooks{250};

  struct Pending {
    std::uint8_t vector = 0;
    bool level = false;

    friend bool operator==(const Pending &, const Pending &) = default;
  };
  // The pending interrupt of the highest priority in what the monitor's `info lapic` prints.
  static std::optional<Pending> highest_pending(std::string_view text);

  ApicWatch(Qtest &qtest, Qmp &qmp) : qtest_(qtest), qmp_(qmp) {}

  // The guest has done something.
  void active(Clock::time_point now) {
    next_look_ = now + kQuiet;
    seen_ = 0;
  }
  // Call it now and then while the guest runs.
  void proceed(Clock::time_point now);

  // Interrupts that were pending at all looks while the CPU had halted.
  [[nodiscard]] std::uint64_t forgotten() const { return forgotten_; }

 private:
  void look();
  void looked(std::optional<Pending> pending);
  void announce();

  Qtest &qtest_;
  Qmp &qmp_;
  std::optional<Clock::time_point> next_look_;
  bool looking_ = false;
  std::optional<Pending> pending_;  // at the last look
  unsigned seen_ = 0;               // at so many looks in a row
  bool halted_ = false;             // when the guest was stopped
  std::uint64_t forgotten_ = 0;
};

}  // namespace dmar::cosim

#endif  // DMAR_COSIM_APIC_WATCH_HPP
