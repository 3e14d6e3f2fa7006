// SPDX-License-Identifier: Apache-2.0
// See register_features.hpp. Bit positions: VT-d 11.4.
#include "trace/register_features.hpp"

#include "dmar/registers.hpp"
#include "trace/build_features.hpp"

namespace dmar::trace {

namespace {

constexpr std::uint32_t kPageRequestFirst = 0xC0;
constexpr std::uint32_t kPageRequestEnd = 0xF0;
constexpr std::uint64_t kAdvancedFaultLog = (1U << 29) | (1U << 28);  // GCMD.SFL, EAFL
constexpr unsigned kLastRegisterInvalidation = 5;  // VER.MAX from which on it always fails, less 1

bool touches(const WriteEvent &event, std::uint32_t offset, unsigned bytes) {
  return event.offset >= offset && event.offset < offset + bytes;
}

// What the write puts into the 64-bit register at `offset`, the half that it leaves alone as 0.
std::uint64_t written(const WriteEvent &event, std::uint32_t offset) {
  if (!touches(event, offset, 8)) return 0;
  return event.value << (8 * (event.offset - offset));
}

const char *missing_command(const WriteEvent &event, const Config &config) {
  const bool interrupts = (event.value & (gcmd::kIre | gcmd::kSirtp | gcmd::kCfi)) != 0;
  if (interrupts && !config.interrupt_remapping) return kInterruptRemapping;
  return (event.value & kAdvancedFaultLog) != 0 ? "advanced fault logging" : nullptr;
}

const char *missing_table_mode(std::uint64_t value, const Config &config) {
  switch (rtaddr::ttm(value)) {
    case 0:
      return nullptr;
    case 1:
      return "scalable mode (RTADDR.TTM=01)";
    case 3:
      return config.abort_mode ? nullptr : "abort-DMA mode (RTADDR.TTM=11)";
    default:
      return "extended mode (RTADDR.TTM=10)";
  }
}

const char *missing_interrupt_table(std::uint64_t value, const Config &config) {
  if (value != 0 && !config.interrupt_remapping) return kInterruptRemapping;
  const bool extended = (value & irta::kEime) != 0;
  return extended && !config.extended_interrupt_mode ? "32-bit APIC ids (ECAP.EIM)" : nullptr;
}

const char *missing_protection(const WriteEvent &event, const Config &config) {
  if (config.protected_low || config.protected_high) return nullptr;
  return (event.value & pmen::kEpm) != 0 ? "protected memory regions (CAP.PLMR, PHMR)" : nullptr;
}

const char *missing_invalidation(const WriteEvent &event, const Config &config) {
  if (config.version_major <= kLastRegisterInvalidation) return nullptr;
  const bool context = (written(event, reg::kCcmd) & ccmd::kIcc) != 0;
  const bool pages = (written(event, reg::kIotlb) & iotlb::kIvt) != 0;
  return context || pages ? "register-based invalidation (VER.MAX below 6)" : nullptr;
}

}  // namespace

const char *missing_register_feature(const WriteEvent &event, const Config &config) {
  if (event.offset == reg::kGcmd) return missing_command(event, config);
  if (event.offset == reg::kPmen) return missing_protection(event, config);
  if (touches(event, reg::kIrta, 8)) {
    return missing_interrupt_table(written(event, reg::kIrta), config);
  }
  const bool page_requests = touches(event, kPageRequestFirst, kPageRequestEnd - kPageRequestFirst);
  if (page_requests && event.value != 0) return "page requests";
  if ((written(event, reg::kIqa) & iqa::kDw) != 0 && !config.abort_mode) {
    return "256-bit invalidation descriptors (IQA.DW=1)";
  }
  if (const char *mode = missing_table_mode(written(event, reg::kRtaddr), config)) return mode;
  return missing_invalidation(event, config);
}

}  // namespace dmar::trace
