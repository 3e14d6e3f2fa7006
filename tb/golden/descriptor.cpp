// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "golden/descriptor.hpp"

#include "dmar/ats.hpp"
#include "dmar/structures.hpp"

namespace dmar::golden {

namespace {

constexpr std::uint64_t kTypeBits = bits(11, 9) | bits(3, 0);
constexpr unsigned kContextType = 1;
constexpr unsigned kIotlbType = 2;
constexpr unsigned kDeviceTlbType = 3;
constexpr unsigned kInterruptType = 4;
constexpr unsigned kWaitType = 5;

DomainId domain_of(const Config &config, std::uint64_t qw0) {
  return DomainId(
      static_cast<std::uint16_t>(field(qw0, 31, 16) & bits(domain_id_bits(config) - 1, 0)));
}

Descriptor decode_context(const Config &config, std::uint64_t qw0, std::uint64_t qw1) {
  constexpr std::uint64_t kKnown = kTypeBits | bits(5, 4) | bits(49, 16);
  const unsigned granularity = field(qw0, 5, 4);
  if ((qw0 & ~kKnown) != 0 || qw1 != 0) return QueueError::kReservedBit;
  if (granularity == granularity::kReserved) return QueueError::kReservedBit;
  return ContextInvalidation{.granularity = granularity,
                             .domain = domain_of(config, qw0),
                             .source_id = SourceId(static_cast<std::uint16_t>(field(qw0, 47, 32))),
                             .function_mask = static_cast<unsigned>(field(qw0, 49, 48))};
}

Descriptor decode_iotlb(const Config &config, std::uint64_t qw0, std::uint64_t qw1) {
  constexpr std::uint64_t kKnown0 = kTypeBits | bits(7, 4) | bits(31, 16);
  constexpr std::uint64_t kKnown1 = bits(6, 0) | bits(63, 12);
  const unsigned granularity = field(qw0, 5, 4);
  const bool page = granularity == granularity::kDeviceOrPage;
  const unsigned address_mask = field(qw1, 5, 0);
  if ((qw0 & ~kKnown0) != 0 || (qw1 & ~kKnown1) != 0) return QueueError::kReservedBit;
  if (granularity == granularity::kReserved) return QueueError::kReservedBit;
  if (page && !config.page_selective) return QueueError::kReservedBit;
  if (page && address_mask > config.max_address_mask) return QueueError::kReservedBit;
  return IotlbInvalidation{.granularity = granularity,
                           .domain = domain_of(config, qw0),
                           .address = Iova(qw1 & bits(config.guest_address_width - 1, 12)),
                           .address_mask = address_mask,
                           .leaf_only = (qw1 & bit(6)) != 0,
                           .drain_reads = (qw0 & bit(7)) != 0,
                           .drain_writes = (qw0 & bit(6)) != 0};
}

// PFSID (bits 63:52 and 15:12) is reserved: there is no throttling by physical function (ECAP.DIT).
Descriptor decode_device_tlb(std::uint64_t qw0, std::uint64_t qw1) {
  constexpr std::uint64_t kKnown0 = kTypeBits | bits(20, 16) | bits(47, 32);
  constexpr std::uint64_t kKnown1 = bit(0) | bits(63, 12);
  if ((qw0 & ~kKnown0) != 0 || (qw1 & ~kKnown1) != 0) return QueueError::kReservedBit;
  const unsigned pending = field(qw0, 20, 16);
  return DeviceTlbInvalidation{
      .source_id = SourceId(static_cast<std::uint16_t>(field(qw0, 47, 32))),
      .max_pending = pending == 0 ? 32 : pending,
      .payload = (qw1 & bits(63, 12)) | ((qw1 & bit(0)) != 0 ? size_code::kSize : 0)};
}

// The architecture names no error for IM above ECAP.MHMV, so there is none (VT-d 6.5.2.7).
Descriptor decode_interrupt(std::uint64_t qw0, std::uint64_t qw1) {
  constexpr std::uint64_t kKnown = kTypeBits | bit(4) | bits(47, 27);
  if ((qw0 & ~kKnown) != 0 || qw1 != 0) return QueueError::kReservedBit;
  return InterruptInvalidation{.all = (qw0 & bit(4)) == 0,
                               .index = static_cast<std::uint16_t>(field(qw0, 47, 32)),
                               .index_mask = static_cast<unsigned>(field(qw0, 31, 27))};
}

// PD (bit 7) is reserved: there are no page requests to drain.
Descriptor decode_wait(const Config &config, std::uint64_t qw0, std::uint64_t qw1) {
  constexpr std::uint64_t kKnown = kTypeBits | bits(6, 4) | bits(63, 32);
  if ((qw0 & ~kKnown) != 0 || (qw1 & bits(1, 0)) != 0) return QueueError::kReservedBit;
  return InvalidationWait{.interrupt = (qw0 & bit(4)) != 0,
                          .status_write = (qw0 & bit(5)) != 0,
                          .fence = (qw0 & bit(6)) != 0,
                          .status_address = HostAddr(qw1 & bits(config.host_address_width - 1, 2)),
                          .status_data = static_cast<std::uint32_t>(qw0 >> 32)};
}

// Bits 127:0, which are all that any type uses.
Descriptor decode_lower_half(const Config &config, std::uint64_t qw0, std::uint64_t qw1) {
  const unsigned type = (field(qw0, 11, 9) << 4) | field(qw0, 3, 0);
  if (type == kContextType) return decode_context(config, qw0, qw1);
  if (type == kIotlbType) return decode_iotlb(config, qw0, qw1);
  if (type == kDeviceTlbType && config.device_tlb) return decode_device_tlb(qw0, qw1);
  if (type == kInterruptType && config.interrupt_remapping) return decode_interrupt(qw0, qw1);
  if (type == kWaitType) return decode_wait(config, qw0, qw1);
  return QueueError::kInvalidType;
}

}  // namespace

// An invalid type is reported before reserved bits of any half.
Descriptor decode_descriptor(const Config &config, std::uint64_t qw0, std::uint64_t qw1,
                             std::uint64_t upper) {
  const Descriptor descriptor = decode_lower_half(config, qw0, qw1);
  if (upper != 0 && !std::holds_alternative<QueueError>(descriptor)) {
    return QueueError::kReservedBit;
  }
  return descriptor;
}

}  // namespace dmar::golden
