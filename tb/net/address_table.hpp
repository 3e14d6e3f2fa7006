// SPDX-License-Identifier: Apache-2.0
// What a bridge has learned: behind which port a station is.
#ifndef DMAR_NET_ADDRESS_TABLE_HPP
#define DMAR_NET_ADDRESS_TABLE_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>

#include "net/ethernet.hpp"

namespace dmar::net {

// Bounded: for a new station the one that has been silent for longest is forgotten. That costs
// nothing but flooding, so a station that invents addresses cannot cut off the others.
class AddressTable {
 public:
  explicit AddressTable(std::size_t most) : most_(most) {}

  [[nodiscard]] std::size_t size() const { return entries_.size(); }

  // The station was heard at `port`; where it was before is forgotten.
  void learn(const Mac &station, std::size_t port) {
    if (most_ == 0) return;
    if (!entries_.contains(station) && entries_.size() >= most_) forget_one();
    entries_[station] = {.port = port, .heard = ++now_};
  }

  [[nodiscard]] std::optional<std::size_t> port_of(const Mac &station) const {
    const auto found = entries_.find(station);
    if (found == entries_.end()) return std::nullopt;
    return found->second.port;
  }

 private:
  struct Entry {
    std::size_t port = 0;
    std::uint64_t heard = 0;
  };

  void forget_one() {
    entries_.erase(std::min_element(
        entries_.begin(), entries_.end(),
        [](const auto &a, const auto &b) { return a.second.heard < b.second.heard; }));
  }

  std::size_t most_;
  std::uint64_t now_ = 0;
  std::map<Mac, Entry> entries_;
};

}  // namespace dmar::net

#endif  // DMAR_NET_ADDRESS_TABLE_HPP
