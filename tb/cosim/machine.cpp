// SPDX-License-Identifier: Apache-2.0
// Sets a machine up: units, devices, channels, the emulator. See machine.hpp; how it runs is in
// machine_run.cpp.
#include "cosim/machine.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstring>

#include "cosim/ats_segment.hpp"
#include "cosim/error.hpp"
#include "cosim/proxy_link.hpp"
#include "cosim/qemu_command.hpp"
#include "cosim/sriov_segment.hpp"
#include "cosim/vfio_user_link.hpp"
#include "dmar/registers.hpp"

namespace dmar::cosim {

namespace {

constexpr std::uint16_t kConfigAddress = 0xCF8;
constexpr std::uint16_t kConfigData = 0xCFC;
constexpr std::uint32_t kFirstBar = 0x10;

struct Pair {
  FileDescriptor ours;
  FileDescriptor theirs;
};

Pair make_pair() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    throw CosimError(fmt::format("socketpair: {}", std::strerror(errno)));
  }
  return {FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

// We read without waiting.
Pair make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    throw CosimError(fmt::format("pipe2: {}", std::strerror(errno)));
  }
  ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
  return {FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

// An unnamed file with these contents.
FileDescriptor make_file(const char *name, const std::vector<std::uint8_t> &contents) {
  FileDescriptor file(::memfd_create(name, MFD_CLOEXEC));
  std::size_t done = 0;
  while (file.open() && done < contents.size()) {
    const ssize_t written = ::write(file.raw(), contents.data() + done, contents.size() - done);
    if (written < 0) break;
    done += static_cast<std::size_t>(written);
  }
  if (!file.open() || done != contents.size()) {
    throw CosimError(fmt::format("{}: {}", name, std::strerror(errno)));
  }
  return file;
}

}  // namespace

Machine::Machine(MachineOptions options, const Lockstep::MakeRtl &make_rtl)
    : options_(std::move(options)),
      units_(make_units(make_rtl)),
      ioapic_port_(
          units_.at(unit_of_ioapic(options_.units))->dma().make_port(place::kIoapicSource)),
      ioapic_([this](const Message &message) { ioapic_port_->message(message, nullptr); }),
      pins_([this](unsigned input, bool asserted, unsigned) { ioapic_.set_pin(input, asserted); }),
      chipset_pins_([this](unsigned input, bool asserted, unsigned who) {
        chipset_->set(input, asserted, *functions_.at(who).port);
      }),
      functions_(
          options_,
          [this](const Placement &placement) -> DmaEngine & { return unit_of(placement).dma(); },
          [this](std::size_t function, bool asserted) { device_pin(function, asserted); }),
      segment_(make_segment()) {
  add_windows();
  launch();
  place_windows();
}

Machine::~Machine() {
  functions_.silence();
  if (segment_) segment_->silence();
  // Devices are destroyed with nothing of theirs in flight.
  for (const auto &unit : units_) unit->dma().close();
}

Machine::Units Machine::make_units(const Lockstep::MakeRtl &make_rtl) {
  check_units(options_.units);
  Units units;
  for (std::size_t i = 0; i < options_.units.size(); ++i) {
    units.push_back(std::make_unique<MachineUnit>(
        options_, i, make_rtl, memory_, [this](const Message &message) { inject(message); }));
  }
  return units;
}

std::unique_ptr<Segment> Machine::make_segment() {
  if (!options_.sriov && !options_.ats) return nullptr;
  const std::size_t unit = cosim::unit_of(options_.units, place::kOwnSegment, SourceId{});
  DmaEngine &dma = units_.at(unit)->dma();
  if (options_.ats) return std::make_unique<AtsSegment>(*options_.ats, dma);
  return std::make_unique<SriovSegment>(*options_.sriov, dma, functions_.network());
}

MachineUnit &Machine::unit_of(const Placement &placement) const {
  return *units_.at(cosim::unit_of(options_.units, placement.segment, placement.source));
}

Lockstep *Machine::registers_at(std::uint64_t address) const {
  const auto found = std::ranges::find_if(units_, [&](const auto &unit) {
    return unit->plan().registers == address - address % place::kRegisterPage;
  });
  return found == units_.end() ? nullptr : &(*found)->lockstep();
}

// One for the register pages of all units, which follow each other, one for the I/O APIC.
void Machine::add_windows() {
  const auto last = std::ranges::max(options_.units, {}, &UnitPlan::registers).registers;
  const std::uint32_t pages = (last - place::kRegisters) / place::kRegisterPage + 1;
  unit_function_.add_window(
      0, {.base = place::kRegisters,
          .bytes = std::bit_ceil(pages) * place::kRegisterPage,
          .read = [this](std::uint64_t offset, unsigned bytes) -> std::uint64_t {
            Lockstep *unit = registers_at(place::kRegisters + offset);
            const auto in_page = static_cast<std::uint32_t>(offset % place::kRegisterPage);
            return unit == nullptr ? ~std::uint64_t{0} : unit->read(in_page, bytes);
          },
          .write =
              [this](std::uint64_t offset, unsigned bytes, std::uint64_t value) {
                Lockstep *unit = registers_at(place::kRegisters + offset);
                const auto in_page = static_cast<std::uint32_t>(offset % place::kRegisterPage);
                if (unit != nullptr) unit->write(in_page, bytes, value);
              },
          .reset =
              [this] {
                for (const auto &unit : units_) unit->lockstep().reset();
              }});
  unit_function_.add_window(
      1,
      {.base = place::kIoapic,
       .read = [this](std::uint64_t offset, unsigned bytes) { return ioapic_.read(offset, bytes); },
       .write = [this](std::uint64_t offset, unsigned bytes,
                       std::uint64_t value) { ioapic_.write(offset, bytes, value); },
       .reset = [this] { ioapic_.reset(); }});
  if (!segment_) return;
  unit_function_.add_window(2, segment_->ecam_window());
  unit_function_.add_window(3, segment_->memory_window());
}

void Machine::launch() {
  QemuDescriptors numbers;
  std::vector<FileDescriptor> inherited;
  const auto give = [&inherited](FileDescriptor file) {
    inherited.push_back(std::move(file));
    return inherited.back().raw();
  };
  if (options_.attach == Attach::kVfioUser) {
    sockets_ = std::make_unique<SocketFolder>();
    numbers.sockets = sockets_->path();
  }
  const auto connect = [&](const std::string &id, const std::string &name,
                           devices::PciFunction *function) {
    if (sockets_) {
      proxies_.push_back(
          {std::make_unique<VfioUserLink>(sockets_->path() / id, name, *function), function});
      return -1;
    }
    Pair pair = make_pair();
    proxies_.push_back({std::make_unique<ProxyLink>(std::move(pair.ours), name), function});
    return give(std::move(pair.theirs));
  };
  Pair qtest = make_pair();
  Pair monitor = make_pair();
  numbers.qtest = give(std::move(qtest.theirs));
  numbers.monitor = give(std::move(monitor.theirs));
  qtest_ = std::make_unique<Qtest>(std::move(qtest.ours),
                                   [this](unsigned pin, bool raised) { chipset_pin(pin, raised); });
  qmp_ = std::make_unique<Qmp>(std::move(monitor.ours));
  chipset_ = std::make_unique<ChipsetPin>(*qtest_, *qmp_);
  apic_watch_ = std::make_unique<ApicWatch>(*qtest_, *qmp_);
  if (options_.interactive) {
    FileDescriptor log = make_file("console", {});
    console_ =
        std::make_unique<Console>(FileDescriptor(::dup(log.raw())), Console::Source::kLog, false);
    numbers.console = give(std::move(log));
  } else {
    Pair console = make_pair();
    console_ = std::make_unique<Console>(std::move(console.ours), Console::Source::kSocket,
                                         options_.echo_console);
    numbers.console = give(std::move(console.theirs));
  }
  Pair log = make_pipe();
  numbers.eoi_log = give(std::move(log.theirs));
  eoi_log_ = std::make_unique<EoiLog>(std::move(log.ours));
  numbers.unit = connect("unit", "the unit", &unit_function_);
  for (std::size_t i = 0; i < functions_.count(); ++i) {
    const Functions::Function &function = functions_.at(i);
    numbers.functions.push_back(
        connect(function.placement.id, function.placement.name, function.device));
  }
  if (!options_.initrd.empty()) numbers.initrd = give(make_file("initrd", options_.initrd));
  if (!options_.dmar_table.empty()) {
    numbers.dmar_table = give(make_file("DMAR table", options_.dmar_table));
  }
  if (!options_.madt_table.empty()) {
    numbers.madt_table = give(make_file("MADT", options_.madt_table));
  }
  if (!options_.segment_table.empty()) {
    numbers.segment_table = give(make_file("SSDT", options_.segment_table));
  }
  qemu_ = std::make_unique<QemuProcess>(options_.qemu, qemu_arguments(options_, numbers),
                                        std::move(inherited), options_.interactive);
}

// QEMU is stopped before the first instruction. The BARs are set as firmware would set them, and
// then the function hides, so that they stay where they are.
void Machine::place_windows() {
  const auto configure = [this](std::uint32_t offset, std::uint32_t value) {
    qtest_->out32(kConfigAddress, 0x8000'0000 | (place::kUnitSlot << 11) | offset);
    qtest_->out32(kConfigData, value);
  };
  for (const auto &[bar, window] : unit_function_.windows()) {
    configure(kFirstBar + 4 * bar, window.base);
  }
  configure(0x04, 0x2);  // memory enable
  qtest_->out32(kConfigAddress, 0);
  if (options_.remap_interrupts) qtest_->command("irq_intercept_in ioapic");
  for (const auto &unit : units_) await_version(*unit);
}

// Answers come in the order of the questions, so the last one lets the guest go.
void Machine::await_version(const MachineUnit &unit) {
  qtest_->read32(unit.plan().registers, [this, &unit](std::uint64_t version) {
    const std::uint64_t expected = unit.lockstep().golden().read(reg::kVer, 4);
    if (version != expected) {
      throw CosimError(
          fmt::format("the unit did not appear at {:#x}: its version register read "
                      "{:#x} through QEMU, not {:#x}",
                      unit.plan().registers, version, expected));
    }
    if (&unit != units_.back().get()) return;
    if (memory_.empty()) throw CosimError("QEMU shares no memory with its devices (share=on)");
    unit_function_.hide();
    for (const Proxy &proxy : proxies_) proxy.link->guest_starts();
    sockets_.reset();
    qmp_->execute("cont", [this] { running_ = true; });
  });
}

}  // namespace dmar::cosim
