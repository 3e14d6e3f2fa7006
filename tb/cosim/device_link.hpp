// SPDX-License-Identifier: Apache-2.0
// What QEMU wants of one PCI function that it does not have itself, one request after the other.
// The protocols below differ, the requests do not.
#ifndef DMAR_COSIM_DEVICE_LINK_HPP
#define DMAR_COSIM_DEVICE_LINK_HPP

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "cosim/guest_memory.hpp"

namespace dmar::cosim {

// RAM of the guest: all of it anew, or a piece more or less.
struct MemoryMap {
  std::vector<RamRange> ranges = {};
};
struct MemoryAdded {
  RamRange range = {};
};
struct MemoryRemoved {
  std::uint64_t start = 0;
  std::uint64_t bytes = 0;
};

struct ConfigAccess {
  bool write = false;
  std::uint32_t offset = 0;
  std::uint32_t value = 0;  // of a write
  unsigned bytes = 4;       // 1, 2, 4
};

struct BarAccess {
  bool write = false;
  std::uint64_t address = 0;  // on the bus
  std::uint64_t value = 0;    // of a write
  unsigned bytes = 4;         // 1, 2, 4, 8
  bool memory = true;         // false: I/O space
};

struct DeviceReset {};
struct NothingToDo {};  // but an answer may be wanted

using DeviceRequest = std::variant<NothingToDo, MemoryMap, MemoryAdded, MemoryRemoved, ConfigAccess,
                                   BarAccess, DeviceReset>;

// Never waits for the peer. CosimError when the bytes are no message, the peer goes away in the
// middle of one or takes no answer although it asked; when it goes between two, the link is closed.
class DeviceLink {
 public:
  virtual ~DeviceLink() = default;

  // Readable when there is something to do.
  [[nodiscard]] virtual int descriptor() const = 0;
  [[nodiscard]] virtual bool closed() const = 0;

  // The next request, if it is here as a whole.
  virtual std::optional<DeviceRequest> next_request() = 0;
  // The answer to it: the value of a read. Does nothing where none is wanted.
  virtual void answer(std::uint64_t value) = 0;

  // From now on it is the guest that asks, not QEMU for itself.
  virtual void guest_starts() {}
};

}  // namespace dmar::cosim

#endif  // DMAR_COSIM_DEVICE_LINK_HPP
