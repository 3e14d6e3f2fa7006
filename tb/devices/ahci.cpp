// SPDX-License-Identifier: Apache-2.0
// See ahci.hpp.
#include "devices/ahci.hpp"

namespace dmar::devices {

namespace {

constexpr PciIdentity kIdentity{.vendor = 0x1234,
                                .device = 0xA4C1,
                                .revision = 0x01,
                                .class_code = 0x010601,
                                .subsystem_vendor = 0x1AF4,
                                .subsystem = 0x1100,
                                .interrupt_pin = 1};

// One port, 32 command slots, AHCI only, 3 Gbit/s; 32-bit addresses, no queuing.
constexpr std::uint32_t kCapabilityBits = (ahci::kSlots - 1) << 8 | 1U << 18 | 2U << 20;
constexpr std::uint32_t kVersionNumber = 0x0001'0301;
constexpr std::uint64_t kNothing = ~std::uint64_t{0};

}  // namespace

Ahci::Ahci(DmaPort &port, Disk &disk, const AhciOptions &options)
    : PciDevice(port, kIdentity, {.bus = options.bus}),
      disk_(disk, options.serial),
      disk_port_(port, tasks(), disk_,
                 {.bus_master = [this] { return config().bus_master(); },
                  .interrupts_changed = [this] { gather_interrupts(); },
                  .failed = [this](const std::string &what) { last_error_ = what; }}),
      msi_(config_space(), sender()) {
  config_space().add_memory_bar(kBar, kBarBytes);
}

void Ahci::registers_reset() { forget(AhciPort::Addresses::kForget); }

void Ahci::forget(AhciPort::Addresses addresses) {
  interrupt_status_ = 0;
  interrupts_enabled_ = resetting_ = false;
  disk_port_.reset(addresses);
  signal(false);
}

std::uint64_t Ahci::bar_read(unsigned, std::uint64_t offset, unsigned bytes) {
  if ((bytes != 4 && bytes != 8) || offset % bytes != 0) return kNothing;
  const auto at = static_cast<std::uint32_t>(offset);
  return bytes == 4 ? read32(at) : std::uint64_t{read32(at + 4)} << 32 | read32(at);
}

std::uint32_t Ahci::read32(std::uint32_t offset) const {
  switch (offset) {
    case ahci::kCapabilities:
      return kCapabilityBits;
    case ahci::kControl:
      return ahci::kControlAhci | (interrupts_enabled_ ? ahci::kControlInterrupts : 0) |
             (resetting_ ? ahci::kControlReset : 0);
    case ahci::kInterruptStatus:
      return interrupt_status_;
    case ahci::kPortsImplemented:
      return 1;
    case ahci::kVersion:
      return kVersionNumber;
    default:
      break;
  }
  const std::uint32_t in_port = offset - ahci::kFirstPort;
  return in_port < ahci::kPortBytes ? disk_port_.read(in_port) : 0;
}

// A reset under way takes nothing.
void Ahci::bar_write(unsigned, std::uint64_t offset, unsigned bytes, std::uint64_t value) {
  if ((bytes != 4 && bytes != 8) || offset % bytes != 0) return;
  for (unsigned i = 0; i < bytes / 4 && !tasks().stopping(); ++i) {
    write32(static_cast<std::uint32_t>(offset) + 4 * i,
            static_cast<std::uint32_t>(value >> (32 * i)));
  }
}

void Ahci::write32(std::uint32_t offset, std::uint32_t value) {
  if (offset == ahci::kControl) control_written(value);
  if (offset == ahci::kInterruptStatus) {
    interrupt_status_ &= ~value;
    if (disk_port_.interrupts()) interrupt_status_ |= 1;  // there is one that nobody has seen
    signal(true);
  }
  const std::uint32_t in_port = offset - ahci::kFirstPort;
  if (in_port < ahci::kPortBytes) disk_port_.write(in_port, value);
}

void Ahci::control_written(std::uint32_t value) {
  if ((value & ahci::kControlReset) != 0) {
    ++adapter_resets_;
    resetting_ = true;
    port().cease();
    tasks().stop([this] { forget(AhciPort::Addresses::kKeep); });
    return;
  }
  interrupts_enabled_ = (value & ahci::kControlInterrupts) != 0;
  signal(false);
}

void Ahci::gather_interrupts() {
  if (disk_port_.interrupts()) interrupt_status_ |= 1;
  signal(false);
}

// A message tells of an edge, and once more of what is left when software acknowledges a part.
void Ahci::signal(bool again) {
  const bool now = interrupts_enabled_ && interrupt_status_ != 0;
  const bool rises = now && !signalled_;
  signalled_ = now;
  set_interrupt(now && !msi_.enabled());
  if (msi_.enabled()) {
    if (rises || (now && again)) msi_.notify();
  } else if (rises) {
    ++pin_interrupts_;
  }
}

void Ahci::after_config_write(std::uint32_t, unsigned) {
  msi_.config_changed();
  signal(false);
  disk_port_.kick();
}

}  // namespace dmar::devices
