// SPDX-License-Identifier: Apache-2.0
// Follows the fault records of the unit under test and compares them with the golden model's.
#ifndef DMAR_TRACE_RECORD_CHECK_HPP
#define DMAR_TRACE_RECORD_CHECK_HPP

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dmar/iommu.hpp"
#include "golden/fault_record.hpp"
#include "golden/unit.hpp"
#include "trace/event.hpp"

namespace dmar::trace {

class RecordCheck {
 public:
  RecordCheck(Iommu &iommu, const golden::Unit &reference)
      : iommu_(iommu), reference_(reference), high_(iommu.config().fault_records) {}

  struct Difference {
    unsigned record = 0;
    std::string unit;
    std::string golden;
    std::string recorded;
  };
  struct Findings {
    std::vector<golden::FaultRecord> fresh;  // valid now and not before
    std::vector<Difference> differences;
  };

  // The driver wrote the register at `offset`, perhaps an F bit.
  void note_write(std::uint32_t offset);

  // Compares every record as a whole with the golden model, a new one also with `expected`, the
  // fault_text() of the request that it must describe.
  Findings compare(const std::optional<std::string> &expected);

  // The golden model's record that a register at `offset` is part of; nullopt for other registers.
  [[nodiscard]] std::optional<golden::FaultRecord> golden_record_at(std::uint32_t offset) const;

 private:
  Iommu &iommu_;
  const golden::Unit &reference_;
  std::vector<std::uint64_t> high_;  // upper halves of the unit's records as last seen
};

}  // namespace dmar::trace

#endif  // DMAR_TRACE_RECORD_CHECK_HPP
