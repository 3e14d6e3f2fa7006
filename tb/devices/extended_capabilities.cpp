// SPDX-License-Identifier: Apache-2.0
// See extended_capabilities.hpp.
#include "devices/extended_capabilities.hpp"

#include "devices/capability_image.hpp"

namespace dmar::devices {

namespace {

constexpr std::uint16_t kErrorId = 0x0001;
constexpr std::uint8_t kErrorVersion = 2;
constexpr std::size_t kErrorBytes = 0x2C;  // without prefixes and without the registers of a port
constexpr std::size_t kFatalMask = 0x08;   // of uncorrectable errors
constexpr std::size_t kFatalSeverity = 0x0C;
constexpr std::size_t kCorrectableMask = 0x14;
constexpr std::size_t kErrorControl = 0x18;
// Data link protocol, poisoned TLP, completion timeout, unexpected completion, malformed TLP,
// unsupported request.
constexpr std::uint32_t kFatalErrors =
    1U << 4 | 1U << 12 | 1U << 14 | 1U << 16 | 1U << 18 | 1U << 20;
constexpr std::uint32_t kFatalAtReset = 1U << 4 | 1U << 18;
// Receiver, bad TLP, bad DLLP, replay number, replay timer, advisory non-fatal.
constexpr std::uint32_t kCorrectable = 1U << 0 | 1U << 6 | 1U << 7 | 1U << 8 | 1U << 12 | 1U << 13;
constexpr std::uint32_t kCorrectableAtReset = 1U << 13;
constexpr std::uint32_t kChecksumCapable = 1U << 5 | 1U << 7;  // generation, check
constexpr std::uint32_t kChecksumEnable = 1U << 6 | 1U << 8;

constexpr std::uint16_t kSerialId = 0x0003;
constexpr std::uint16_t kAccessControlId = 0x000D;
constexpr std::uint16_t kRoutingId = 0x000E;
constexpr std::uint8_t kVersion = 1;

}  // namespace

void add_serial_number(ConfigSpace &config, std::uint64_t serial) {
  ExtendedImage<12> body;
  body.set(4, serial);
  config.add_extended(kSerialId, kVersion, body.bytes(), ExtendedImage<12>().bytes());
}

void add_error_reporting(ConfigSpace &config, bool is_virtual) {
  ExtendedImage<kErrorBytes> body;
  ExtendedImage<kErrorBytes> writable;
  if (!is_virtual) {
    body.set(kFatalSeverity, kFatalAtReset);
    body.set(kCorrectableMask, kCorrectableAtReset);
    body.set(kErrorControl, kChecksumCapable);
    writable.set(kFatalMask, kFatalErrors);
    writable.set(kFatalSeverity, kFatalErrors);
    writable.set(kCorrectableMask, kCorrectable);
    writable.set(kErrorControl, kChecksumEnable);
  }
  config.add_extended(kErrorId, kErrorVersion, body.bytes(), writable.bytes(), writable.bytes());
}

void add_access_control(ConfigSpace &config, std::uint16_t services) {
  ExtendedImage<8> body;
  ExtendedImage<8> writable;
  body.set(4, services);
  writable.set(6, services);
  config.add_extended(kAccessControlId, kVersion, body.bytes(), writable.bytes());
}

void add_alternative_routing(ConfigSpace &config) {
  const ExtendedImage<8> zeros;
  config.add_extended(kRoutingId, kVersion, zeros.bytes(), zeros.bytes());
}

void add_extended_capabilities(ConfigSpace &config, const PciPlace &place) {
  if (!place.extended) return;
  add_error_reporting(config, place.is_virtual());
  if (place.serial != 0) add_serial_number(config, place.serial);
  if (place.bus == PciBus::kRootPort) add_alternative_routing(config);
  add_access_control(config, acs::kFunction);
}

}  // namespace dmar::devices
