// SPDX-License-Identifier: Apache-2.0
// See segment_table.hpp.
#include "acpi/segment_table.hpp"

#include <stdexcept>
#include <utility>

#include "acpi/aml.hpp"
#include "acpi/table_header.hpp"

namespace dmar::acpi {

namespace {

constexpr std::uint8_t kSsdtRevision = 2;  // integers have 64 bits
constexpr std::uint32_t kBusBytes = 1U << 20;
constexpr std::uint64_t kEnd = std::uint64_t{1} << 32;

void check(const PciSegmentTable &table) {
  if (table.buses == 0 || table.buses > 256) {
    throw std::invalid_argument("buses: has to be 1 to 256");
  }
  const std::uint64_t ecam_end = table.ecam + std::uint64_t{table.buses} * kBusBytes;
  const std::uint64_t memory_end = table.memory + std::uint64_t{table.memory_bytes};
  if (table.ecam % kBusBytes != 0 || ecam_end > kEnd) {
    throw std::invalid_argument("ecam: has to be a multiple of 1 MiB, and to end below 4 GiB");
  }
  if (table.memory_bytes == 0 || memory_end > kEnd) {
    throw std::invalid_argument("memory: is empty, or ends above 4 GiB");
  }
  if (table.ecam < memory_end && table.memory < ecam_end) {
    throw std::invalid_argument("memory: overlaps the window of configuration space");
  }
}

}  // namespace

std::vector<std::uint8_t> to_bytes(const PciSegmentTable &table, const TableIdentity &identity) {
  check(table);
  using namespace aml;
  const Range ecam{table.ecam, table.ecam + table.buses * kBusBytes - 1};
  const Range memory{table.memory, table.memory + table.memory_bytes - 1};
  const Bytes bridge = list({
      name("_HID", eisa_id("PNP0A08")), name("_CID", eisa_id("PNP0A03")),
      name("_UID", integer(table.segment)), name("_SEG", integer(table.segment)),
      name("_BBN", integer(0)), name("_CBA", integer(table.ecam)),
      name("_CRS", resources({bus_numbers({0, table.buses - 1U}), memory_window(memory)})),
      method_returning_argument("_OSC", 4, 3),  // the system may control what it asks for
  });
  const Bytes reserved = list({
      name("_HID", eisa_id("PNP0C02")),
      name("_UID", integer(table.segment)),
      name("_CRS", resources({fixed_memory(ecam)})),
  });
  ByteWriter out = begin_table("SSDT", kSsdtRevision, identity);
  for (const std::uint8_t byte :
       scope("\\_SB", list({device("SEGB", bridge), device("SEGM", reserved)}))) {
    out.put(byte);
  }
  return finish_table(std::move(out));
}

}  // namespace dmar::acpi
