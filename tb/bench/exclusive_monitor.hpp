// SPDX-License-Identifier: Apache-2.0
// The exclusive monitor of a memory (AXI4 A7.2): what an exclusive read of an ID saw is reserved
// for the exclusive write of the same shape, until anybody writes any byte of it.
#ifndef DMAR_BENCH_EXCLUSIVE_MONITOR_HPP
#define DMAR_BENCH_EXCLUSIVE_MONITOR_HPP

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "bench/axi.hpp"

namespace dmar::bench {

class ExclusiveMonitor {
 public:
  // An exclusive read that was answered without an error. One reservation for each ID.
  void reserve(const AddressBeat &burst, std::vector<std::uint8_t> bytes) {
    reserved_[burst.id] = {burst.address, std::move(bytes)};
  }

  // Somebody wrote.
  void written(std::uint64_t address, std::size_t bytes) {
    std::erase_if(reserved_, [&](const auto &entry) {
      const Line &line = entry.second;
      return address < line.address + line.bytes.size() && line.address < address + bytes;
    });
  }

  // What the exclusive write may replace: the bytes that the read saw; nullopt: nothing is
  // reserved for it. The reservation ends.
  std::optional<std::vector<std::uint8_t>> take(const AddressBeat &burst) {
    const auto found = reserved_.find(burst.id);
    if (found == reserved_.end()) return std::nullopt;
    Line line = std::move(found->second);
    reserved_.erase(found);
    const bool same = line.address == burst.address &&
                      line.bytes.size() == (burst.len + std::size_t{1}) << burst.size;
    return same ? std::optional(std::move(line.bytes)) : std::nullopt;
  }

  [[nodiscard]] bool empty() const { return reserved_.empty(); }

 private:
  struct Line {
    std::uint64_t address = 0;
    std::vector<std::uint8_t> bytes;
  };
  std::map<std::uint8_t, Line> reserved_;
};

// The rule of AXI4 for exclusive accesses that this burst breaks; empty when it breaks none: at
// most 128 bytes and 16 beats, a power of two of bytes, aligned to all of them.
inline const char *exclusive_violation(const AddressBeat &burst) {
  const std::uint64_t bytes = (burst.len + std::uint64_t{1}) << burst.size;
  if (burst.len > 15) return "exclusive, more than 16 beats";
  if (bytes > 128) return "exclusive, more than 128 bytes";
  if ((bytes & (bytes - 1)) != 0) return "exclusive, no power of two of bytes";
  if (burst.address % bytes != 0) return "exclusive, unaligned";
  return "";
}

}  // namespace dmar::bench

#endif  // DMAR_BENCH_EXCLUSIVE_MONITOR_HPP
