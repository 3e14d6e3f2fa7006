// SPDX-License-Identifier: Apache-2.0
// Extended capabilities that are registers and nothing more (PCI Express 5.0, 7.7.8, 7.8.3, 7.8.4,
// 7.9.3): no error is ever reported, and no request of ours goes from one function to another, so
// there is nothing that their bits could change.
#ifndef DMAR_DEVICES_EXTENDED_CAPABILITIES_HPP
#define DMAR_DEVICES_EXTENDED_CAPABILITIES_HPP

#include <cstdint>

#include "devices/config_space.hpp"
#include "devices/pci_place.hpp"

namespace dmar::devices {

void add_serial_number(ConfigSpace &config, std::uint64_t serial);

// Advanced Error Reporting. Masks, severity and the switch for checksums can be written and survive
// a Function Level Reset. Those of a virtual function are 0: the physical one has them for it.
void add_error_reporting(ConfigSpace &config, bool is_virtual);

// Access Control Services.
namespace acs {
inline constexpr std::uint16_t kSourceValidation = 1U << 0;
inline constexpr std::uint16_t kTranslationBlocking = 1U << 1;
inline constexpr std::uint16_t kRequestRedirect = 1U << 2;
inline constexpr std::uint16_t kCompletionRedirect = 1U << 3;
inline constexpr std::uint16_t kUpstreamForwarding = 1U << 4;
// Of a function among others in one device, and of a port.
inline constexpr std::uint16_t kFunction = kRequestRedirect | kCompletionRedirect;
inline constexpr std::uint16_t kPort = kSourceValidation | kTranslationBlocking | kRequestRedirect |
                                       kCompletionRedirect | kUpstreamForwarding;
}  // namespace acs
void add_access_control(ConfigSpace &config, std::uint16_t services);

// Alternative Routing-ID Interpretation: no function behind this one, no groups.
void add_alternative_routing(ConfigSpace &config);

// Those that a function has in its place, without the one for virtual functions.
void add_extended_capabilities(ConfigSpace &config, const PciPlace &place);

}  // namespace dmar::devices

#endif  // DMAR_DEVICES_EXTENDED_CAPABILITIES_HPP
