// SPDX-License-Identifier: Apache-2.0
// Memory behind the write-back caches of a CPU: what software stored stays in a dirty line, where
// only snooping accesses see it, until software writes the line back.
#ifndef DMAR_BENCH_DIRTY_LINES_HPP
#define DMAR_BENCH_DIRTY_LINES_HPP

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "memory/memory.hpp"

namespace dmar::bench {

class DirtyLines {
 public:
  static constexpr std::uint64_t kLine = 64;

  // `memory` holds what software sees. Everything in it counts as written back.
  explicit DirtyLines(Memory &memory) : memory_(memory) {}

  // From now on what software stores into the line of `address` does not reach memory.
  void make_dirty(HostAddr address) {
    std::vector<std::uint8_t> old(kLine);
    memory_.load(line(address), old);
    old_.try_emplace(line(address).raw(), std::move(old));
  }
  void write_back(HostAddr address) { old_.erase(line(address).raw()); }

  // A read of the bus inside one line.
  bool read(HostAddr address, std::span<std::uint8_t> out, bool snoop) {
    const auto found = old_.find(line(address).raw());
    if (snoop || found == old_.end()) return memory_.read(address, out);
    for (std::size_t k = 0; k < out.size(); ++k) out[k] = found->second[address.raw() % kLine + k];
    return true;
  }

 private:
  static HostAddr line(HostAddr address) { return HostAddr(address.raw() & ~(kLine - 1)); }

  Memory &memory_;
  std::unordered_map<std::uint64_t, std::vector<std::uint8_t>> old_;  // by address of the line
};

}  // namespace dmar::bench

#endif  // DMAR_BENCH_DIRTY_LINES_HPP
