// SPDX-License-Identifier: Apache-2.0
// See machine.hpp.
#include "cosim/machine.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <iterator>

#include "cosim/error.hpp"
#include "cosim/proxy_link.hpp"
#include "cosim/qemu_command.hpp"
#include "cosim/vfio_user_link.hpp"
#include "dmar/registers.hpp"

namespace dmar::cosim {

namespace {

constexpr std::chrono::milliseconds kProgress{200};
constexpr std::chrono::milliseconds kPause{1};          // while a function waits for time to pass
constexpr std::chrono::milliseconds kPatience{10'000};  // for an emulator that was asked to end
constexpr std::uint16_t kConfigAddress = 0xCF8;
constexpr std::uint16_t kConfigData = 0xCFC;
constexpr std::uint32_t kFirstBar = 0x10;
constexpr std::uint32_t kInterruptLine = 0x3C;
constexpr unsigned kTimerInput = 2;  // of the I/O APIC; QEMU reports the timer as pin 0

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

std::uint64_t microseconds_now() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(now).count());
}

constexpr unsigned kChipset = 101;  // its number on the pin board; functions count from 0

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
  if (!options_.sriov) return nullptr;
  const std::size_t unit = cosim::unit_of(options_.units, place::kOwnSegment, SourceId{});
  return std::make_unique<Segment>(*options_.sriov, units_.at(unit)->dma(), functions_.network());
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

void Machine::chipset_pin(unsigned pin, bool raised) {
  if (options_.remap_interrupts) pins_.set(kChipset, pin == 0 ? kTimerInput : pin, raised);
}

// Operating systems find one of the two I/O APICs in the ACPI tables. A bare-metal kernel may use
// either: QEMU's, at the input in the interrupt line byte, which firmware wrote, or ours.
void Machine::device_pin(std::size_t function, bool asserted) {
  const Placement &placement = functions_.at(function).placement;
  const auto number = static_cast<unsigned>(function);
  if (options_.remap_interrupts || options_.bare_metal) {
    pins_.set(number, placement.intx_input, asserted);
  }
  if (options_.remap_interrupts) return;
  chipset_pins_.set(number,
                    options_.bare_metal
                        ? functions_.at(function).device->config_read(kInterruptLine, 1)
                        : placement.intx_input,
                    asserted);
}

// The local APIC of a CPU takes any write to its range as a message. Whatever DMA came before it
// is in memory by now.
void Machine::inject(const Message &message) {
  if ((message.address >> 20) == 0xFEE) {
    qtest_->write32(message.address, message.data);
  } else {
    ++undelivered_;
  }
}

// What the CPU has done with interrupts. The pins that changed before an end of interrupt are here
// when it is.
void Machine::take_pins() {
  const std::vector<std::uint8_t> ended = eoi_log_->receive();
  qtest_->receive();
  for (const std::uint8_t vector : ended) {
    ioapic_.end_of_interrupt(vector);
    chipset_->end_of_interrupt(vector);
  }
}

void Machine::answer(Proxy &proxy, DeviceRequest request) {
  std::uint64_t value = 0;
  // Of memory every device is told, one after the other; the first to know speaks for all.
  const bool speaks = proxy.function == &unit_function_;
  if (auto *map = std::get_if<MemoryMap>(&request)) {
    if (speaks) memory_.replace(std::move(map->ranges));
  } else if (const auto *added = std::get_if<MemoryAdded>(&request)) {
    if (speaks) memory_.add(added->range);
  } else if (const auto *removed = std::get_if<MemoryRemoved>(&request)) {
    if (speaks) memory_.remove(removed->start, removed->bytes);
  } else if (const auto *config = std::get_if<ConfigAccess>(&request)) {
    if (config->write) {
      proxy.function->config_write(config->offset, config->bytes, config->value);
    } else {
      value = proxy.function->config_read(config->offset, config->bytes);
    }
  } else if (const auto *bar = std::get_if<BarAccess>(&request)) {
    memory_.settle();  // the CPU goes on only when all devices know of a change
    // All come from the CPU in this order: first the pins that changed and the interrupts that
    // ended, then this access, which may change a pin itself.
    take_pins();
    if (!bar->memory) {
      value = bar->write ? 0 : ~std::uint64_t{0};
    } else if (bar->write) {
      proxy.function->memory_write(bar->address, bar->bytes, bar->value);
    } else {
      value = proxy.function->memory_read(bar->address, bar->bytes);
    }
  } else if (std::holds_alternative<DeviceReset>(request)) {
    proxy.function->reset();
    if (proxy.function == &unit_function_) {
      for (const auto &unit : units_) unit->dma().abort();
    }
  }
  // First the answer, then the work that the access has started: the CPU waits.
  proxy.link->answer(value);
}

void Machine::serve(Proxy &proxy) {
  while (auto request = proxy.link->next_request()) answer(proxy, std::move(*request));
}

// Lets the units and the devices go on for a moment; whether there is more to do.
bool Machine::work() {
  const bool delivered = functions_.deliver();
  pausing_ = functions_.tick();
  if (segment_) pausing_ = segment_->tick(microseconds_now()) || pausing_;
  for (const auto &unit : units_) unit->work();
  // What one does may give work to another: the pin of its device changes.
  return delivered || std::ranges::any_of(units_, [](const auto &unit) { return unit->busy(); });
}

bool Machine::differs() const {
  return std::ranges::any_of(
      units_, [](const auto &unit) { return unit->lockstep().differences().count != 0; });
}

// False when somebody asked to stop.
bool Machine::poll_once(bool busy, int stop_descriptor, Clock::time_point deadline) {
  std::vector<pollfd> watched;
  const auto watch = [&watched](int descriptor, bool output = false) {
    const short events = static_cast<short>(output ? POLLIN | POLLOUT : POLLIN);
    watched.push_back({.fd = descriptor, .events = events, .revents = 0});
  };
  watch(stop_descriptor);
  watch(qemu_->descriptor());
  const auto watch_lines = [&](const LineSocket &lines) {
    watch(lines.closed() ? -1 : lines.descriptor(), lines.has_output());
  };
  watch_lines(qtest_->lines());
  watch_lines(qmp_->lines());
  const std::size_t first_of_guest = watched.size();
  watch(console_->descriptor());
  watch(eoi_log_->descriptor());
  const std::size_t first_proxy = watched.size();
  for (const Proxy &proxy : proxies_) watch(proxy.link->closed() ? -1 : proxy.link->descriptor());

  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
  const auto longest = pausing_ ? kPause : kProgress;
  const auto wait = std::clamp<std::int64_t>(left.count(), 0, longest.count());
  if (::poll(watched.data(), watched.size(), busy ? 0 : static_cast<int>(wait)) < 0) return true;
  if (watched[0].revents != 0) return false;
  const bool active = std::any_of(watched.begin() + static_cast<std::ptrdiff_t>(first_of_guest),
                                  watched.end(), [](const pollfd &p) { return p.revents != 0; });
  if (active || busy) apic_watch_->active(Clock::now());
  if (running_) apic_watch_->proceed(Clock::now());
  qtest_->lines().flush();
  qmp_->lines().flush();
  take_pins();
  qmp_->receive();
  console_->receive();
  for (std::size_t i = 0; i < proxies_.size(); ++i) {
    if (watched[first_proxy + i].revents != 0) serve(proxies_[i]);
  }
  return true;
}

MachineEnd Machine::end_of_qemu(ProcessEnd end) {
  qmp_->receive();
  console_->receive();
  MachineEnd result{.qemu = end, .shutdown_reason = qmp_->shutdown_reason()};
  const bool killed = end.signal != 0;
  const bool unexpected = end.status != 0 && result.shutdown_reason.empty() && !options_.bare_metal;
  if (!running_ || killed || unexpected) {
    result.why = MachineEnd::Why::kBroken;
    result.detail = killed ? fmt::format("QEMU was killed by signal {} ({})", end.signal,
                                         ::strsignal(end.signal))
                           : fmt::format("QEMU ended with status {}", end.status);
    if (!running_) result.detail += " before the guest ran";
    if (!running_ && end.signal == SIGSEGV && options_.attach == Attach::kProxy) {
      result.detail +=
          ". QEMU 10.0 and later end so when they create an x-pci-proxy-dev and emulate the CPU; "
          "7.2 does not, and 10.1 and later take --attach vfio-user";
    }
  }
  return result;
}

std::optional<MachineEnd> Machine::ended() {
  if (const auto end = qemu_->poll()) return end_of_qemu(*end);
  const bool alone = std::ranges::any_of(proxies_, [](const Proxy &p) { return p.link->closed(); });
  if (!alone) return std::nullopt;
  // The sockets close before the process has ended.
  pollfd watched{.fd = qemu_->descriptor(), .events = POLLIN, .revents = 0};
  ::poll(&watched, 1, static_cast<int>(kPatience.count()));
  if (const auto end = qemu_->poll()) return end_of_qemu(*end);
  return MachineEnd{.why = MachineEnd::Why::kBroken,
                    .qemu = qemu_->terminate(kPatience),
                    .shutdown_reason = qmp_->shutdown_reason(),
                    .detail = "QEMU closed a device and went on"};
}

MachineEnd Machine::run(std::optional<std::chrono::seconds> limit, int stop_descriptor,
                        const std::function<void()> &progress) {
  const Clock::time_point begin = Clock::now();
  const Clock::time_point deadline = limit ? begin + *limit : Clock::time_point::max();
  Clock::time_point next_progress = begin;
  const auto stopped = [&](MachineEnd::Why why, std::string detail) {
    MachineEnd end{.why = why, .detail = std::move(detail)};
    end.qemu = qemu_->terminate(kPatience);
    end.shutdown_reason = qmp_->shutdown_reason();
    console_->receive();
    return end;
  };
  std::optional<MachineEnd> end;
  try {
    for (bool busy = false; !end;) {
      if (!poll_once(busy, stop_descriptor, deadline)) {
        end = stopped(MachineEnd::Why::kInterrupted, "");
        break;
      }
      busy = work();
      const Clock::time_point now = Clock::now();
      if (now >= next_progress) {
        progress();
        next_progress = now + kProgress;
      }
      if (differs() && !options_.keep_going) {
        end = stopped(MachineEnd::Why::kMismatch, "");
      } else if (now >= deadline) {
        end = stopped(MachineEnd::Why::kTimeout, "");
      } else if (!busy) {
        end = ended();
      }
    }
  } catch (const CosimError &error) {
    end = stopped(MachineEnd::Why::kBroken, error.what());
  }
  for (const auto &unit : units_) unit->finish();
  try {
    functions_.finish();
  } catch (const CosimError &error) {
    output_error_ = error.what();
  }
  end->seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  return *end;
}

std::vector<std::string> Machine::device_errors() const {
  std::vector<std::string> errors = functions_.errors();
  if (segment_) std::ranges::copy(segment_->errors(), std::back_inserter(errors));
  if (!output_error_.empty()) errors.push_back(output_error_);
  if (undelivered_ != 0) {
    errors.push_back(
        fmt::format("{} interrupt messages left for addresses outside FEEx_xxxxh, "
                    "which no local APIC of QEMU has",
                    undelivered_));
  }
  return errors;
}

}  // namespace dmar::cosim
