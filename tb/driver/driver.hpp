// SPDX-License-Identifier: Apache-2.0
// What system software does with a remapping unit: handshakes, invalidations, fault handling.
// Every wait is a bounded poll; DriverTimeout says which one never ended.
#ifndef DMAR_DRIVER_DRIVER_HPP
#define DMAR_DRIVER_DRIVER_HPP

#include <cstdint>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <vector>

#include "dmar/iommu.hpp"
#include "dmar/registers.hpp"
#include "driver/descriptor.hpp"
#include "memory/memory.hpp"

namespace dmar {

class DriverTimeout : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// One fault recording register (VT-d 11.4).
struct FaultEntry {
  std::uint64_t lo = 0;
  std::uint64_t hi = 0;

  [[nodiscard]] bool valid() const { return (hi >> 63) != 0; }
  [[nodiscard]] FaultReason reason() const {
    return static_cast<FaultReason>(static_cast<std::uint8_t>(hi >> 32));
  }
  [[nodiscard]] SourceId source_id() const { return SourceId(static_cast<std::uint16_t>(hi)); }
  friend bool operator==(const FaultEntry &, const FaultEntry &) = default;
};

class Driver {
 public:
  // The queue lies at `queue`, up to 2^7 pages of it; wait statuses are written at `status`.
  static constexpr HostAddr kQueue{0x0800'0000};
  static constexpr HostAddr kStatus{0x0700'0000};

  explicit Driver(Iommu &unit) : unit_(unit) {}

  [[nodiscard]] Iommu &unit() { return unit_; }
  std::uint32_t read32(std::uint32_t offset) {
    return static_cast<std::uint32_t>(unit_.read(offset, 4));
  }
  std::uint64_t read64(std::uint32_t offset) { return unit_.read(offset, 8); }
  void write32(std::uint32_t offset, std::uint32_t value) { unit_.write(offset, 4, value); }
  void write64(std::uint32_t offset, std::uint64_t value) { unit_.write(offset, 8, value); }
  // Reads `offset` until `mask` of it is `wanted`; returns the last value.
  std::uint32_t poll32(std::uint32_t offset, std::uint32_t mask, std::uint32_t wanted,
                       const std::string &what);

  // Global commands (VT-d 11.4): level bits are carried over from GSTS, one-shot bits are not.
  void set_level(std::uint32_t bit, bool on);
  void set_root_pointer(HostAddr table, unsigned mode = 0);
  void enable_translation() { set_level(gcmd::kTe, true); }
  void disable_translation() { set_level(gcmd::kTe, false); }
  // Latches IRTA: 2^(size_exponent+1) entries at `table`; `extended`: EIME, 32-bit APIC ids.
  void set_interrupt_table(HostAddr table, unsigned size_exponent, bool extended = false);
  void enable_interrupt_remapping() { set_level(gcmd::kIre, true); }
  void disable_interrupt_remapping() { set_level(gcmd::kIre, false); }
  void allow_compatibility(bool allow) { set_level(gcmd::kCfi, allow); }
  // WBF, when CAP.RWBF asks for it.
  void flush_write_buffer();
  // The ring of 2^(12+size_code) bytes, empty. `wide`: 256-bit descriptors (IQA.DW).
  void enable_queue(unsigned size_code = 0, HostAddr base = kQueue, bool wide = false);
  void disable_queue() { set_level(gcmd::kQie, false); }
  [[nodiscard]] bool queue_enabled() { return (read32(reg::kGsts) & gsts::kQies) != 0; }

  // Register-based invalidation; returns the granularity performed (CAIG, IAIG).
  unsigned context_command(const ContextScope &scope);
  unsigned iotlb_command(const IotlbScope &scope);

  // Queued invalidation. push() only writes the ring; ring_doorbell() moves the tail.
  void push(QueueDescriptor descriptor);
  void ring_doorbell() { write32(reg::kIqt, tail_); }
  void submit(std::initializer_list<QueueDescriptor> descriptors);
  // Submits a wait with a status of its own and polls memory for it.
  void wait_for_queue();
  // True when the status of a wait pushed by push_wait() has been written.
  std::uint32_t push_wait();
  [[nodiscard]] bool wait_completed(std::uint32_t ticket) const;
  [[nodiscard]] std::uint32_t tail() const { return tail_; }
  void set_tail(std::uint32_t tail) { tail_ = tail; }
  [[nodiscard]] HostAddr slot(std::uint32_t offset) const { return HostAddr(base_.raw() + offset); }

  // Through the queue when it is enabled, otherwise through the registers, or through a queue
  // enabled for it on a unit without register-based invalidation; complete on return.
  void invalidate(const ContextScope &scope);
  void invalidate(const IotlbScope &scope);
  // Interrupt entries can be invalidated by the queue alone, which must be enabled.
  void invalidate(const InterruptScope &scope);
  void invalidate_all() {
    invalidate(ContextScope{});
    invalidate(IotlbScope{});
  }

  // Faults.
  FaultEntry record(unsigned index) {
    return {.lo = read64(reg::frcd(index)), .hi = read64(reg::frcd(index) + 8)};
  }
  void clear_record(unsigned index) { write32(reg::frcd(index) + 12, 1U << 31); }
  [[nodiscard]] std::uint32_t fault_status() { return read32(reg::kFsts); }
  // Reads, clears and returns all records the way Linux does: circularly from FRI while F is set,
  // then clears PFO.
  std::vector<FaultEntry> drain_faults();
  // Data, address and upper address of an event (reg::kFectl or reg::kIectl), then unmask.
  void set_event(std::uint32_t control, const Message &message);
  void unmask(std::uint32_t control) { write32(control, 0); }
  void mask(std::uint32_t control) { write32(control, event_control::kIm); }

 private:
  bool by_queue();

  Iommu &unit_;
  HostAddr base_ = kQueue;
  unsigned size_code_ = 0;
  bool wide_ = false;
  std::uint32_t tail_ = 0;
  std::uint32_t ticket_ = 0;
};

}  // namespace dmar

#endif  // DMAR_DRIVER_DRIVER_HPP
