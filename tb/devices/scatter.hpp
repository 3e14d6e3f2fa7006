// SPDX-License-Identifier: Apache-2.0
// DMA between a buffer and memory that is given in pieces.
#ifndef DMAR_DEVICES_SCATTER_HPP
#define DMAR_DEVICES_SCATTER_HPP

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <span>

#include "devices/task.hpp"
#include "devices/transfer.hpp"

namespace dmar::devices {

struct Segment {
  Iova address;
  std::uint32_t bytes = 0;  // the last byte does not lie beyond 2^64
};

inline std::uint64_t total_bytes(std::span<const Segment> segments) {
  return std::accumulate(
      segments.begin(), segments.end(), std::uint64_t{0},
      [](std::uint64_t sum, const Segment &segment) { return sum + segment.bytes; });
}

// Calls visit(address, position, bytes) for the pieces of `segments`, taken as one string of bytes,
// that hold bytes offset .. offset + bytes - 1; `position` counts from `offset`.
template <class Visit>
void for_each_piece(std::span<const Segment> segments, std::uint64_t offset, std::uint64_t bytes,
                    Visit visit) {
  std::uint64_t position = 0;
  for (const Segment &segment : segments) {
    if (offset >= segment.bytes) {
      offset -= segment.bytes;
      continue;
    }
    const std::uint64_t count = std::min(bytes - position, segment.bytes - offset);
    if (count == 0) return;
    visit(Iova(segment.address.raw() + offset), position, count);
    position += count;
    offset = 0;
  }
}

// Both move the bytes from `offset` on, all pieces at once. The segments hold that many.
inline Task<DmaStatus> gather(DmaPort &port, std::span<const Segment> segments,
                              std::uint64_t offset, std::span<std::uint8_t> out) {
  TransferGroup group(port);
  for_each_piece(segments, offset, out.size(), [&](Iova address, auto position, auto bytes) {
    group.read(address, out.subspan(position, bytes));
  });
  const DmaStatus status = co_await group;
  co_return status;
}

inline Task<DmaStatus> scatter(DmaPort &port, std::span<const Segment> segments,
                               std::uint64_t offset, std::span<const std::uint8_t> data) {
  TransferGroup group(port);
  for_each_piece(segments, offset, data.size(), [&](Iova address, auto position, auto bytes) {
    group.write(address, data.subspan(position, bytes));
  });
  const DmaStatus status = co_await group;
  co_return status;
}

}  // namespace dmar::devices

#endif  // DMAR_DEVICES_SCATTER_HPP
