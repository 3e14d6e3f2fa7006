// SPDX-License-Identifier: Apache-2.0
// How a device model reaches the rest of the machine: memory, interrupt controller, its pin. What
// is behind (a remapping unit, or plain memory in a test) is not the business of the device.
#ifndef DMAR_DEVICES_DMA_PORT_HPP
#define DMAR_DEVICES_DMA_PORT_HPP

#include <cstdint>
#include <functional>
#include <span>

#include "dmar/types.hpp"

namespace dmar::devices {

enum class DmaStatus : std::uint8_t {
  kOkay,         // every byte moved
  kBlocked,      // a part was refused (unsupported request); parts before it may have moved
  kMemoryError,  // permitted, but memory answered with an error
};

inline const char *name_of(DmaStatus status) {
  switch (status) {
    case DmaStatus::kOkay:
      return "all bytes moved";
    case DmaStatus::kBlocked:
      return "DMA was blocked";
    default:
      return "memory error";
  }
}

// The port of one PCI function: every request carries its source id. Requests of one port may be
// in flight at once; a request that needs an earlier one to be done waits for its answer.
class DmaPort {
 public:
  // Called once, later, never from inside the call that started the transfer.
  using Done = std::function<void(DmaStatus)>;

  virtual ~DmaPort() = default;

  // Bytes at bus address `address`, any length from 1, any alignment; the port cuts at pages and
  // at its largest burst. The span stays valid until `done`.
  virtual void read(Iova address, std::span<std::uint8_t> out, Done done) = 0;
  virtual void write(Iova address, std::span<const std::uint8_t> data, Done done) = 0;

  // One DWORD write that may be an interrupt message (FEEx_xxxxh); behind all earlier writes that
  // were answered.
  virtual void message(const Message &message, Done done) = 0;

  // Transfers and messages under way ask for nothing more: each ends when what is in flight has
  // ended, as blocked if a part of it was not asked for. For a port that asks for everything at
  // once there is nothing to do.
  virtual void cease() {}

  // The source id of requests from now on, for functions that learn theirs; those under way keep
  // the one that they have.
  virtual void identify(SourceId) {}

  // Software enables or disables ATS for the function. A port without a device TLB has no use for
  // it.
  virtual void enable_translations(bool) {}

  // INTA, true while asserted.
  virtual void set_pin(bool asserted) = 0;
};

}  // namespace dmar::devices

#endif  // DMAR_DEVICES_DMA_PORT_HPP
