// SPDX-License-Identifier: Apache-2.0
// Messages of QEMU's proxy for PCI devices of other processes (x-pci-proxy-dev of QEMU 7.2) as
// values. Host byte order; a header of 16 bytes, then the payload.
#ifndef DMAR_COSIM_PROXY_MESSAGE_HPP
#define DMAR_COSIM_PROXY_MESSAGE_HPP

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <variant>
#include <vector>

#include "cosim/device_link.hpp"

namespace dmar::cosim {

inline constexpr std::size_t kProxyHeaderBytes = 16;
inline constexpr std::size_t kProxyMaxPayload = 192;
inline constexpr std::size_t kProxyMaxDescriptors = 8;

struct ProxyHeader {
  std::int32_t command = 0;
  std::uint64_t payload_bytes = 0;
};

// RAM range i lies in the i-th descriptor that came with the header.
struct SyncMemory {
  struct Range {
    std::uint64_t start = 0;
    std::uint64_t bytes = 0;
    std::uint64_t offset = 0;
  };
  std::vector<Range> ranges = {};
};

struct SetIrqDescriptors {};

using ProxyMessage =
    std::variant<SyncMemory, ConfigAccess, BarAccess, SetIrqDescriptors, DeviceReset>;

// Both throw CosimError that names the message and its field.
ProxyHeader decode_header(std::span<const std::uint8_t, kProxyHeaderBytes> bytes);
ProxyMessage decode_message(const ProxyHeader &header, std::span<const std::uint8_t> payload,
                            std::size_t descriptors);

// Whether the sender waits for a reply, the only message that goes the other way.
bool wants_reply(const ProxyMessage &message);
std::array<std::uint8_t, kProxyHeaderBytes + 8> encode_reply(std::uint64_t value);

}  // namespace dmar::cosim

#endif  // DMAR_COSIM_PROXY_MESSAGE_HPP
