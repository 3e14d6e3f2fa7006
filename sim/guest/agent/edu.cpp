// SPDX-License-Identifier: Apache-2.0
// See edu.hpp.
#include "edu.hpp"

#include <cstdlib>
#include <utility>
#include <vector>

#include "files.hpp"
#include "report.hpp"

namespace dmar::agent {

namespace {

// Registers. Those from 80h on take 8-byte accesses only.
constexpr unsigned kIdentification = 0x00;  // RRrr00EDh
constexpr unsigned kInterruptStatus = 0x24;
constexpr unsigned kInterruptRaise = 0x60;
constexpr unsigned kInterruptAcknowledge = 0x64;
constexpr unsigned kDmaSource = 0x80;
constexpr unsigned kDmaDestination = 0x88;
constexpr unsigned kDmaCount = 0x90;
constexpr unsigned kDmaCommand = 0x98;

// Registers of tb/devices/edu.hpp.
constexpr unsigned kDmaEnd = 0xA0;
constexpr unsigned kMessageAddress = 0xA8;
constexpr unsigned kMessageData = 0xB0;  // a write sends
constexpr unsigned kMessageEnd = 0xB4;
constexpr unsigned kProvoke = 0xB8;
constexpr unsigned kStrayToCome = 0xBC;
constexpr unsigned kStrayEnded = 0xC0;
constexpr unsigned kStrayBlocked = 0xC4;
constexpr unsigned kStrayPause = 0xC8;
constexpr std::uint32_t kUnderWay = 1U << 31;
constexpr std::uint32_t kNoRegister = 0xFFFF'FFFF;

constexpr std::uint64_t kStart = 1U << 0;  // stays set until the transfer has ended
constexpr std::uint64_t kToMemory = 1U << 1;
constexpr std::uint64_t kInterruptAfter = 1U << 2;

constexpr std::uint64_t kBufferAddress = 0x40000;  // the buffer in source and destination

Edu::End end_of(std::uint32_t status) {
  return status <= 3 ? static_cast<Edu::End>(status) : Edu::End::kUnknown;
}

}  // namespace

std::uint32_t Edu::read32(unsigned offset) const {
  return *reinterpret_cast<const volatile std::uint32_t *>(bar_.base() + offset);
}

void Edu::write32(unsigned offset, std::uint32_t value) {
  *reinterpret_cast<volatile std::uint32_t *>(bar_.base() + offset) = value;
}

std::uint64_t Edu::read64(unsigned offset) const {
  return *reinterpret_cast<const volatile std::uint64_t *>(bar_.base() + offset);
}

void Edu::write64(unsigned offset, std::uint64_t value) {
  *reinterpret_cast<volatile std::uint64_t *>(bar_.base() + offset) = value;
}

bool Edu::alive() const { return (read32(kIdentification) & 0xFF) == 0xED; }

bool Edu::hostile() const { return read32(kDmaEnd) != kNoRegister; }

void Edu::start(Direction direction, std::uint64_t address, unsigned count, unsigned offset,
                bool interrupt) {
  const std::uint64_t buffer = kBufferAddress + offset;
  const bool to_memory = direction == Direction::kToMemory;
  write64(kDmaSource, to_memory ? buffer : address);
  write64(kDmaDestination, to_memory ? address : buffer);
  write64(kDmaCount, count);
  write64(kDmaCommand, kStart | (to_memory ? kToMemory : 0) | (interrupt ? kInterruptAfter : 0));
}

Edu::End Edu::finish() {
  if (!wait_until([this] { return (read64(kDmaCommand) & kStart) == 0; }, kPatience)) {
    return End::kNever;
  }
  return end_of(read32(kDmaEnd));
}

Edu::End Edu::dma(Direction direction, std::uint64_t address, unsigned count, unsigned offset,
                  bool interrupt) {
  start(direction, address, count, offset, interrupt);
  return finish();
}

Edu::End Edu::send(std::uint64_t address, std::uint32_t data) {
  write64(kMessageAddress, address);
  write32(kMessageData, data);
  if (!wait_until([this] { return (read32(kMessageEnd) & kUnderWay) == 0; }, kPatience)) {
    return End::kNever;
  }
  return end_of(read32(kMessageEnd));
}

void Edu::provoke(std::uint32_t value) { write32(kProvoke, value); }

void Edu::stray(std::uint64_t address, std::uint32_t count, std::uint32_t pause) {
  write32(kStrayPause, pause);
  write64(kDmaDestination, address);
  write32(kStrayToCome, count);
}

void Edu::stop_stray() { write32(kStrayToCome, 0); }

std::uint32_t Edu::stray_ended() const { return read32(kStrayEnded); }

std::uint32_t Edu::stray_blocked() const { return read32(kStrayBlocked); }

const char *name_of(Edu::End end) {
  switch (end) {
    case Edu::End::kOkay:
      return "okay";
    case Edu::End::kBlocked:
      return "blocked";
    case Edu::End::kMemoryError:
      return "memory error";
    case Edu::End::kNotBegun:
      return "not begun";
    case Edu::End::kUnknown:
      return "ended, the device does not tell how";
    case Edu::End::kNever:
      break;
  }
  return "not ended in time";
}

bool Edu::at_reset() const {
  for (const unsigned offset : {kDmaSource, kDmaDestination, kDmaCount, kDmaCommand}) {
    if (read64(offset) != 0) return false;
  }
  return read32(kInterruptStatus) == 0 && read32(kDmaEnd) == 0;
}

std::string Edu::registers() const {
  const auto wide = [this](unsigned offset) {
    return static_cast<unsigned long long>(read64(offset));
  };
  return text("source %llx, destination %llx, count %llx, command %llx, interrupt %x, end %x",
              wide(kDmaSource), wide(kDmaDestination), wide(kDmaCount), wide(kDmaCommand),
              read32(kInterruptStatus), read32(kDmaEnd));
}

void Edu::raise(std::uint32_t status) { write32(kInterruptRaise, status); }

void Edu::acknowledge(std::uint32_t status) { write32(kInterruptAcknowledge, status); }

std::uint32_t Edu::interrupt_status() const { return read32(kInterruptStatus); }

std::vector<PciDevice> find_edus() {
  const char *chosen = std::getenv("EDU");
  if (chosen != nullptr) return {PciDevice{chosen}};
  const std::vector<PciDevice> found = find_pci(kEduVendor, kEduDevice);
  return !found.empty() ? found : find_pci(kEduVendor, kVirtualEduDevice);
}

std::optional<FoundEdu> open_edu() {
  constexpr const char *name = "the device edu is usable";
  const std::vector<PciDevice> found = find_edus();
  if (found.empty()) {
    check(false, name, "no PCI device 1234:11e8");
    return std::nullopt;
  }
  const PciDevice &device = found.front();
  if (!device.driver().empty()) {
    check(false, name, device.address + " is bound to " + device.driver());
    return std::nullopt;
  }
  if (!device.enable()) {
    check(false, name, device.address + " cannot be enabled: " + system_error());
    return std::nullopt;
  }
  Mapping bar = map_bar(device, 0);
  if (!bar.valid()) {
    check(false, name, device.address + ", memory of BAR 0: " + system_error());
    return std::nullopt;
  }
  Edu edu(std::move(bar));
  if (!edu.alive()) {
    check(false, name, device.address + " does not answer as an edu");
    return std::nullopt;
  }
  return FoundEdu{device, std::move(edu)};
}

}  // namespace dmar::agent
