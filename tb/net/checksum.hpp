// SPDX-License-Identifier: Apache-2.0
// The checksum of IP, ICMP and UDP: the inverted one's complement sum of 16-bit words.
#ifndef DMAR_NET_CHECKSUM_HPP
#define DMAR_NET_CHECKSUM_HPP

#include <cstdint>

#include "net/big_endian.hpp"

namespace dmar::net {

class Checksum {
 public:
  // Only the last piece may have an odd number of bytes; it is filled up with a zero.
  Checksum &add(View bytes) {
    for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) sum_ += load<std::uint16_t>(bytes, i);
    if (bytes.size() % 2 != 0) sum_ += std::uint64_t{bytes.back()} << 8;
    return *this;
  }

  // What to store in the field that was zero so far. 0 when the field was among the bytes and is
  // right.
  [[nodiscard]] std::uint16_t value() const {
    std::uint64_t sum = sum_;
    while (sum > 0xFFFF) sum = (sum & 0xFFFF) + (sum >> 16);
    return static_cast<std::uint16_t>(~sum);
  }

 private:
  std::uint64_t sum_ = 0;
};

}  // namespace dmar::net

#endif  // DMAR_NET_CHECKSUM_HPP
