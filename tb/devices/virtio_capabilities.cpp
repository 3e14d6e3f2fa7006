// SPDX-License-Identifier: Apache-2.0
// See virtio_capabilities.hpp.
#include "devices/virtio_capabilities.hpp"

#include <algorithm>
#include <vector>

#include "golden/little_endian.hpp"

namespace dmar::devices {

namespace {

constexpr std::uint8_t kVendorCapability = 0x09;
constexpr std::uint8_t kConfigAccess = 5;  // type of the window

// Offsets in a capability.
constexpr std::size_t kBar = 4;
constexpr std::size_t kOffset = 8;
constexpr std::size_t kLength = 12;
constexpr std::size_t kData = 16;
constexpr std::size_t kHeadBytes = 2;  // id and next pointer, which the list adds
constexpr std::size_t kBytes = 16;     // without multiplier or data
constexpr std::size_t kBytesWithMore = 20;

}  // namespace

void add_structure(ConfigSpace &config, VirtioStructure type, std::uint32_t offset,
                   std::uint32_t bytes, std::uint32_t multiplier) {
  const std::size_t length = type == VirtioStructure::kNotify ? kBytesWithMore : kBytes;
  std::vector<std::uint8_t> body(kBytesWithMore - kHeadBytes);
  body[0] = static_cast<std::uint8_t>(length);
  body[1] = static_cast<std::uint8_t>(type);
  auto place = body.begin() + (kOffset - kHeadBytes);
  for (const std::uint32_t field : {offset, bytes, multiplier}) {
    place = std::ranges::copy(golden::to_little_endian(field), place).out;
  }
  body.resize(length - kHeadBytes);
  const std::vector<std::uint8_t> read_only(body.size());
  config.add_capability(kVendorCapability, body, read_only);
}

ConfigWindow::ConfigWindow(ConfigSpace &config) : config_(config) {
  std::vector<std::uint8_t> body(kBytesWithMore - kHeadBytes);
  body[0] = kBytesWithMore;
  body[1] = kConfigAccess;
  std::vector<std::uint8_t> writable(body.size(), 0xFF);
  std::fill_n(writable.begin(), kOffset - kHeadBytes, std::uint8_t{0});
  writable[kBar - kHeadBytes] = 0xFF;
  base_ = config.add_capability(kVendorCapability, body, writable);
}

std::optional<ConfigWindow::Access> ConfigWindow::access(std::uint32_t offset, unsigned bytes,
                                                         std::uint32_t bar_bytes) const {
  const bool at_data = offset < base_ + kData + 4 && offset + bytes > base_ + kData;
  const bool bar_zero = (config_.get32(base_ + kBar) & 0xFF) == 0;
  const Access wanted{config_.get32(base_ + kOffset), config_.get32(base_ + kLength)};
  const bool size_okay = wanted.bytes == 1 || wanted.bytes == 2 || wanted.bytes == 4;
  if (!at_data || !bar_zero || !size_okay) return std::nullopt;
  if (wanted.offset % wanted.bytes != 0 || wanted.offset >= bar_bytes) return std::nullopt;
  return wanted;
}

std::uint32_t ConfigWindow::data() const { return config_.get32(base_ + kData); }
void ConfigWindow::set_data(std::uint32_t data) { config_.put32(base_ + kData, data); }

}  // namespace dmar::devices
