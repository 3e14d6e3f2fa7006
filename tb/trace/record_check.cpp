// SPDX-License-Identifier: Apache-2.0
// See record_check.hpp.
#include "trace/record_check.hpp"

#include <fmt/core.h>

#include "dmar/registers.hpp"
#include "trace/fault_text.hpp"

namespace dmar::trace {

namespace {

constexpr std::uint64_t kValid = std::uint64_t{1} << 63;  // F of the upper half
constexpr unsigned kRecordBytes = 16;

std::string shown(const golden::FaultRecord &record) {
  return fmt::format("{:016x} {:016x}", record.hi, record.lo);
}

template <class Registers>
golden::FaultRecord read_record(Registers &unit, unsigned record) {
  return {.lo = unit.read(reg::frcd(record), 8), .hi = unit.read(reg::frcd(record) + 8, 8)};
}

}  // namespace

void RecordCheck::note_write(std::uint32_t offset) {
  if (offset < reg::kFrcd) return;
  const unsigned record = (offset - reg::kFrcd) / kRecordBytes;
  if (record < high_.size()) high_[record] = read_record(iommu_, record).hi;
}

RecordCheck::Findings RecordCheck::compare(const std::optional<std::string> &expected) {
  Findings findings;
  for (unsigned i = 0; i < high_.size(); ++i) {
    const golden::FaultRecord unit = read_record(iommu_, i);
    const golden::FaultRecord golden = read_record(reference_, i);
    const bool fresh = (unit.hi & ~high_[i] & kValid) != 0;
    high_[i] = unit.hi;
    if (fresh) findings.fresh.push_back(unit);
    if (unit != golden) {
      findings.differences.push_back({i, shown(unit), shown(golden), "-"});
    } else if (fresh && expected && fault_text(unit) != *expected) {
      findings.differences.push_back({i, fault_text(unit), fault_text(golden), *expected});
    }
  }
  return findings;
}

std::optional<golden::FaultRecord> RecordCheck::golden_record_at(std::uint32_t offset) const {
  if (offset < reg::kFrcd) return std::nullopt;
  const unsigned record = (offset - reg::kFrcd) / kRecordBytes;
  if (record >= high_.size()) return std::nullopt;
  return read_record(reference_, record);
}

}  // namespace dmar::trace
