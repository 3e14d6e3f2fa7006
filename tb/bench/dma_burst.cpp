// SPDX-License-Identifier: Apache-2.0
#include "bench/dma_burst.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <stdexcept>

#include "dmar/pattern.hpp"

namespace dmar::bench {
namespace {

constexpr std::uint8_t kFullSize = 4;         // log2 of kBeatBytes
constexpr std::uint8_t kZeroLengthSize = 2;   // a DWORD without byte enables
constexpr std::uint8_t kModifiable = 0b0011;  // normal memory, bufferable

void check(const Request &request, std::span<const std::uint8_t> data) {
  const std::uint64_t offset = request.address.raw() % kPageBytes;
  if (request.bytes == 0 || offset + request.bytes > kPageBytes) {
    throw std::invalid_argument(fmt::format("request of {} bytes at {:#x} is not inside one page",
                                            request.bytes, request.address.raw()));
  }
  if (!data.empty() && (!is_write(request.kind) || data.size() != request.bytes)) {
    throw std::invalid_argument(fmt::format("{} data bytes for a request of {} bytes", data.size(),
                                            is_write(request.kind) ? request.bytes : 0));
  }
}

AddressBeat make_address(const Request &request, std::uint8_t id) {
  AddressBeat burst{.address = request.address.raw(),
                    .user = pack_user(request),
                    .id = id,
                    .size = kFullSize,
                    .cache = kModifiable};
  if (request.kind == AccessKind::kZeroLengthRead) {
    burst.size = kZeroLengthSize;
    return burst;
  }
  const std::uint32_t bytes = request.bytes;
  if (std::has_single_bit(bytes) && bytes <= kBeatBytes && burst.address % bytes == 0) {
    const bool asks = request.at == AddressType::kTranslationRequest;
    const std::uint32_t beat = asks ? bytes : std::max<std::uint32_t>(bytes, request.beat_bytes);
    burst.size = static_cast<std::uint8_t>(std::countr_zero(beat));
    return burst;
  }
  const std::uint64_t lane = burst.address % kBeatBytes;
  burst.len = static_cast<std::uint8_t>((lane + bytes - 1) / kBeatBytes);
  return burst;
}

std::vector<WriteBeat> make_beats(const AddressBeat &burst, std::span<const std::uint8_t> data,
                                  std::uint16_t disabled) {
  std::vector<WriteBeat> beats(burst.len + std::size_t{1});
  const std::size_t first_lane = burst.address % kBeatBytes;
  for (std::size_t k = 0; k < data.size(); ++k) {
    WriteBeat &beat = beats[(first_lane + k) / kBeatBytes];
    const std::size_t lane = (first_lane + k) % kBeatBytes;
    beat.data[lane] = data[k];
    if (k < kBeatBytes && ((disabled >> k) & 1) != 0) continue;
    beat.strobes = static_cast<std::uint16_t>(beat.strobes | (1U << lane));
  }
  beats.back().last = true;
  return beats;
}

}  // namespace

std::uint64_t pack_user(const Request &request) {
  const auto flag = [](bool value, unsigned bit) { return std::uint64_t{value} << bit; };
  const std::uint64_t pasid = request.pasid ? request.pasid->raw() & 0xF'FFFFU : 0;
  return request.source_id.raw() | flag(request.pasid.has_value(), device_user::kPasidValid) |
         (pasid << device_user::kPasid) |
         (static_cast<std::uint64_t>(request.at) << device_user::kAddressType) |
         flag(request.privileged, device_user::kPrivileged) |
         flag(request.execute, device_user::kExecute) |
         flag(request.kind == AccessKind::kZeroLengthRead, device_user::kZeroLength) |
         flag(request.kind == AccessKind::kAtomic, device_user::kAtomic) |
         flag(request.no_snoop, device_user::kNoSnoop) |
         flag(request.no_write, device_user::kNoWrite);
}

AxiBurst make_burst(const Request &request, std::span<const std::uint8_t> data, std::uint8_t id) {
  check(request, data);
  AxiBurst burst{.write = is_write(request.kind), .address = make_address(request, id)};
  if (burst.write) {
    burst.beats = data.empty() ? make_beats(burst.address, pattern(request), request.disabled)
                               : make_beats(burst.address, data, request.disabled);
  }
  return burst;
}

std::vector<std::uint8_t> gather(const Request &request, const AddressBeat &burst,
                                 std::span<const BeatData> beats) {
  if (request.kind == AccessKind::kZeroLengthRead) return {};
  std::vector<std::uint8_t> bytes(request.bytes);
  const std::size_t first_lane = burst.address % kBeatBytes;
  for (std::size_t k = 0; k < bytes.size(); ++k) {
    bytes[k] = beats[(first_lane + k) / kBeatBytes][(first_lane + k) % kBeatBytes];
  }
  return bytes;
}

}  // namespace dmar::bench
