// SPDX-License-Identifier: Apache-2.0
// A machine while it runs: interrupts, what its emulator asks, time, and how it ends. See
// machine.hpp.
#include <fmt/core.h>
#include <poll.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <iterator>

#include "cosim/error.hpp"
#include "cosim/machine.hpp"

namespace dmar::cosim {

namespace {

constexpr std::chrono::milliseconds kProgress{200};
constexpr std::chrono::milliseconds kPause{1};          // while a function waits for time to pass
constexpr std::chrono::milliseconds kPatience{10'000};  // for an emulator that was asked to end
constexpr std::uint32_t kInterruptLine = 0x3C;
constexpr unsigned kTimerInput = 2;  // of the I/O APIC; QEMU reports the timer as pin 0
constexpr unsigned kChipset = 101;   // its number on the pin board; functions count from 0

std::uint64_t microseconds_now() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(now).count());
}

}  // namespace

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
