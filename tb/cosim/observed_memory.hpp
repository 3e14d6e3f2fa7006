// SPDX-License-Identifier: Apache-2.0
// Guest memory with somebody watching: what the unit read and wrote for devices is kept until the
// request that caused it is complete, and then compared with what the device sent or received.
#ifndef DMAR_COSIM_OBSERVED_MEMORY_HPP
#define DMAR_COSIM_OBSERVED_MEMORY_HPP

#include <array>
#include <cstdint>
#include <deque>
#include <list>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "bench/axi_memory.hpp"
#include "dmar/memory_bus.hpp"
#include "dmar/types.hpp"

namespace dmar::cosim {

class ObservedMemory : public MemoryBus {
 public:
  explicit ObservedMemory(MemoryBus &ram) : ram_(ram) {}

  bool read(HostAddr address, std::span<std::uint8_t> out) override;
  bool write(HostAddr address, std::span<const std::uint8_t> bytes) override {
    return ram_.write(address, bytes);
  }
  Swap compare_and_swap(HostAddr address, std::span<const std::uint8_t> expected,
                        std::span<const std::uint8_t> desired) override;

  // The bursts for devices that memory performed since the last call, in order.
  void note(const std::vector<bench::AxiAccess> &accesses);

  // The changes of posted descriptors that memory took since the last call, in order.
  struct Change {
    HostAddr address;
    std::array<std::uint8_t, 64> before = {};
    std::array<std::uint8_t, 64> after = {};
  };
  std::vector<Change> take_changes() { return std::exchange(changes_, {}); }

  // What is wrong with the bytes of a finished request, which had AXI ID `id`; empty when they are
  // those of the device (`data`, of a write) or those that memory held at that moment (a read).
  std::string check(const Request &request, std::uint8_t id, std::span<const std::uint8_t> data,
                    const Completion &completion);

  // Bursts that no finished request has explained.
  [[nodiscard]] std::size_t unexplained() const { return bursts_.size(); }
  void forget() {
    bursts_.clear();
    changes_.clear();
  }

 private:
  struct Piece {
    std::uint64_t address;
    std::vector<std::uint8_t> bytes;
  };
  struct Burst {
    bench::AxiAccess access;
    std::vector<std::uint8_t> read;  // what memory held
  };
  std::vector<std::uint8_t> take_read(const bench::AxiAccess &access);

  MemoryBus &ram_;
  std::deque<Piece> pieces_;  // reads of all clients since the last note()
  std::list<Burst> bursts_;
  std::vector<Change> changes_;
};

}  // namespace dmar::cosim

#endif  // DMAR_COSIM_OBSERVED_MEMORY_HPP
