// SPDX-License-Identifier: Apache-2.0
// The register map (VT-d 11.4): the one source of offsets, widths, resets and write rules.
// The golden model interprets it; the RTL is held to it by test; docs are printed from it.
#ifndef DMAR_REGISTERS_HPP
#define DMAR_REGISTERS_HPP

#include <array>
#include <cstdint>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "dmar/config.hpp"

namespace dmar {

// Byte offsets from the register base.
namespace reg {
inline constexpr std::uint32_t kVer = 0x000;
inline constexpr std::uint32_t kCap = 0x008;
inline constexpr std::uint32_t kEcap = 0x010;
inline constexpr std::uint32_t kGcmd = 0x018;
inline constexpr std::uint32_t kGsts = 0x01C;
inline constexpr std::uint32_t kRtaddr = 0x020;
inline constexpr std::uint32_t kCcmd = 0x028;
inline constexpr std::uint32_t kFsts = 0x034;
inline constexpr std::uint32_t kFectl = 0x038;
inline constexpr std::uint32_t kFedata = 0x03C;
inline constexpr std::uint32_t kFeaddr = 0x040;
inline constexpr std::uint32_t kFeuaddr = 0x044;
inline constexpr std::uint32_t kPmen = 0x064;
inline constexpr std::uint32_t kPlmbase = 0x068;
inline constexpr std::uint32_t kPlmlimit = 0x06C;
inline constexpr std::uint32_t kPhmbase = 0x070;
inline constexpr std::uint32_t kPhmlimit = 0x078;
inline constexpr std::uint32_t kIqh = 0x080;
inline constexpr std::uint32_t kIqt = 0x088;
inline constexpr std::uint32_t kIqa = 0x090;
inline constexpr std::uint32_t kIcs = 0x09C;
inline constexpr std::uint32_t kIectl = 0x0A0;
inline constexpr std::uint32_t kIedata = 0x0A4;
inline constexpr std::uint32_t kIeaddr = 0x0A8;
inline constexpr std::uint32_t kIeuaddr = 0x0AC;
inline constexpr std::uint32_t kIqercd = 0x0B0;
inline constexpr std::uint32_t kIrta = 0x0B8;
inline constexpr std::uint32_t kIva = 0x500;    // ECAP.IRO * 16
inline constexpr std::uint32_t kIotlb = 0x508;  // ECAP.IRO * 16 + 8
inline constexpr std::uint32_t kFrcd = 0x600;   // CAP.FRO * 16, 16 bytes a record
inline constexpr std::uint32_t kEnd = 0x1000;   // size of the register space
inline constexpr std::uint32_t frcd(unsigned record) { return kFrcd + 16 * record; }
}  // namespace reg

namespace gcmd {  // VT-d 11.4
inline constexpr std::uint32_t kTe = 1u << 31;
inline constexpr std::uint32_t kSrtp = 1u << 30;
inline constexpr std::uint32_t kWbf = 1u << 27;
inline constexpr std::uint32_t kQie = 1u << 26;
inline constexpr std::uint32_t kIre = 1u << 25;
inline constexpr std::uint32_t kSirtp = 1u << 24;
inline constexpr std::uint32_t kCfi = 1u << 23;
}  // namespace gcmd

namespace gsts {  // VT-d 11.4
inline constexpr std::uint32_t kTes = 1u << 31;
inline constexpr std::uint32_t kRtps = 1u << 30;
inline constexpr std::uint32_t kQies = 1u << 26;
inline constexpr std::uint32_t kWbfs = 1u << 27;  // a write buffer flush is under way
inline constexpr std::uint32_t kIres = 1u << 25;
inline constexpr std::uint32_t kIrtps = 1u << 24;
inline constexpr std::uint32_t kCfis = 1u << 23;
}  // namespace gsts

namespace rtaddr {  // VT-d 11.4
inline constexpr std::uint64_t kRta = ~std::uint64_t{0xFFF};
inline constexpr unsigned kLegacy = 0;  // TTM encodings
inline constexpr unsigned kAbort = 3;   // all DMA is blocked, whatever the tables say
constexpr unsigned ttm(std::uint64_t value) { return (value >> 10) & 3; }
}  // namespace rtaddr

namespace ccmd {  // VT-d 11.4
inline constexpr std::uint64_t kIcc = std::uint64_t{1} << 63;
inline constexpr unsigned kCirgShift = 61;
inline constexpr unsigned kCaigShift = 59;
inline constexpr unsigned kFmShift = 32;
inline constexpr unsigned kSidShift = 16;
}  // namespace ccmd

namespace iotlb {  // VT-d 11.4
inline constexpr std::uint64_t kIvt = std::uint64_t{1} << 63;
inline constexpr unsigned kIirgShift = 60;
inline constexpr unsigned kIaigShift = 57;
inline constexpr std::uint64_t kDr = std::uint64_t{1} << 49;
inline constexpr std::uint64_t kDw = std::uint64_t{1} << 48;
inline constexpr unsigned kDidShift = 32;
inline constexpr std::uint64_t kIvaIh = 1u << 6;
inline constexpr std::uint64_t kIvaAm = 0x3F;
}  // namespace iotlb

// Granularities of CCMD, IOTLB and of the cc and iotlb descriptors.
namespace granularity {
inline constexpr unsigned kReserved = 0;  // as "performed": error
inline constexpr unsigned kGlobal = 1;
inline constexpr unsigned kDomain = 2;
inline constexpr unsigned kDeviceOrPage = 3;
}  // namespace granularity

namespace fsts {  // VT-d 11.4
inline constexpr std::uint32_t kPfo = 1u << 0;
inline constexpr std::uint32_t kPpf = 1u << 1;
inline constexpr std::uint32_t kIqe = 1u << 4;
inline constexpr std::uint32_t kIce = 1u << 5;
inline constexpr std::uint32_t kIte = 1u << 6;
inline constexpr std::uint32_t kAnyStatus = kPfo | kPpf | kIqe | kIce | kIte;
inline constexpr unsigned kFriShift = 8;
inline constexpr std::uint32_t kFri = 0xFF00;
constexpr unsigned fri(std::uint32_t value) { return (value >> kFriShift) & 0xFF; }
}  // namespace fsts

namespace event_control {  // FECTL, IECTL; data, address, upper address follow at +4, +8, +12
inline constexpr std::uint32_t kIm = 1u << 31;
inline constexpr std::uint32_t kIp = 1u << 30;
}  // namespace event_control

namespace pmen {  // VT-d 11.4
inline constexpr std::uint32_t kEpm = 1u << 31;
inline constexpr std::uint32_t kPrs = 1u << 0;
}  // namespace pmen

namespace iqa {  // VT-d 11.4
inline constexpr std::uint64_t kBase = ~std::uint64_t{0xFFF};
inline constexpr std::uint64_t kDw = 1u << 11;
constexpr std::uint32_t queue_bytes(std::uint64_t value) {
  return std::uint32_t{1} << (12 + (value & 7));
}
}  // namespace iqa

namespace iqercd {  // VT-d 11.4
inline constexpr std::uint64_t kIqei = 0xF;
inline constexpr unsigned kItesidShift = 32;  // device whose invalidation timed out
inline constexpr unsigned kIcesidShift = 48;  // device with a completion of no request
}  // namespace iqercd

namespace irta {  // VT-d 11.4
inline constexpr std::uint64_t kTable = ~std::uint64_t{0xFFF};
inline constexpr std::uint64_t kEime = 1u << 11;
inline constexpr std::uint64_t kSize = 0xF;  // S
constexpr std::uint32_t entries(std::uint64_t value) { return std::uint32_t{2} << (value & kSize); }
}  // namespace irta

inline constexpr std::uint32_t kIcsIwc = 1u << 0;

// Causes of FSTS.IQE (IQERCD.IQEI, VT-d 11.4).
enum class QueueError : std::uint8_t {
  kNone = 0,
  kInvalidTail = 1,
  kFetch = 2,
  kInvalidType = 3,
  kReservedBit = 4,  // also a reserved granularity and an address mask above CAP.MAMV
  kWidth = 5,
  kTailAlignment = 6,
  kTableMode = 7,
};

// One register. A write of `data` leaves
//   ((old & ~writable) | (data & writable)) & ~(data & clear_on_one)
// and a read gives value & ~write_only. What hardware changes by itself is not described here.
struct RegisterSpec {
  std::string_view name = {};
  std::uint32_t offset = 0;
  unsigned bytes = 4;  // 4 or 8
  std::uint64_t reset = 0;
  std::uint64_t writable = 0;
  std::uint64_t clear_on_one = 0;
  std::uint64_t write_only = 0;
  bool command = false;  // a write may start an action, so it is not plain storage
  unsigned index = 0;    // number of the fault record, for FRCD
};

constexpr std::uint64_t kAll32 = 0xFFFF'FFFF;
constexpr std::uint64_t kAll64 = ~std::uint64_t{0};

// Everything at a fixed place, for a unit without protected memory and without interrupt
// remapping; see register_map().
inline constexpr std::array<RegisterSpec, 29> kRegisters{{
    {"VER", reg::kVer, 4},
    {"CAP", reg::kCap, 8},
    {"ECAP", reg::kEcap, 8},
    {"GCMD", reg::kGcmd, 4, 0, 0, 0, kAll32, true},
    {"GSTS", reg::kGsts, 4},
    {"RTADDR", reg::kRtaddr, 8, 0, 0xFFFF'FFFF'FFFF'FC00},
    {"CCMD", reg::kCcmd, 8, 0, 0xE000'0003'FFFF'FFFF, 0, 0x3'FFFF'0000, true},
    {"FSTS", reg::kFsts, 4, 0, 0, fsts::kPfo | fsts::kIqe},
    {"FECTL", reg::kFectl, 4, event_control::kIm, event_control::kIm, 0, 0, true},
    {"FEDATA", reg::kFedata, 4, 0, 0xFFFF},
    {"FEADDR", reg::kFeaddr, 4, 0, 0xFFFF'FFFC},
    {"FEUADDR", reg::kFeuaddr, 4, 0, kAll32},
    {"PMEN", reg::kPmen, 4},
    {"PLMBASE", reg::kPlmbase, 4},
    {"PLMLIMIT", reg::kPlmlimit, 4},
    {"PHMBASE", reg::kPhmbase, 8},
    {"PHMLIMIT", reg::kPhmlimit, 8},
    {"IQH", reg::kIqh, 8},
    {"IQT", reg::kIqt, 8, 0, 0x7FFF0, 0, 0, true},
    {"IQA", reg::kIqa, 8, 0, 0xFFFF'FFFF'FFFF'F807},
    {"ICS", reg::kIcs, 4, 0, 0, kIcsIwc},
    {"IECTL", reg::kIectl, 4, event_control::kIm, event_control::kIm, 0, 0, true},
    {"IEDATA", reg::kIedata, 4, 0, 0xFFFF},
    {"IEADDR", reg::kIeaddr, 4, 0, 0xFFFF'FFFC},
    {"IEUADDR", reg::kIeuaddr, 4, 0, kAll32},
    {"IQERCD", reg::kIqercd, 8},
    {"IRTA", reg::kIrta, 8},
    {"IVA", reg::kIva, 8, 0, 0xFFFF'FFFF'FFFF'F07F, 0, kAll64},
    {"IOTLB", reg::kIotlb, 8, 0, 0xB003'FFFF'0000'0000, 0, 0, true},
}};

// Whether a unit knows what to do with a value of RTADDR.TTM.
constexpr bool table_mode_supported(const Config &config, unsigned ttm) {
  return ttm == rtaddr::kLegacy || (ttm == rtaddr::kAbort && config.abort_mode);
}

// VER (VT-d 11.4).
constexpr std::uint32_t version(const Config &config) { return config.version_major << 4; }

// CAP (VT-d 11.4): queued and register invalidation always drain, so DWD = DRD = 1.
constexpr std::uint64_t capability(const Config &config) {
  const auto at = [](std::uint64_t value, unsigned shift) { return value << shift; };
  return at(config.domain_id_code, 0) | at(config.write_buffer_flush, 4) |
         at(config.protected_low, 5) | at(config.protected_high, 6) | at(config.sagaw, 8) |
         at(config.guest_address_width - 1, 16) | at(config.zero_length_read, 22) |
         at(reg::kFrcd / 16, 24) | at(config.super_pages, 34) | at(config.page_selective, 39) |
         at(config.fault_records - 1, 40) |
         at(config.page_selective ? config.max_address_mask : 0, 48) | at(1, 54) | at(1, 55) |
         at(config.posted_interrupts, 59) | at(config.interrupt_pointer_flush, 62) |
         at(config.root_pointer_flush, 63);
}

// ECAP.SSTS: from version 6 on CAP.SAGAW counts only with it (VT-d 11.4.2).
constexpr bool second_stage_support(const Config &config) { return config.version_major >= 6; }

// ECAP (VT-d 11.4): queued invalidation always.
constexpr std::uint64_t extended_capability(const Config &config) {
  const auto at = [](std::uint64_t value, unsigned shift) { return value << shift; };
  return at(config.coherent, 0) | at(1, 1) | at(config.device_tlb, 2) |
         at(config.interrupt_remapping, 3) | at(config.extended_interrupt_mode, 4) |
         at(config.pass_through, 6) | at(config.snoop_control, 7) | at(reg::kIva / 16, 8) |
         at(config.max_interrupt_mask, 20) | at(config.no_write_flag, 33) |
         at(second_stage_support(config), 46) | at(config.abort_mode, 52);
}

// Applies what depends on the build to one entry of kRegisters.
constexpr RegisterSpec configured(RegisterSpec spec, const Config &config) {
  const std::uint64_t granules = kAll64 << config.protected_align;
  switch (spec.offset) {
    case reg::kVer:
      spec.reset = version(config);
      break;
    case reg::kCap:
      spec.reset = capability(config);
      break;
    case reg::kEcap:
      spec.reset = extended_capability(config);
      break;
    case reg::kFsts:
      if (config.device_tlb) spec.clear_on_one |= fsts::kIce | fsts::kIte;
      break;
    case reg::kPmen:
      spec.writable = config.protected_low || config.protected_high ? pmen::kEpm : 0;
      break;
    case reg::kPlmbase:
    case reg::kPlmlimit:
      spec.writable = config.protected_low ? granules & kAll32 : 0;
      break;
    case reg::kPhmbase:
    case reg::kPhmlimit:
      spec.writable = config.protected_high ? granules : 0;
      break;
    case reg::kIrta:
      if (config.interrupt_remapping) spec.writable = irta::kTable | irta::kSize;
      if (config.extended_interrupt_mode) spec.writable |= irta::kEime;
      break;
    default:
      break;
  }
  return spec;
}

// Every register of a build, in address order. A fault record is two 64-bit registers, FRCDL and
// FRCDH; only F (bit 63 of FRCDH) can be cleared.
inline std::vector<RegisterSpec> register_map(const Config &config) {
  if (config.fault_records < 1 || config.fault_records > (reg::kEnd - reg::kFrcd) / 16) {
    throw std::invalid_argument("fault_records: the records do not fit the register page");
  }
  std::vector<RegisterSpec> map;
  for (const RegisterSpec &spec : kRegisters) map.push_back(configured(spec, config));
  for (unsigned n = 0; n < config.fault_records; ++n) {
    map.push_back({.name = "FRCDL", .offset = reg::frcd(n), .bytes = 8, .index = n});
    map.push_back({.name = "FRCDH",
                   .offset = reg::frcd(n) + 8,
                   .bytes = 8,
                   .clear_on_one = std::uint64_t{1} << 63,
                   .index = n});
  }
  return map;
}

}  // namespace dmar

#endif  // DMAR_REGISTERS_HPP
