// SPDX-License-Identifier: Apache-2.0
// AXI4 and AXI4-Lite as plain values: one struct for the payload of each channel, one for each bus.
// Data is 128 bits wide on AXI4 and 64 bits on AXI4-Lite; identifiers and users fit the widest
// port.
#ifndef DMAR_BENCH_AXI_HPP
#define DMAR_BENCH_AXI_HPP

#include <array>
#include <cstdint>

namespace dmar::bench {

inline constexpr unsigned kBeatBytes = 16;
inline constexpr std::uint64_t kPageBytes = 4096;  // no AXI burst crosses this boundary

using BeatData = std::array<std::uint8_t, kBeatBytes>;  // byte k is bits 8k+7:8k

enum Resp : std::uint8_t { kRespOkay = 0, kRespExclusive = 1, kRespSlave = 2, kRespDecode = 3 };
enum BurstType : std::uint8_t { kBurstFixed = 0, kBurstIncr = 1, kBurstWrap = 2 };

struct AddressBeat {
  std::uint64_t address = 0;
  std::uint64_t user = 0;
  std::uint8_t id = 0;
  std::uint8_t len = 0;   // beats - 1
  std::uint8_t size = 0;  // log2 of the bytes of a beat
  std::uint8_t burst = kBurstIncr;
  std::uint8_t lock = 0;
  std::uint8_t cache = 0;
  std::uint8_t prot = 0;
  std::uint8_t qos = 0;

  friend bool operator==(const AddressBeat &, const AddressBeat &) = default;
};

struct WriteBeat {
  BeatData data{};
  std::uint16_t strobes = 0;
  bool last = false;

  friend bool operator==(const WriteBeat &, const WriteBeat &) = default;
};

struct WriteResponse {
  std::uint8_t id = 0;
  std::uint8_t resp = kRespOkay;

  friend bool operator==(const WriteResponse &, const WriteResponse &) = default;
};

struct ReadBeat {
  BeatData data{};
  std::uint8_t id = 0;
  std::uint8_t resp = kRespOkay;
  bool last = false;

  friend bool operator==(const ReadBeat &, const ReadBeat &) = default;
};

template <class Payload>
struct Channel {
  bool valid = false;
  bool ready = false;
  Payload payload{};

  [[nodiscard]] bool fires() const { return valid && ready; }
};

struct AxiBus {
  Channel<AddressBeat> aw;
  Channel<WriteBeat> w;
  Channel<WriteResponse> b;
  Channel<AddressBeat> ar;
  Channel<ReadBeat> r;
};

struct LiteWriteData {
  std::uint64_t data = 0;
  std::uint8_t strobes = 0;

  friend bool operator==(const LiteWriteData &, const LiteWriteData &) = default;
};

struct LiteReadData {
  std::uint64_t data = 0;
  std::uint8_t resp = kRespOkay;

  friend bool operator==(const LiteReadData &, const LiteReadData &) = default;
};

struct LiteBus {
  Channel<std::uint16_t> aw;  // byte offset in the 4 KiB register page
  Channel<LiteWriteData> w;
  Channel<std::uint8_t> b;  // response
  Channel<std::uint16_t> ar;
  Channel<LiteReadData> r;
};

// First byte of the beat that holds `address`, in a burst of 2^size byte beats.
constexpr std::uint64_t beat_base(std::uint64_t address, unsigned size) {
  return address >> size << size;
}

// Address of beat `index`: only the first of an INCR burst may be unaligned, a FIXED burst stays
// where it is, a WRAP burst turns at the end of the block of its own size.
constexpr std::uint64_t beat_address(const AddressBeat &burst, unsigned index) {
  if (index == 0 || burst.burst == kBurstFixed) return burst.address;
  const std::uint64_t next =
      beat_base(burst.address, burst.size) + (std::uint64_t{index} << burst.size);
  if (burst.burst != kBurstWrap) return next;
  const std::uint64_t block = (std::uint64_t{burst.len} + 1) << burst.size;
  return burst.address / block * block + next % block;
}

// One past the last byte that an INCR burst may touch.
constexpr std::uint64_t burst_end(const AddressBeat &burst) {
  return beat_base(burst.address, burst.size) + ((std::uint64_t{burst.len} + 1) << burst.size);
}

// Byte lanes of beat `index`, one bit for each byte of the bus.
constexpr std::uint16_t beat_lanes(const AddressBeat &burst, unsigned index) {
  const std::uint64_t first = beat_address(burst, index);
  const std::uint64_t end = beat_base(first, burst.size) + (std::uint64_t{1} << burst.size);
  const unsigned low = static_cast<unsigned>(first % kBeatBytes);
  const unsigned count = static_cast<unsigned>(end - first);
  return static_cast<std::uint16_t>(((1U << count) - 1U) << low);
}

}  // namespace dmar::bench

#endif  // DMAR_BENCH_AXI_HPP
