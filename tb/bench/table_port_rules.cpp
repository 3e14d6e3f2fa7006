// SPDX-License-Identifier: Apache-2.0
// See table_port_rules.hpp.
#include "bench/table_port_rules.hpp"

#include <fmt/format.h>

namespace dmar::bench {
namespace {

constexpr std::uint8_t kDwordSize = 2;
constexpr std::uint8_t kEntrySize = 3;
constexpr std::uint8_t kBeatSize = 4;
constexpr std::uint8_t kLineLen = kLineBytes / kBeatBytes - 1;
constexpr std::uint64_t kRequestBytes = 32;  // PIR of a posted descriptor; control is behind it

bool aligned(const AddressBeat &burst) {
  return beat_base(burst.address, burst.size) == burst.address;
}

// One entry, or a line with the entry that is wanted in front.
bool is_walk_read(const AddressBeat &burst) {
  if (burst.burst == kBurstWrap) return burst.size == kBeatSize && burst.len == kLineLen;
  return burst.burst == kBurstIncr && burst.len == 0 &&
         (burst.size == kEntrySize || burst.size == kBeatSize);
}

// Descriptors up to the end of a line.
bool is_queue_read(const AddressBeat &burst) {
  return burst.burst == kBurstIncr && burst.size == kBeatSize &&
         burst.address / kLineBytes == (burst_end(burst) - 1) / kLineBytes;
}

// A posted descriptor, as one half of an exclusive pair.
std::string posting_violation(const AddressBeat &burst) {
  const bool line = burst.burst == kBurstIncr && burst.size == kBeatSize && burst.len == kLineLen &&
                    burst.address % kLineBytes == 0;
  if (!line) return "not one descriptor";
  return burst.lock != 0 ? "" : "not exclusive";
}

std::string read_violation(const AddressBeat &burst) {
  if (burst.id == kPostingId) return posting_violation(burst);
  if (burst.id > kQueueReadId) return "no client has this ID";
  if (burst.lock != 0) return "exclusive";
  const bool walk = burst.id <= kLastWalkId;
  if (!(walk ? is_walk_read(burst) : is_queue_read(burst))) {
    return walk ? "neither an entry nor a line" : "not descriptors of one line";
  }
  return aligned(burst) ? "" : "unaligned";
}

// One byte of PIR, and perhaps the first byte of control.
bool is_posting_change(const AxiAccess &access) {
  const auto &runs = access.runs;
  const std::uint64_t control = access.address.address + kRequestBytes;
  if (runs.empty() || runs.size() > 2 || runs[0].address >= control) return false;
  if (runs.size() == 1) {
    return runs[0].bytes.size() == 1 ||
           (runs[0].bytes.size() == 2 && runs[0].address + 1 == control);
  }
  return runs[0].bytes.size() == 1 && runs[1].bytes.size() == 1 && runs[1].address == control;
}

std::string write_violation(const AxiAccess &access) {
  const AddressBeat &burst = access.address;
  if (burst.id == kPostingId) {
    const std::string why = posting_violation(burst);
    return !why.empty() || is_posting_change(access) ? why : "changes more than a posting";
  }
  if (burst.lock != 0) return "exclusive";
  if (burst.id < kStatusWriteId || burst.id > kNotificationId) return "no client has this ID";
  if (burst.len != 0 || burst.size != kDwordSize || burst.burst != kBurstIncr || !aligned(burst) ||
      access.runs.size() != 1 || access.runs[0].bytes.size() != 4) {
    return "not one DWORD";
  }
  return "";
}

}  // namespace

std::string table_port_violation(const AxiAccess &access, unsigned host_address_width) {
  const AddressBeat &burst = access.address;
  std::string why = access.write ? write_violation(access) : read_violation(burst);
  // Software chooses where events go.
  if (why.empty() && !is_event(access) && burst.address >> host_address_width != 0) {
    why = "beyond the host address width";
  }
  if (why.empty()) return why;
  return fmt::format("{} with ID {} at {:#x}, {} beats of {} bytes, type {}: {}",
                     access.write ? "write" : "read", burst.id, burst.address, burst.len + 1,
                     1U << burst.size, burst.burst, why);
}

}  // namespace dmar::bench
