// SPDX-License-Identifier: Apache-2.0
// Invalidation queue descriptors of legacy mode as software writes them (VT-d 6.5.2). Nothing is
// checked: a test may ask for what is invalid.
#ifndef DMAR_DRIVER_DESCRIPTOR_HPP
#define DMAR_DRIVER_DESCRIPTOR_HPP

#include <cstdint>

#include "dmar/ats.hpp"
#include "dmar/registers.hpp"
#include "dmar/types.hpp"

namespace dmar {

struct QueueDescriptor {
  std::uint64_t lo = 0;
  std::uint64_t hi = 0;

  friend bool operator==(const QueueDescriptor &, const QueueDescriptor &) = default;
};

// What an invalidation covers; the same for registers and for the queue.
struct ContextScope {
  unsigned granularity = granularity::kGlobal;
  unsigned domain = 0;
  SourceId source_id = {};
  unsigned function_mask = 0;  // FM
};
struct IotlbScope {
  unsigned granularity = granularity::kGlobal;
  unsigned domain = 0;
  Iova address = {};
  unsigned address_mask = 0;  // AM
  bool leaf_only = false;     // IH
};
struct InterruptScope {
  bool all = true;  // the whole interrupt entry cache
  unsigned index = 0;
  unsigned mask = 0;  // IM
};
struct DeviceTlbScope {
  SourceId source_id = {};
  Iova address = {};
  std::uint64_t bytes = 4096;  // a power of two that `address` is aligned to; 0: everything
  unsigned max_pending = 0;    // MIP: 0 says 32
};
struct WaitSpec {
  bool status_write = false;  // SW
  bool interrupt = false;     // IF
  bool fence = false;         // FN
  HostAddr status_address = {};
  std::uint32_t status_data = 0;
};

constexpr QueueDescriptor context_descriptor(const ContextScope &scope) {
  return {.lo = 1U | (std::uint64_t{scope.granularity} << 4) | (std::uint64_t{scope.domain} << 16) |
                (std::uint64_t{scope.source_id.raw()} << 32) |
                (std::uint64_t{scope.function_mask} << 48),
          .hi = 0};
}

// Drains are always asked for.
constexpr QueueDescriptor iotlb_descriptor(const IotlbScope &scope) {
  return {
      .lo = 0xC2U | (std::uint64_t{scope.granularity} << 4) | (std::uint64_t{scope.domain} << 16),
      .hi = scope.address.raw() | (std::uint64_t{scope.leaf_only} << 6) | scope.address_mask};
}

constexpr QueueDescriptor interrupt_descriptor(const InterruptScope &scope) {
  if (scope.all) return {.lo = 4U, .hi = 0};
  return {.lo = 0x14U | (std::uint64_t{scope.mask} << 27) | (std::uint64_t{scope.index} << 32),
          .hi = 0};
}

constexpr QueueDescriptor device_tlb_descriptor(const DeviceTlbScope &scope) {
  const std::uint64_t whole = ~(std::uint64_t{1} << 63) & ~std::uint64_t{0xFFF};
  const std::uint64_t code = scope.bytes == 0 ? whole | size_code::kSize
                                              : size_code::encode(scope.address.raw(), scope.bytes);
  return {.lo = 3U | (std::uint64_t{scope.max_pending} << 16) |
                (std::uint64_t{scope.source_id.raw()} << 32),
          .hi = (code & ~size_code::kSize) | ((code & size_code::kSize) != 0 ? 1U : 0U)};
}

constexpr QueueDescriptor wait_descriptor(const WaitSpec &wait) {
  return {.lo = 5U | (std::uint64_t{wait.interrupt} << 4) |
                (std::uint64_t{wait.status_write} << 5) | (std::uint64_t{wait.fence} << 6) |
                (std::uint64_t{wait.status_data} << 32),
          .hi = wait.status_address.raw()};
}

}  // namespace dmar

#endif  // DMAR_DRIVER_DESCRIPTOR_HPP
