// SPDX-License-Identifier: Apache-2.0
// Effective permissions against what a request needs (VT-d 3.7.1).
#ifndef DMAR_GOLDEN_PERMISSION_HPP
#define DMAR_GOLDEN_PERMISSION_HPP

#include <optional>

#include "dmar/config.hpp"
#include "dmar/types.hpp"

namespace dmar::golden {

// nullopt: permitted. An atomic that lacks both permissions reports the missing write permission.
inline std::optional<FaultReason> permission_fault(const Config &config, AccessKind kind, bool read,
                                                   bool write) {
  const bool writes = kind == AccessKind::kWrite || kind == AccessKind::kAtomic;
  if (writes && !write) return FaultReason::kWriteNotPermitted;
  if (kind == AccessKind::kWrite || read) return std::nullopt;
  // A zero-length read moves no data, so a write-only page may answer it.
  if (kind == AccessKind::kZeroLengthRead && config.zero_length_read && write) return std::nullopt;
  return FaultReason::kReadNotPermitted;
}

}  // namespace dmar::golden

#endif  // DMAR_GOLDEN_PERMISSION_HPP
