// SPDX-License-Identifier: Apache-2.0
// See unit_facts.hpp.
#include "report/unit_facts.hpp"

#include <fmt/core.h>

#include <span>

#include "dmar/registers.hpp"
#include "dmar/structures.hpp"

namespace dmar::report {

namespace {

struct Field {
  const char *name;
  unsigned high;
  unsigned low;
  const char *meaning;
};

// Fields of CAP and ECAP that a legacy-mode unit can set (VT-d 11.4).
constexpr Field kCapability[] = {
    {"ND", 2, 0, "domain ids have 4 + 2n bits"},
    {"RWBF", 4, 4, "software must flush the write buffer"},
    {"PLMR", 5, 5, "protected low memory"},
    {"PHMR", 6, 6, "protected high memory"},
    {"SAGAW", 12, 8, "table depths: bit 1 three, bit 2 four, bit 3 five levels"},
    {"MGAW", 21, 16, "widest guest address, less one, in bits"},
    {"ZLR", 22, 22, "zero-length reads of write-only pages"},
    {"FRO", 33, 24, "fault records from offset 16n"},
    {"SSLPS", 37, 34, "large pages: bit 0 2 MiB, bit 1 1 GiB"},
    {"PSI", 39, 39, "page-selective invalidation"},
    {"NFR", 47, 40, "fault records, less one"},
    {"MAMV", 53, 48, "most address bits that one invalidation leaves out"},
    {"DWD", 54, 54, "invalidations drain writes"},
    {"DRD", 55, 55, "invalidations drain reads"},
    {"ESIRTPS", 62, 62, "a new interrupt table empties the caches"},
    {"ESRTPS", 63, 63, "a new root table empties the caches"}};

constexpr Field kExtended[] = {{"C", 0, 0, "table reads snoop the caches of the CPU"},
                               {"QI", 1, 1, "queued invalidation"},
                               {"DT", 2, 2, "device TLBs"},
                               {"IR", 3, 3, "interrupt remapping"},
                               {"EIM", 4, 4, "APIC ids of 32 bits"},
                               {"PT", 6, 6, "pass-through"},
                               {"SC", 7, 7, "snoop control"},
                               {"IRO", 17, 8, "IVA and IOTLB from offset 16n"},
                               {"MHMV", 23, 20, "most index bits that one invalidation leaves out"},
                               {"SSTS", 46, 46, "second-stage translation"},
                               {"ADMS", 52, 52, "abort mode"}};

Table register_table(const char *name, std::uint64_t value, std::span<const Field> fields) {
  Table table{.caption = fmt::format("{} = {:016X}h", name, value),
              .head = {"Field", "Bits", "Value", "Meaning"}};
  for (const Field &one : fields) {
    table.rows.push_back(
        {one.name,
         one.high == one.low ? fmt::format("{}", one.low) : fmt::format("{}:{}", one.high, one.low),
         fmt::format("{}", field(value, one.high, one.low)), one.meaning});
  }
  return table;
}

}  // namespace

std::vector<Table> capability_tables(const Config &config) {
  return {register_table("CAP", capability(config), kCapability),
          register_table("ECAP", extended_capability(config), kExtended)};
}

Table parameter_table(const std::map<std::string, unsigned> &parameters) {
  Table table{.caption = "Parameters of the RTL", .head = {"Parameter", "Value"}};
  for (const auto &[name, value] : parameters) {
    table.rows.push_back({name, fmt::format("{}", value)});
  }
  table.folded = true;
  return table;
}

}  // namespace dmar::report
