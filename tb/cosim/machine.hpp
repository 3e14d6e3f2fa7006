// SPDX-License-Identifier: Apache-2.0
// A whole machine: QEMU as CPU, firmware and chipset; its disks, a DMA test device, the I/O APIC
// and the remapping units in this process. One thread, one poll loop, and nothing in it waits for a
// peer.
#ifndef DMAR_COSIM_MACHINE_HPP
#define DMAR_COSIM_MACHINE_HPP

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cosim/apic_watch.hpp"
#include "cosim/chipset_pin.hpp"
#include "cosim/console.hpp"
#include "cosim/device_link.hpp"
#include "cosim/eoi_log.hpp"
#include "cosim/functions.hpp"
#include "cosim/guest_memory.hpp"
#include "cosim/machine_options.hpp"
#include "cosim/machine_unit.hpp"
#include "cosim/pin_board.hpp"
#include "cosim/qemu_process.hpp"
#include "cosim/qmp.hpp"
#include "cosim/qtest.hpp"
#include "cosim/segment.hpp"
#include "cosim/socket_folder.hpp"
#include "cosim/unit_function.hpp"
#include "devices/ioapic.hpp"

namespace dmar::cosim {

struct MachineEnd {
  enum class Why : std::uint8_t {
    kGuest,        // QEMU ended by itself
    kTimeout,      // took too long
    kInterrupted,  // asked to stop
    kMismatch,     // RTL and golden model did not agree
    kBroken,       // QEMU broke its protocol or went away; see `detail`
  };
  Why why = Why::kGuest;
  ProcessEnd qemu = {};
  std::string shutdown_reason = {};  // as QEMU gives it: "guest-shutdown", "guest-reset"
  std::string detail = {};
  double seconds = 0;
};

class Machine {
 public:
  // CosimError when something of it cannot be had. `make_rtl` is asked for each unit.
  Machine(MachineOptions options, const Lockstep::MakeRtl &make_rtl);
  ~Machine();
  Machine(const Machine &) = delete;
  Machine &operator=(const Machine &) = delete;

  // Once. `progress` is called some times a second. `stop_descriptor`, if not negative, asks the
  // machine to stop by becoming readable. No `limit`: as long as it takes.
  MachineEnd run(std::optional<std::chrono::seconds> limit, int stop_descriptor,
                 const std::function<void()> &progress);

  // Called for each line of the serial console.
  void observe_console(std::function<void(std::string_view)> observer) {
    console_->observe_lines(std::move(observer));
  }

  // In the order of the options.
  [[nodiscard]] std::size_t unit_count() const { return units_.size(); }
  [[nodiscard]] MachineUnit &unit(std::size_t number) { return *units_.at(number); }
  // The one that the requests of a function pass.
  [[nodiscard]] MachineUnit &unit_of(const Placement &placement) const;
  [[nodiscard]] const Functions &functions() const { return functions_; }
  // Null when the machine has no PCI segment of its own.
  [[nodiscard]] const Segment *segment() const { return segment_.get(); }
  [[nodiscard]] const Console &console() const { return *console_; }
  [[nodiscard]] std::string qemu_messages() const { return qemu_->messages(); }
  // Interrupts that the emulator had forgotten to give to its CPU; see apic_watch.hpp.
  [[nodiscard]] std::uint64_t forgotten_interrupts() const { return apic_watch_->forgotten(); }
  [[nodiscard]] const std::string &qemu_version() const { return qmp_->version(); }
  // What went wrong outside the units, in sentences.
  [[nodiscard]] std::vector<std::string> device_errors() const;

 private:
  using Clock = std::chrono::steady_clock;
  struct Proxy {
    std::unique_ptr<DeviceLink> link;
    devices::PciFunction *function;
  };

  using Units = std::vector<std::unique_ptr<MachineUnit>>;

  std::unique_ptr<Segment> make_segment();
  Units make_units(const Lockstep::MakeRtl &make_rtl);
  [[nodiscard]] Lockstep *registers_at(std::uint64_t address) const;
  void add_windows();
  void launch();
  void place_windows();
  void await_version(const MachineUnit &unit);
  void serve(Proxy &proxy);
  void answer(Proxy &proxy, DeviceRequest request);
  void take_pins();
  void chipset_pin(unsigned pin, bool raised);
  void device_pin(std::size_t function, bool asserted);
  void inject(const Message &message);
  bool work();
  [[nodiscard]] bool differs() const;
  bool poll_once(bool busy, int stop_descriptor, Clock::time_point deadline);
  std::optional<MachineEnd> ended();
  MachineEnd end_of_qemu(ProcessEnd end);

  MachineOptions options_;
  GuestMemory memory_;
  Units units_;
  std::unique_ptr<devices::DmaPort> ioapic_port_;
  devices::Ioapic ioapic_;
  UnitFunction unit_function_;
  PinBoard pins_;          // to our I/O APIC
  PinBoard chipset_pins_;  // of our devices, to QEMU's
  Functions functions_;
  std::unique_ptr<Segment> segment_;
  std::unique_ptr<SocketFolder> sockets_;  // until the guest runs
  std::vector<Proxy> proxies_;
  std::unique_ptr<Qtest> qtest_;
  std::unique_ptr<Qmp> qmp_;
  std::unique_ptr<Console> console_;
  std::unique_ptr<EoiLog> eoi_log_;
  std::unique_ptr<ChipsetPin> chipset_;
  std::unique_ptr<ApicWatch> apic_watch_;
  std::unique_ptr<QemuProcess> qemu_;
  bool running_ = false;           // the guest has been let go
  bool pausing_ = false;           // a function waits for time to pass
  std::string output_error_;       // what could not be written
  std::uint64_t undelivered_ = 0;  // interrupt messages that no local APIC of QEMU takes
};

}  // namespace dmar::cosim

#endif  // DMAR_COSIM_MACHINE_HPP
