// SPDX-License-Identifier: Apache-2.0
// Every type and every reserved bit of the descriptors (VT-d 6.5.2), in both widths: what is valid
// is carried out, what is not stops the queue with the right cause.
#include "tests/scenario/queue_scenario.hpp"

namespace dmar {
namespace {

namespace g = granularity;

class QueueDescriptors : public QueueScenario {
 protected:
  // Of this type nothing valid is tried here: a device would have to answer.
  [[nodiscard]] bool is_device_tlb(unsigned type) const { return type == 3 && config().device_tlb; }
  [[nodiscard]] bool type_exists(unsigned type) const {
    return type == 1 || type == 2 || type == 5 || (type == 4 && config().interrupt_remapping) ||
           is_device_tlb(type);
  }
};

// RealBug35: the type has 7 bits, in two places.
TEST_P(QueueDescriptors, RealBug35_EveryType) {
  in_each_width([&] {
    for (unsigned type = 0; type < 128 && !HasFailure(); ++type) {
      const std::uint64_t lo = (type & 0xF) | ((type >> 4) << 9) | (g::kGlobal << 4);
      if (is_device_tlb(type)) {
        expect_invalid({.lo = lo | bit(8), .hi = 0}, QueueError::kReservedBit);
      } else if (type_exists(type)) {
        expect_valid({.lo = lo, .hi = 0});
        driver().write32(reg::kIcs, kIcsIwc);
      } else {
        expect_invalid({.lo = lo, .hi = 0}, QueueError::kInvalidType);
      }
    }
  });
}

TEST_P(QueueDescriptors, ReservedBitsOfContextInvalidation) {
  const std::uint64_t lo = bits(8, 6) | bits(15, 12) | bits(63, 50);
  in_each_width([&] {
    for (unsigned granularity = 1; granularity <= 3; ++granularity) {
      // All bits once; with the other granularities the low half is enough.
      expect_reserved(context_descriptor({.granularity = granularity}), lo,
                      granularity == 1 ? ~std::uint64_t{0} : bit(0) | bit(63));
    }
  });
}

TEST_P(QueueDescriptors, ReservedBitsOfIotlbInvalidation) {
  in_each_width([&] {
    const unsigned last = config().page_selective ? 3 : 2;
    for (unsigned granularity = 1; granularity <= last; ++granularity) {
      expect_reserved(iotlb_descriptor({.granularity = granularity}),
                      bit(8) | bits(15, 12) | bits(63, 32), bits(11, 7));
    }
  });
}

TEST_P(QueueDescriptors, ReservedBitsOfWait) {
  in_each_width([&] {
    // PD (bit 7) is reserved: the unit has no page requests.
    expect_reserved(kNothing, bits(8, 7) | bits(31, 12), bits(1, 0));
    expect_reserved(wait_descriptor({.fence = true}), bits(8, 7), bit(0));
  });
}

TEST_P(QueueDescriptors, ReservedGranularities) {
  in_each_width([&] {
    expect_invalid(context_descriptor({.granularity = 0}), QueueError::kReservedBit);
    expect_invalid(iotlb_descriptor({.granularity = 0}), QueueError::kReservedBit);
  });
}

TEST_P(QueueDescriptors, AddressMaskAndPageSelective) {
  enable(false);
  for (unsigned mask = 0; mask < 64; ++mask) {
    const auto descriptor = iotlb_descriptor(
        {.granularity = g::kDeviceOrPage, .domain = 1, .address = kIova, .address_mask = mask});
    if (config().page_selective && mask <= config().max_address_mask) {
      expect_valid(descriptor);
    } else {
      expect_invalid(descriptor, QueueError::kReservedBit);
    }
  }
}

// RealBug39: a descriptor with several defects has one cause, the type.
TEST_P(QueueDescriptors, RealBug39_TypeCountsBeforeReservedBits) {
  in_each_width([&] {
    expect_invalid({.lo = ~std::uint64_t{0}, .hi = ~std::uint64_t{0}}, QueueError::kInvalidType);
    expect_invalid({.lo = 0, .hi = ~std::uint64_t{0}}, QueueError::kInvalidType);
  });
}

DMAR_SCENARIO(QueueDescriptors);

class InterruptDescriptors : public QueueDescriptors {};

// IM has 5 bits, all legal whatever CAP.MHMV says; without G the index means nothing.
TEST_P(InterruptDescriptors, EveryMaskAndUnusedFields) {
  in_each_width([&] {
    for (unsigned mask = 0; mask < 32; ++mask) {
      for (const unsigned index : {0U, 0xFFFFU}) {
        expect_valid(interrupt_descriptor({.all = false, .index = index, .mask = mask}));
      }
    }
    expect_valid({.lo = 0x4 | bits(31, 27) | bits(47, 32), .hi = 0});
  });
}

TEST_P(InterruptDescriptors, ReservedBits) {
  const std::uint64_t lo = bits(8, 5) | bits(26, 12) | bits(63, 48);
  in_each_width([&] {
    expect_reserved(interrupt_descriptor({}), lo, ~std::uint64_t{0});
    expect_reserved(interrupt_descriptor({.all = false, .index = 0x1230, .mask = 3}), lo,
                    bit(0) | bit(63));
  });
}

// The layouts as the architecture's examples have them.
TEST_P(InterruptDescriptors, Layout) {
  const QueueDescriptor selective =
      interrupt_descriptor({.all = false, .index = 0x1230, .mask = 3});
  EXPECT_EQ(interrupt_descriptor({}), (QueueDescriptor{0x4, 0}));
  EXPECT_EQ(selective, (QueueDescriptor{0x0000'1230'1800'0014, 0}));
}

DMAR_SCENARIO_WITH(
    InterruptDescriptors, +[](const Config &config) { return config.interrupt_remapping; });

}  // namespace
}  // namespace dmar
