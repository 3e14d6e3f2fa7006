// SPDX-License-Identifier: Apache-2.0
// A remapping unit seen from outside: registers for the CPU, requests for devices, messages.
// The golden model and the Verilated RTL both implement it; tests are written against it.
#ifndef DMAR_IOMMU_HPP
#define DMAR_IOMMU_HPP

#include <cstdint>
#include <span>
#include <vector>

#include "dmar/ats.hpp"
#include "dmar/config.hpp"
#include "dmar/types.hpp"

namespace dmar {

class Memory;  // memory/memory.hpp

class Iommu {
 public:
  virtual ~Iommu() = default;

  [[nodiscard]] virtual const Config &config() const = 0;
  [[nodiscard]] virtual Memory &memory() = 0;

  // CPU register access of `bytes` (4 or 8) at `offset` from the register base.
  virtual std::uint64_t read(std::uint32_t offset, unsigned bytes) = 0;
  virtual void write(std::uint32_t offset, unsigned bytes, std::uint64_t value) = 0;

  // One device request, carried out to its completion. A write takes its bytes from `data`
  // (a fixed pattern when empty); an atomic travels as a write.
  virtual Completion access(const Request &request, std::span<const std::uint8_t> data = {}) = 0;

  // Requests issued back to back, in order; completions in the same order.
  virtual std::vector<Completion> access_all(std::span<const Request> requests) = 0;

  // Waits until the unit has nothing left to do on its own: invalidation queue idle or stopped,
  // status writes and event messages delivered.
  virtual void settle() = 0;

  // The unit's own event messages since the last call, oldest first.
  virtual std::vector<Message> take_messages() = 0;

  // Messages to device TLBs since the last call, oldest first, and a message of a device. A unit
  // without ECAP.DT sends none and expects none.
  virtual std::vector<InvalidateRequest> take_invalidate_requests() { return {}; }
  virtual void complete_invalidation(const InvalidateCompletion & /*completion*/) {}
};

}  // namespace dmar

#endif  // DMAR_IOMMU_HPP
