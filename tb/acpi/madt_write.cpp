// SPDX-License-Identifier: Apache-2.0
// See madt.hpp.
#include <fmt/format.h>

#include <stdexcept>

#include "acpi/byte_writer.hpp"
#include "acpi/madt.hpp"
#include "acpi/madt_layout.hpp"
#include "acpi/table_header.hpp"

namespace dmar::acpi {

namespace {

constexpr std::uint8_t kMadtRevision = 1;
constexpr unsigned kMaxCpus = 255;  // local APIC id FFh means all of them

void begin(ByteWriter &out, std::uint8_t type) {
  out.put(type);
  out.put(static_cast<std::uint8_t>(madt::bytes_of(type)));
}

void put_override(ByteWriter &out, std::uint8_t isa, std::uint32_t input, std::uint16_t flags) {
  begin(out, madt::kOverride);
  out.put(std::uint8_t{0});  // bus: ISA
  out.put(isa);
  out.put(input);
  out.put(flags);
}

void put_nmi(ByteWriter &out) {
  begin(out, madt::kNmi);
  out.put(madt::kAllProcessors);
  out.put(std::uint16_t{0});  // polarity and trigger mode of the bus
  out.put(std::uint8_t{1});   // LINT1
}

}  // namespace

std::vector<std::uint8_t> to_bytes(const Madt &madt, const TableIdentity &identity) {
  if (madt.cpus == 0 || madt.cpus > kMaxCpus) {
    throw std::invalid_argument(
        fmt::format("{} processors, has to be 1 to {}", madt.cpus, kMaxCpus));
  }
  ByteWriter out = begin_table("APIC", kMadtRevision, identity);
  out.put(madt.local_apic);
  out.put(madt::kPcAtCompatible);
  for (unsigned cpu = 0; cpu < madt.cpus; ++cpu) {
    begin(out, madt::kLocalApic);
    out.put(static_cast<std::uint8_t>(cpu));  // processor
    out.put(static_cast<std::uint8_t>(cpu));  // APIC id
    out.put(madt::kEnabled);
  }
  begin(out, madt::kIoapic);
  out.put(madt.ioapic_id);
  out.put_zeros(1);
  out.put(madt.ioapic_address);
  out.put(std::uint32_t{0});  // its first global interrupt
  put_override(out, 0, 2, 0);
  for (const std::uint8_t isa : {5, 9, 10, 11}) {
    put_override(out, isa, isa, madt::kActiveHigh | madt::kLevel);
  }
  put_nmi(out);
  return finish_table(std::move(out));
}

}  // namespace dmar::acpi
