// SPDX-License-Identifier: Apache-2.0
// The hostile device: QEMU's edu (its docs/specs/edu) with any DMA address, and the registers that
// tb/devices/edu.hpp adds.
#ifndef DMAR_AGENT_EDU_HPP
#define DMAR_AGENT_EDU_HPP

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "pci.hpp"

namespace dmar::agent {

inline constexpr std::uint16_t kEduVendor = 0x1234;
inline constexpr std::uint16_t kEduDevice = 0x11E8;
inline constexpr std::uint16_t kVirtualEduDevice = 0x11E9;  // one that is a virtual function
inline constexpr unsigned kEduBuffer = 4096;                // bytes

class Edu {
 public:
  enum class Direction : std::uint8_t { kFromMemory, kToMemory };
  // How a transfer or a message ended, as the device tells. QEMU's own device does not tell.
  enum class End : std::uint8_t { kOkay, kBlocked, kMemoryError, kNotBegun, kUnknown, kNever };
  // How long a transfer may take in guest time; a simulated unit is slow.
  static constexpr double kPatience = 60;

  explicit Edu(Mapping bar) : bar_(std::move(bar)) {}

  [[nodiscard]] bool mapped() const { return bar_.valid(); }
  // The identification register is that of an edu.
  [[nodiscard]] bool alive() const;

  // The largest transfer: QEMU's own device stops the machine when the last byte of its buffer
  // takes part.
  [[nodiscard]] unsigned largest() const { return hostile() ? kEduBuffer : kEduBuffer - 1; }
  // It has the registers that QEMU's own device lacks.
  [[nodiscard]] bool hostile() const;

  // Moves `count` bytes between bus address `address` and the buffer at `offset`. kNever: not done
  // in time. `interrupt`: it raises 100h afterwards.
  End dma(Direction direction, std::uint64_t address, unsigned count, unsigned offset = 0,
          bool interrupt = false);
  // The same in two steps.
  void start(Direction direction, std::uint64_t address, unsigned count, unsigned offset = 0,
             bool interrupt = false);
  End finish();
  // One DWORD to any address, as an interrupt message is. Needs a hostile one, as does provoke().
  End send(std::uint64_t address, std::uint32_t data);
  void provoke(std::uint32_t value);

  // The registers of DMA and interrupt, for what a reset leaves in them.
  [[nodiscard]] bool at_reset() const;
  [[nodiscard]] std::string registers() const;

  // Writes of the first 64 bytes of the buffer that go on by themselves until `count` have ended.
  // `pause`: microseconds between two.
  void stray(std::uint64_t address, std::uint32_t count, std::uint32_t pause);
  void stop_stray();
  [[nodiscard]] std::uint32_t stray_ended() const;  // since stray()
  [[nodiscard]] std::uint32_t stray_blocked() const;

  void raise(std::uint32_t status);        // interrupt
  void acknowledge(std::uint32_t status);  // clears status bits, and the pin when none is left
  [[nodiscard]] std::uint32_t interrupt_status() const;

 private:
  [[nodiscard]] std::uint32_t read32(unsigned offset) const;
  void write32(unsigned offset, std::uint32_t value);
  [[nodiscard]] std::uint64_t read64(unsigned offset) const;
  void write64(unsigned offset, std::uint64_t value);

  Mapping bar_;
};

const char *name_of(Edu::End end);

// EDU of the environment is the address of one. Otherwise all of the machine, virtual functions
// only if there are no others.
std::vector<PciDevice> find_edus();

// The first of them, enabled, without a driver, by /sys. Says in a failed check what is wrong when
// there is none.
struct FoundEdu {
  PciDevice device;
  Edu edu;
};
std::optional<FoundEdu> open_edu();

}  // namespace dmar::agent

#endif  // DMAR_AGENT_EDU_HPP
