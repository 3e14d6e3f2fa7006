// SPDX-License-Identifier: Apache-2.0
// A device request as an AXI4 burst, and the layout of AxUSER on both sides of the unit.
#ifndef DMAR_BENCH_DMA_BURST_HPP
#define DMAR_BENCH_DMA_BURST_HPP

#include <cstdint>
#include <span>
#include <vector>

#include "bench/axi_manager.hpp"
#include "dmar/types.hpp"

namespace dmar::bench {

// Device side, 48 bits.
namespace device_user {
inline constexpr unsigned kPasidValid = 16;
inline constexpr unsigned kPasid = 17;
inline constexpr unsigned kAddressType = 37;
inline constexpr unsigned kPrivileged = 39;
inline constexpr unsigned kExecute = 40;
inline constexpr unsigned kZeroLength = 41;  // AR only
inline constexpr unsigned kAtomic = 42;      // AW only
inline constexpr unsigned kNoSnoop = 43;
inline constexpr unsigned kNoWrite = 44;  // NW of a translation request
}  // namespace device_user

// Memory side, 18 bits: source id below these.
namespace dma_user {
inline constexpr unsigned kSnoop = 16;
inline constexpr unsigned kInterrupt = 17;
}  // namespace dma_user

std::uint64_t pack_user(const Request &request);

// One INCR burst: a single narrow beat when `bytes` is a power of two up to 16 at its natural
// alignment (wider where `beat_bytes` says so, but for a translation request), otherwise 16-byte
// beats of which the first may be unaligned. A write is full of `data`, or of the pattern of
// dmar/pattern.hpp when that is empty. std::invalid_argument: size 0, page crossed, or `data` of
// another length.
AxiBurst make_burst(const Request &request, std::span<const std::uint8_t> data, std::uint8_t id);

// The bytes of `request` out of the beats of its burst; empty for a zero-length read.
std::vector<std::uint8_t> gather(const Request &request, const AddressBeat &burst,
                                 std::span<const BeatData> beats);

constexpr bool is_write(AccessKind kind) {
  return kind == AccessKind::kWrite || kind == AccessKind::kAtomic;
}

}  // namespace dmar::bench

#endif  // DMAR_BENCH_DMA_BURST_HPP
