// SPDX-License-Identifier: Apache-2.0
// See vfio_user_message.hpp.
#include "cosim/vfio_user_message.hpp"

#include <fmt/core.h>

#include <cerrno>
#include <cstring>
#include <optional>

#include "cosim/error.hpp"

namespace dmar::cosim {

namespace {

enum Command : std::uint16_t {
  kVersion = 1,
  kDmaMap = 2,
  kDmaUnmap = 3,
  kDeviceInfo = 4,
  kRegionInfo = 5,
  kIrqInfo = 7,
  kSetIrqs = 8,
  kRegionRead = 9,
  kRegionWrite = 10,
  kReset = 13,
};

constexpr std::uint32_t kTypeMask = 0xF;
constexpr std::uint32_t kTypeRequest = 0;
constexpr std::uint32_t kTypeReply = 1;
constexpr std::uint32_t kNoReply = 0x10;
constexpr std::uint32_t kError = 0x20;

constexpr std::uint32_t kMapRead = 1;
constexpr std::uint32_t kMapWrite = 2;
constexpr std::uint32_t kUnmapAll = 2;
constexpr std::uint32_t kDeviceFlags = 3;  // can be reset, is a PCI device
constexpr std::uint32_t kRegionFlags = 3;  // read, write; not mapped
constexpr std::uint32_t kIrqEventDescriptor = 1;

template <class Value>
Value field(std::span<const std::uint8_t> bytes, std::size_t offset) {
  Value value{};
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

template <class Value>
void add(std::vector<std::uint8_t> &bytes, Value value) {
  const std::size_t at = bytes.size();
  bytes.resize(at + sizeof value);
  std::memcpy(bytes.data() + at, &value, sizeof value);
}

VfioUserMessage refusal() { return VfioUserRefusal{EINVAL}; }

// The bytes that a payload of this command has at least, and at most.
struct Shape {
  std::size_t least = 0;
  std::size_t most = 0;
  std::size_t descriptors = 0;  // at most
};

std::optional<Shape> shape_of(std::uint16_t command) {
  constexpr std::size_t kAny = kVfioUserMaxPayload;
  switch (command) {
    case kVersion:
      return Shape{4, kAny};
    case kDmaMap:
      return Shape{32, 32, 1};
    case kDmaUnmap:
      return Shape{24, 24};
    case kDeviceInfo:
    case kIrqInfo:
    case kRegionRead:
      return Shape{16, 16};
    case kRegionInfo:
      return Shape{32, 32};
    case kSetIrqs:
      return Shape{20, kAny, kAny};
    case kRegionWrite:
      return Shape{16, kAny};
    case kReset:
      return Shape{};
    default:
      return std::nullopt;
  }
}

VfioUserMessage version(std::span<const std::uint8_t> payload) {
  VfioUserVersion message{.major = field<std::uint16_t>(payload, 0),
                          .minor = field<std::uint16_t>(payload, 2)};
  const std::span<const std::uint8_t> text = payload.subspan(4);
  if (!text.empty()) {
    if (text.back() != 0) return refusal();
    message.capabilities.assign(text.begin(), text.end() - 1);
  }
  return message;
}

VfioUserMessage map(std::span<const std::uint8_t> payload) {
  const auto flags = field<std::uint32_t>(payload, 4);
  const VfioUserMap message{.start = field<std::uint64_t>(payload, 16),
                            .bytes = field<std::uint64_t>(payload, 24),
                            .offset = field<std::uint64_t>(payload, 8),
                            .readable = (flags & kMapRead) != 0,
                            .writable = (flags & kMapWrite) != 0};
  if ((flags & ~(kMapRead | kMapWrite)) != 0 || message.bytes == 0) return refusal();
  return message;
}

VfioUserMessage unmap(std::span<const std::uint8_t> payload) {
  const auto flags = field<std::uint32_t>(payload, 4);
  const VfioUserUnmap message{.start = field<std::uint64_t>(payload, 8),
                              .bytes = field<std::uint64_t>(payload, 16),
                              .all = (flags & kUnmapAll) != 0};
  if ((flags & ~kUnmapAll) != 0 || (message.bytes == 0) != message.all) return refusal();
  return message;
}

VfioUserMessage access(bool write, std::span<const std::uint8_t> payload) {
  VfioUserRegionAccess message{.write = write,
                               .offset = field<std::uint64_t>(payload, 0),
                               .region = field<std::uint32_t>(payload, 8),
                               .count = field<std::uint32_t>(payload, 12)};
  const std::span<const std::uint8_t> data = payload.subspan(16);
  if (message.count == 0 || message.count > kVfioUserMaxData) return refusal();
  if (write && data.size() != message.count) return refusal();
  message.data.assign(data.begin(), data.end());
  return message;
}

}  // namespace

VfioUserHeader decode_vfio_user_header(std::span<const std::uint8_t, kVfioUserHeaderBytes> bytes) {
  const auto size = field<std::uint32_t>(bytes, 4);
  const auto flags = field<std::uint32_t>(bytes, 8);
  const auto command = field<std::uint16_t>(bytes, 2);
  if ((flags & kTypeMask) != kTypeRequest) {
    throw CosimError(fmt::format("message of type {} for command {}: it is no request",
                                 flags & kTypeMask, command));
  }
  if (size < kVfioUserHeaderBytes || size - kVfioUserHeaderBytes > kVfioUserMaxPayload) {
    throw CosimError(fmt::format("message with command {} is {} bytes long", command, size));
  }
  return {.id = field<std::uint16_t>(bytes, 0),
          .command = command,
          .payload_bytes = static_cast<std::uint32_t>(size - kVfioUserHeaderBytes),
          .wants_reply = (flags & kNoReply) == 0};
}

VfioUserMessage decode_vfio_user(const VfioUserHeader &header,
                                 std::span<const std::uint8_t> payload, std::size_t descriptors) {
  const std::optional<Shape> shape = shape_of(header.command);
  if (!shape) return VfioUserRefusal{ENOSYS};
  if (payload.size() < shape->least || payload.size() > shape->most ||
      descriptors > shape->descriptors) {
    return refusal();
  }
  switch (header.command) {
    case kVersion:
      return version(payload);
    case kDmaMap:
      return map(payload);
    case kDmaUnmap:
      return unmap(payload);
    case kDeviceInfo:
      return VfioUserDeviceInfo{};
    case kRegionInfo:
      return VfioUserRegionInfo{field<std::uint32_t>(payload, 8)};
    case kIrqInfo:
      return VfioUserIrqInfo{field<std::uint32_t>(payload, 8)};
    case kSetIrqs:
      return VfioUserSetIrqs{field<std::uint32_t>(payload, 8)};
    case kRegionRead:
      return access(false, payload);
    case kRegionWrite:
      return access(true, payload);
    default:
      return VfioUserReset{};
  }
}

std::vector<std::uint8_t> vfio_user_reply(const VfioUserHeader &header,
                                          std::span<const std::uint8_t> payload, int error) {
  std::vector<std::uint8_t> bytes;
  add(bytes, header.id);
  add(bytes, header.command);
  add(bytes, static_cast<std::uint32_t>(kVfioUserHeaderBytes + payload.size()));
  add(bytes, kTypeReply | (error != 0 ? kError : 0));
  add(bytes, static_cast<std::uint32_t>(error));
  bytes.insert(bytes.end(), payload.begin(), payload.end());
  return bytes;
}

std::vector<std::uint8_t> vfio_user_version_payload() {
  std::vector<std::uint8_t> bytes;
  add(bytes, std::uint16_t{0});
  add(bytes, std::uint16_t{0});
  const std::string capabilities = fmt::format(
      R"({{"capabilities":{{"max_msg_fds":1,"max_data_xfer_size":{}}}}})", kVfioUserMaxData);
  bytes.insert(bytes.end(), capabilities.begin(), capabilities.end());
  bytes.push_back(0);
  return bytes;
}

std::vector<std::uint8_t> vfio_user_payload(const VfioUserDeviceFacts &facts) {
  std::vector<std::uint8_t> bytes;
  for (const std::uint32_t value : {16U, kDeviceFlags, facts.regions, facts.irqs}) {
    add(bytes, value);
  }
  return bytes;
}

std::vector<std::uint8_t> vfio_user_payload(const VfioUserRegionFacts &facts) {
  std::vector<std::uint8_t> bytes;
  for (const std::uint32_t value : {32U, facts.bytes != 0 ? kRegionFlags : 0, facts.index, 0U}) {
    add(bytes, value);
  }
  add(bytes, facts.bytes);
  add(bytes, std::uint64_t{0});  // its place in a file, which we do not have
  return bytes;
}

std::vector<std::uint8_t> vfio_user_payload(const VfioUserIrqFacts &facts) {
  std::vector<std::uint8_t> bytes;
  for (const std::uint32_t value : {16U, kIrqEventDescriptor, facts.index, facts.count}) {
    add(bytes, value);
  }
  return bytes;
}

std::vector<std::uint8_t> vfio_user_payload(const VfioUserUnmap &unmap) {
  std::vector<std::uint8_t> bytes;
  for (const std::uint32_t value : {24U, unmap.all ? kUnmapAll : 0}) add(bytes, value);
  for (const std::uint64_t value : {unmap.start, unmap.bytes}) add(bytes, value);
  return bytes;
}

std::vector<std::uint8_t> vfio_user_payload(const VfioUserRegionAccess &access,
                                            std::span<const std::uint8_t> data) {
  std::vector<std::uint8_t> bytes;
  add(bytes, access.offset);
  add(bytes, access.region);
  add(bytes, access.count);
  bytes.insert(bytes.end(), data.begin(), data.end());
  return bytes;
}

}  // namespace dmar::cosim
