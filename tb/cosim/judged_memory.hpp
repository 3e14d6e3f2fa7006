// SPDX-License-Identifier: Apache-2.0
// Memory as the golden model sees it: it reads what is there and writes nothing, for the unit does
// that. Tells which lines it looked at.
#ifndef DMAR_COSIM_JUDGED_MEMORY_HPP
#define DMAR_COSIM_JUDGED_MEMORY_HPP

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <span>

#include "dmar/memory_bus.hpp"

namespace dmar::cosim {

class JudgedMemory : public MemoryBus {
 public:
  using Observer = std::function<void(HostAddr address, std::size_t bytes)>;

  explicit JudgedMemory(MemoryBus &ram) : ram_(ram) {}

  void observe_reads(Observer observer) { observer_ = std::move(observer); }

  bool read(HostAddr address, std::span<std::uint8_t> out) override {
    if (observer_) observer_(address, out.size());
    return ram_.read(address, out);
  }
  bool write(HostAddr address, std::span<const std::uint8_t> bytes) override {
    std::array<std::uint8_t, 64> there{};
    return ram_.read(address, std::span(there).first(std::min(there.size(), bytes.size())));
  }

 private:
  MemoryBus &ram_;
  Observer observer_;
};

}  // namespace dmar::cosim

#endif  // DMAR_COSIM_JUDGED_MEMORY_HPP
