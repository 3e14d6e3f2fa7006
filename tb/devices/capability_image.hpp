// SPDX-License-Identifier: Apache-2.0
// The bytes of a capability in the making, by the offsets that its definition gives.
#ifndef DMAR_DEVICES_CAPABILITY_IMAGE_HPP
#define DMAR_DEVICES_CAPABILITY_IMAGE_HPP

#include <array>
#include <cstddef>
#include <cstdint>

namespace dmar::devices {

// `kHeadBytes`: what the list adds, id and next pointer.
template <std::size_t kBytes, std::size_t kHeadBytes = 2>
class CapabilityImage {
 public:
  // Little-endian; bytes that are 0 anyway need no place.
  void set(std::size_t offset, std::uint64_t value) {
    for (; value != 0; value >>= 8) bytes_.at(offset++ - kHeadBytes) = value & 0xFF;
  }
  [[nodiscard]] const auto &bytes() const { return bytes_; }

 private:
  std::array<std::uint8_t, kBytes - kHeadBytes> bytes_{};
};

template <std::size_t kBytes>
using ExtendedImage = CapabilityImage<kBytes, 4>;

}  // namespace dmar::devices

#endif  // DMAR_DEVICES_CAPABILITY_IMAGE_HPP
