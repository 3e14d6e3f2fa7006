// SPDX-License-Identifier: Apache-2.0
// Register accesses that no driver needs. Left alone: GCMD, CCMD.ICC, IOTLB.IVT, IQT and PMEN,
// which start something; FSTS and ICS, whose bits are cleared by writing; FECTL and the address and
// data of fault events, which may leave at any moment.
#include <array>

#include "dmar/registers.hpp"
#include "fuzz/software.hpp"

namespace dmar::bench {
namespace {

// Gaps whose upper half is FSTS and PMEN.
constexpr std::uint32_t kBesideFsts = 0x030;
constexpr std::uint32_t kBesidePmen = 0x060;

bool is_fault_record(std::uint32_t offset, const Config &config) {
  return offset >= reg::kFrcd && offset < reg::frcd(config.fault_records);
}

// What faults and events change at any moment.
bool is_lively(std::uint32_t offset, const Config &config) {
  return offset == reg::kFsts || offset == reg::kFectl || is_fault_record(offset, config);
}

}  // namespace

void Software::read_everything() {
  for (std::uint32_t offset = 0; offset < reg::kEnd; offset += random_.percent(80) ? 4 : 64) {
    if (is_lively(offset, machine_.config())) {
      machine_.read(offset, 4);
    } else {
      machine_.expect_register(offset, 4);
    }
  }
}

// Registers that software cannot change, and the gaps between registers.
void Software::poke_read_only() {
  constexpr std::array<std::uint32_t, 12> kOffsets{
      reg::kVer,   0x004,     reg::kCap,    reg::kEcap, reg::kGsts, kBesideFsts,
      kBesidePmen, reg::kIqh, reg::kIqercd, 0x0C0,      0x1F0,      reg::kFrcd};
  const std::uint32_t offset = kOffsets[random_.below(kOffsets.size())];
  const bool half = offset % 8 != 0 || offset == kBesideFsts || offset == kBesidePmen;
  const bool narrow = half || random_.percent(50);
  machine_.write(offset, narrow ? 4 : 8, random_.next());
  if (!is_lively(offset, machine_.config())) machine_.expect_register(offset, narrow ? 4 : 8);
}

// Registers that only hold a value until a command uses it; the value comes back afterwards.
void Software::poke_storage() {
  constexpr std::array<std::uint32_t, 9> kOffsets{
      reg::kRtaddr,    reg::kIrta,      reg::kIva,        reg::kCcmd, reg::kIotlb,
      reg::kIectl + 4, reg::kIectl + 8, reg::kIectl + 12, reg::kIqa};
  const std::uint32_t offset = kOffsets[random_.below(kOffsets.size())];
  if (offset == reg::kIqa && queue_on_) return;
  const unsigned bytes = offset > reg::kIectl && offset < reg::kIqercd ? 4 : 8;
  const bool starts = offset == reg::kCcmd || offset == reg::kIotlb;
  const std::uint64_t old = machine_.oracle().expected(offset, bytes);
  for (const std::uint64_t value : {random_.next(), old}) {
    machine_.write(offset, bytes, starts ? value & ~ccmd::kIcc : value);
    machine_.expect_register(offset, bytes);
  }
}

}  // namespace dmar::bench
