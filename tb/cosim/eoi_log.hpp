// SPDX-License-Identifier: Apache-2.0
// Ends of level interrupts as QEMU's local APIC broadcasts them. The broadcast reaches the I/O APIC
// inside QEMU only; that it happened stands in the trace log, which QEMU writes into a pipe.
#ifndef DMAR_COSIM_EOI_LOG_HPP
#define DMAR_COSIM_EOI_LOG_HPP

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "cosim/file_descriptor.hpp"

namespace dmar::cosim {

class EoiLog {
 public:
  // The event that QEMU has to log.
  static constexpr const char *kEvent = "ioapic_eoi_broadcast";

  explicit EoiLog(FileDescriptor pipe) : pipe_(std::move(pipe)) {}  // reads from it never wait

  [[nodiscard]] int descriptor() const { return pipe_.raw(); }  // -1: QEMU has gone
  // The vectors of the broadcasts that are here, in their order.
  std::vector<std::uint8_t> receive();

 private:
  FileDescriptor pipe_;
  std::string input_;
};

}  // namespace dmar::cosim

#endif  // DMAR_COSIM_EOI_LOG_HPP
