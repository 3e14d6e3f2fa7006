// SPDX-License-Identifier: Apache-2.0
// See proxy_message.hpp.
#include "cosim/proxy_message.hpp"

#include <fmt/core.h>

#include <cstring>

#include "cosim/error.hpp"

namespace dmar::cosim {

namespace {

enum Command : std::int32_t {
  kSyncMemory = 0,
  kReply = 1,
  kConfigWrite = 2,
  kConfigRead = 3,
  kBarWrite = 4,
  kBarRead = 5,
  kSetIrqDescriptors = 6,
  kDeviceReset = 7,
};

struct Shape {
  const char *name;
  std::uint64_t payload_bytes;
  bool descriptors;  // may carry some
};

const Shape *shape_of(std::int32_t command) {
  static constexpr std::array<Shape, 8> kShapes{{
      {"SYNC_SYSMEM", 192, true},
      {"RET", 8, false},
      {"PCI_CFGWRITE", 12, false},
      {"PCI_CFGREAD", 12, false},
      {"BAR_WRITE", 24, false},
      {"BAR_READ", 24, false},
      {"SET_IRQFD", 0, true},
      {"DEVICE_RESET", 0, false},
  }};
  if (command < 0 || command == kReply || command > kDeviceReset) return nullptr;
  return &kShapes[static_cast<std::size_t>(command)];
}

template <class Value>
Value field(std::span<const std::uint8_t> bytes, std::size_t offset) {
  Value value{};
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

SyncMemory sync_memory(std::span<const std::uint8_t> payload, std::size_t descriptors) {
  if (descriptors > kProxyMaxDescriptors) {
    throw CosimError(fmt::format("proxy message SYNC_SYSMEM: {} descriptors", descriptors));
  }
  SyncMemory message;
  for (std::size_t i = 0; i < descriptors; ++i) {
    message.ranges.push_back({.start = field<std::uint64_t>(payload, 8 * i),
                              .bytes = field<std::uint64_t>(payload, 64 + 8 * i),
                              .offset = field<std::uint64_t>(payload, 128 + 8 * i)});
  }
  return message;
}

ConfigAccess config_access(std::span<const std::uint8_t> payload, bool write) {
  const ConfigAccess access{.write = write,
                            .offset = field<std::uint32_t>(payload, 0),
                            .value = field<std::uint32_t>(payload, 4),
                            .bytes = field<std::uint32_t>(payload, 8)};
  const char *name = write ? "PCI_CFGWRITE" : "PCI_CFGREAD";
  if (access.bytes != 1 && access.bytes != 2 && access.bytes != 4) {
    throw CosimError(fmt::format("proxy message {}: length {}", name, access.bytes));
  }
  if (access.offset > 255 || access.offset % 4 + access.bytes > 4) {
    throw CosimError(fmt::format("proxy message {}: offset {:#x}, length {}", name, access.offset,
                                 access.bytes));
  }
  return access;
}

BarAccess bar_access(std::span<const std::uint8_t> payload, bool write) {
  const BarAccess access{.write = write,
                         .address = field<std::uint64_t>(payload, 0),
                         .value = field<std::uint64_t>(payload, 8),
                         .bytes = field<std::uint32_t>(payload, 16),
                         .memory = payload[20] != 0};
  const unsigned n = access.bytes;
  if (n != 1 && n != 2 && n != 4 && n != 8) {
    throw CosimError(
        fmt::format("proxy message {}: length {}", write ? "BAR_WRITE" : "BAR_READ", n));
  }
  return access;
}

}  // namespace

ProxyHeader decode_header(std::span<const std::uint8_t, kProxyHeaderBytes> bytes) {
  const ProxyHeader header{.command = field<std::int32_t>(bytes, 0),
                           .payload_bytes = field<std::uint64_t>(bytes, 8)};
  const Shape *shape = shape_of(header.command);
  if (shape == nullptr) {
    throw CosimError(
        fmt::format("proxy message: command {} is none that QEMU 7.2 sends", header.command));
  }
  if (header.payload_bytes != shape->payload_bytes) {
    throw CosimError(fmt::format("proxy message {}: {} bytes of payload, expected {}", shape->name,
                                 header.payload_bytes, shape->payload_bytes));
  }
  return header;
}

ProxyMessage decode_message(const ProxyHeader &header, std::span<const std::uint8_t> payload,
                            std::size_t descriptors) {
  const Shape &shape = *shape_of(header.command);
  if (payload.size() != shape.payload_bytes) {
    throw CosimError(fmt::format("proxy message {}: payload cut short", shape.name));
  }
  if (descriptors != 0 && !shape.descriptors) {
    throw CosimError(fmt::format("proxy message {}: {} descriptors", shape.name, descriptors));
  }
  switch (header.command) {
    case kSyncMemory:
      return sync_memory(payload, descriptors);
    case kConfigWrite:
    case kConfigRead:
      return config_access(payload, header.command == kConfigWrite);
    case kBarWrite:
    case kBarRead:
      return bar_access(payload, header.command == kBarWrite);
    case kSetIrqDescriptors:
      return SetIrqDescriptors{};
    default:
      return DeviceReset{};
  }
}

bool wants_reply(const ProxyMessage &message) {
  return !std::holds_alternative<SyncMemory>(message) &&
         !std::holds_alternative<SetIrqDescriptors>(message);
}

std::array<std::uint8_t, kProxyHeaderBytes + 8> encode_reply(std::uint64_t value) {
  std::array<std::uint8_t, kProxyHeaderBytes + 8> bytes{};
  const std::int32_t command = kReply;
  const std::uint64_t size = sizeof value;
  std::memcpy(bytes.data(), &command, sizeof command);
  std::memcpy(bytes.data() + 8, &size, sizeof size);
  std::memcpy(bytes.data() + kProxyHeaderBytes, &value, sizeof value);
  return bytes;
}

}  // namespace dmar::cosim
