// SPDX-License-Identifier: Apache-2.0
// See vfio_user_function.hpp.
#include "cosim/vfio_user_function.hpp"

#include <algorithm>

namespace dmar::cosim {

namespace {

// BARs 0 to 5, expansion ROM, configuration space, VGA.
constexpr std::uint32_t kRegions = 9;
// INTx, MSI, MSI-X. QEMU wants to know of them, but our messages and pins go other ways.
constexpr std::uint32_t kIrqs = 3;
constexpr std::uint32_t kPinIrq = 0;

constexpr std::uint32_t kStatus = 0x06;
constexpr std::uint8_t kStatusCapabilities = 1U << 4;
constexpr std::uint32_t kCapabilities = 0x34;
constexpr std::uint32_t kInterruptPin = 0x3D;
constexpr std::uint32_t kFirstCapability = 0x40;

// The largest access that lies inside one dword and in what is left.
unsigned piece(std::uint32_t offset, std::size_t left) {
  if (offset % 4 == 0 && left >= 4) return 4;
  return offset % 2 == 0 && left >= 2 ? 2 : 1;
}

}  // namespace

VfioUserDeviceFacts VfioUserFunction::device() { return {.regions = kRegions, .irqs = kIrqs}; }

std::optional<VfioUserRegionFacts> VfioUserFunction::region(std::uint32_t index) const {
  if (index >= kRegions) return std::nullopt;
  VfioUserRegionFacts facts{.index = index};
  if (index < kBars) facts.bytes = function_.bar(index).bytes;
  if (index == kConfigRegion) facts.bytes = kConfigBytes;
  return facts;
}

std::optional<VfioUserIrqFacts> VfioUserFunction::irq(std::uint32_t index) {
  if (index >= kIrqs) return std::nullopt;
  const bool pin = index == kPinIrq && function_.config_read(kInterruptPin, 1) != 0;
  return VfioUserIrqFacts{.index = index, .count = pin ? 1U : 0U};
}

void VfioUserFunction::config_read(std::uint32_t offset, std::span<std::uint8_t> out) {
  for (std::size_t done = 0; done < out.size();) {
    const auto at = static_cast<std::uint32_t>(offset + done);
    const unsigned bytes = piece(at, out.size() - done);
    const std::uint32_t value = function_.config_read(at, bytes);
    for (unsigned i = 0; i < bytes; ++i) {
      std::uint8_t byte = static_cast<std::uint8_t>(value >> (8 * i));
      if (!capabilities_) {
        if (at + i == kStatus) byte &= static_cast<std::uint8_t>(~kStatusCapabilities);
        if (at + i == kCapabilities || at + i >= kFirstCapability) byte = 0;
      }
      out[done + i] = byte;
    }
    done += bytes;
  }
}

void VfioUserFunction::config_write(std::uint32_t offset, std::span<const std::uint8_t> bytes) {
  for (std::size_t done = 0; done < bytes.size();) {
    const auto at = static_cast<std::uint32_t>(offset + done);
    const unsigned count = piece(at, bytes.size() - done);
    std::uint32_t value = 0;
    for (unsigned i = 0; i < count; ++i) value |= std::uint32_t{bytes[done + i]} << (8 * i);
    function_.config_write(at, count, value);
    done += count;
  }
}

}  // namespace dmar::cosim
