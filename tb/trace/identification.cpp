// SPDX-License-Identifier: Apache-2.0
// See identification.hpp. Field positions: VT-d 11.4.1 to 11.4.3.
#include "trace/identification.hpp"

#include <array>
#include <span>

#include "dmar/registers.hpp"
#include "trace/field_text.hpp"

namespace dmar::trace {

namespace {

constexpr std::array<NamedField, 2> kVersion{{{"MAX", 7, 4}, {"MIN", 3, 0}}};

constexpr std::array<NamedField, 22> kCapability{
    {{"ND", 2, 0},       {"RWBF", 4, 4},    {"PLMR", 5, 5},    {"PHMR", 6, 6},
     {"CM", 7, 7},       {"SAGAW", 12, 8},  {"MGAW", 21, 16},  {"ZLR", 22, 22},
     {"FRO", 33, 24},    {"SSLPS", 37, 34}, {"PSI", 39, 39},   {"NFR", 47, 40},
     {"MAMV", 53, 48},   {"DWD", 54, 54},   {"DRD", 55, 55},   {"FS1GP", 56, 56},
     {"PI", 59, 59},     {"FS5LP", 60, 60}, {"ECMDS", 61, 61}, {"ESIRTPS", 62, 62},
     {"ESRTPS", 63, 63}, {"AFL", 3, 3}}};

constexpr std::array<NamedField, 24> kExtended{
    {{"C", 0, 0},      {"QI", 1, 1},      {"DT", 2, 2},      {"IR", 3, 3},     {"EIM", 4, 4},
     {"PT", 6, 6},     {"SC", 7, 7},      {"IRO", 17, 8},    {"MHMV", 23, 20}, {"MTS", 25, 25},
     {"NEST", 26, 26}, {"PRS", 29, 29},   {"ERS", 30, 30},   {"SRS", 31, 31},  {"NWFS", 33, 33},
     {"EAFS", 34, 34}, {"PSS", 39, 35},   {"PASID", 40, 40}, {"DIT", 41, 41},  {"PDS", 42, 42},
     {"SMTS", 43, 43}, {"SSADS", 45, 45}, {"SSTS", 46, 46},  {"FSTS", 47, 47}}};

struct Register {
  const char *name;
  std::uint32_t offset;
  unsigned bytes;
  std::span<const NamedField> fields;
};

constexpr std::array<Register, 3> kRegisters{{{"VER", reg::kVer, 4, kVersion},
                                              {"CAP", reg::kCap, 8, kCapability},
                                              {"ECAP", reg::kEcap, 8, kExtended}}};

const Register *find(std::uint32_t offset) {
  for (const Register &entry : kRegisters) {
    if (offset >= entry.offset && offset < entry.offset + entry.bytes) return &entry;
  }
  return nullptr;
}

}  // namespace

bool is_identification(std::uint32_t offset) { return find(offset) != nullptr; }

std::string identification_difference(const ReadEvent &event, std::uint64_t value) {
  const Register *entry = find(event.offset);
  if (entry == nullptr || value == event.value) return {};
  // A 4-byte read may be the upper half of the register.
  const unsigned shift = 8 * (event.offset - entry->offset);
  return entry->name + field_differences(entry->fields, value << shift, event.value << shift);
}

}  // namespace dmar::trace
