// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "driver/driver.hpp"

#include <fmt/format.h>

namespace dmar {

namespace {

constexpr unsigned kPolls = 20'000;
constexpr std::uint32_t kCarriedOver = 0x96FF'FFFF;  // GSTS without the one-shot statuses
constexpr std::uint32_t kDescriptorBytes = 16;
constexpr std::uint32_t kStatusSlots = 256;  // statuses in use at once

}  // namespace

std::uint32_t Driver::poll32(std::uint32_t offset, std::uint32_t mask, std::uint32_t wanted,
                             const std::string &what) {
  for (unsigned n = 0; n < kPolls; ++n) {
    const std::uint32_t value = read32(offset);
    if ((value & mask) == wanted) return value;
  }
  throw DriverTimeout(what + " never completed");
}

void Driver::set_level(std::uint32_t bit, bool on) {
  const std::uint32_t status = read32(reg::kGsts) & kCarriedOver;
  write32(reg::kGcmd, on ? status | bit : status & ~bit);
  poll32(reg::kGsts, bit, on ? bit : 0, fmt::format("global command {:#x}={}", bit, on ? 1 : 0));
  if (bit == gcmd::kQie && on) tail_ = read32(reg::kIqt);
}

void Driver::set_root_pointer(HostAddr table, unsigned mode) {
  write64(reg::kRtaddr, table.raw() | (std::uint64_t{mode} << 10));
  write32(reg::kGcmd, (read32(reg::kGsts) & kCarriedOver) | gcmd::kSrtp);
  poll32(reg::kGsts, gsts::kRtps, gsts::kRtps, "set root table pointer");
}

void Driver::set_interrupt_table(HostAddr table, unsigned size_exponent, bool extended) {
  write64(reg::kIrta, table.raw() | (extended ? irta::kEime : 0) | size_exponent);
  write32(reg::kGcmd, (read32(reg::kGsts) & kCarriedOver) | gcmd::kSirtp);
  poll32(reg::kGsts, gsts::kIrtps, gsts::kIrtps, "set interrupt table pointer");
}

void Driver::flush_write_buffer() {
  write32(reg::kGcmd, (read32(reg::kGsts) & kCarriedOver) | gcmd::kWbf);
  poll32(reg::kGsts, gsts::kWbfs, 0, "write buffer flush");
}

void Driver::enable_queue(unsigned size_code, HostAddr base, bool wide) {
  base_ = base;
  size_code_ = size_code;
  wide_ = wide;
  write32(reg::kIqt, 0);
  write64(reg::kIqa, base.raw() | (wide ? iqa::kDw : 0) | size_code);
  set_level(gcmd::kQie, true);
}

unsigned Driver::context_command(const ContextScope &scope) {
  write32(reg::kCcmd, (std::uint32_t{scope.source_id.raw()} << ccmd::kSidShift) | scope.domain);
  write32(reg::kCcmd + 4, static_cast<std::uint32_t>(ccmd::kIcc >> 32) |
                              (scope.granularity << (ccmd::kCirgShift - 32)) | scope.function_mask);
  const std::uint32_t done = poll32(reg::kCcmd + 4, static_cast<std::uint32_t>(ccmd::kIcc >> 32), 0,
                                    "context cache invalidation");
  return (done >> (ccmd::kCaigShift - 32)) & 3;
}

unsigned Driver::iotlb_command(const IotlbScope &scope) {
  write64(reg::kIva,
          scope.address.raw() | (scope.leaf_only ? iotlb::kIvaIh : 0) | scope.address_mask);
  write64(reg::kIotlb, iotlb::kIvt | (std::uint64_t{scope.granularity} << iotlb::kIirgShift) |
                           iotlb::kDr | iotlb::kDw |
                           (std::uint64_t{scope.domain} << iotlb::kDidShift));
  const std::uint32_t done = poll32(reg::kIotlb + 4, static_cast<std::uint32_t>(iotlb::kIvt >> 32),
                                    0, "IOTLB invalidation");
  return (done >> (iotlb::kIaigShift - 32)) & 3;
}

void Driver::push(QueueDescriptor descriptor) {
  Memory &memory = unit_.memory();
  memory.write64(slot(tail_), descriptor.lo);
  memory.write64(slot(tail_ + 8), descriptor.hi);
  if (wide_) {
    memory.write64(slot(tail_ + 16), 0);
    memory.write64(slot(tail_ + 24), 0);
  }
  tail_ = (tail_ + (wide_ ? 2 : 1) * kDescriptorBytes) % iqa::queue_bytes(size_code_);
}

void Driver::submit(std::initializer_list<QueueDescriptor> descriptors) {
  for (const QueueDescriptor &descriptor : descriptors) push(descriptor);
  ring_doorbell();
}

std::uint32_t Driver::push_wait() {
  const std::uint32_t ticket = ++ticket_;
  push(wait_descriptor({.status_write = true,
                        .status_address = HostAddr(kStatus.raw() + 4 * (ticket % kStatusSlots)),
                        .status_data = ticket}));
  return ticket;
}

bool Driver::wait_completed(std::uint32_t ticket) const {
  return unit_.memory().read32(HostAddr(kStatus.raw() + 4 * (ticket % kStatusSlots))) == ticket;
}

// Software polls memory; a register read in between lets time pass.
void Driver::wait_for_queue() {
  const std::uint32_t ticket = push_wait();
  ring_doorbell();
  for (unsigned n = 0; n < kPolls; ++n) {
    if (wait_completed(ticket)) return;
    read32(reg::kGsts);
  }
  throw DriverTimeout(fmt::format("invalidation wait: FSTS {:#x}, IQH {:#x}, IQT {:#x}",
                                  fault_status(), read32(reg::kIqh), read32(reg::kIqt)));
}

// Where registers invalidate nothing, the queue is the only way.
bool Driver::by_queue() {
  if (queue_enabled()) return true;
  if (unit_.config().version_major < 6) return false;
  enable_queue(size_code_, base_, wide_);
  return true;
}

void Driver::invalidate(const ContextScope &scope) {
  if (by_queue()) {
    push(context_descriptor(scope));
    wait_for_queue();
  } else if (context_command(scope) == granularity::kReserved) {
    throw std::logic_error("context cache invalidation was refused");
  }
}

void Driver::invalidate(const IotlbScope &scope) {
  if (by_queue()) {
    push(iotlb_descriptor(scope));
    wait_for_queue();
  } else if (iotlb_command(scope) == granularity::kReserved) {
    throw std::logic_error("IOTLB invalidation was refused");
  }
}

void Driver::invalidate(const InterruptScope &scope) {
  push(interrupt_descriptor(scope));
  wait_for_queue();
}

std::vector<FaultEntry> Driver::drain_faults() {
  const unsigned records = unit_.config().fault_records;
  std::vector<FaultEntry> drained;
  unsigned index = fsts::fri(fault_status());
  while ((read32(reg::frcd(index) + 12) >> 31) != 0) {
    drained.push_back(record(index));
    clear_record(index);
    index = (index + 1) % records;
    if (drained.size() > std::size_t{4} * records) throw DriverTimeout("fault records refill");
  }
  write32(reg::kFsts, fsts::kPfo);
  return drained;
}

void Driver::set_event(std::uint32_t control, const Message &message) {
  write32(control + 4, message.data);
  write32(control + 8, static_cast<std::uint32_t>(message.address));
  write32(control + 12, static_cast<std::uint32_t>(message.address >> 32));
  unmask(control);
}

}  // namespace dmar
