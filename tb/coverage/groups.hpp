// SPDX-License-Identifier: Apache-2.0
// The functional coverage of this project: which situations count, and which cannot occur.
#ifndef DMAR_COVERAGE_GROUPS_HPP
#define DMAR_COVERAGE_GROUPS_HPP

#include <memory>
#include <vector>

#include "coverage/device_groups.hpp"
#include "coverage/group.hpp"
#include "dmar/types.hpp"

namespace dmar::coverage {

// Axes of the group `requests`; AccessKind is the second one. First: the fault reason, or no fault.
enum class Place : std::uint8_t {  // the table entry that decided
  kNone,                           // no entry was looked at
  kRoot,
  kContext,
  kLevel1,  // second-stage entries, kLevel1 + n - 1
  kLevel2,
  kLevel3,
  kLevel4,
  kLevel5,
  kInterruptEntry,
};
enum class Leaf : std::uint8_t { kNone, k4K, k2M, k1G };  // page size, where the entry was a leaf

// The number of a reason on its axis.
std::size_t reason_value(FaultReason reason);

// Axes of the group `invalidations`.
enum class InvalidationForm : std::uint8_t {
  kContextRegister,
  kContextQueue,
  kIotlbRegister,
  kIotlbQueue,
  kInterruptQueue,
};
enum class Granularity : std::uint8_t {
  kGlobal,
  kDomain,
  kDevice,
  kPage,
  kPageLeafOnly,  // IH = 1
  kIndex,
};
enum class CacheState : std::uint8_t { kNothing, kCovered, kNotCovered, kInFlight };

// First axis of the group `queue_errors`: IQERCD.IQEI - 1; second: the width of descriptors.

// Axes of the group `interrupt_entries`: a field of the entry with its value, and what became of
// the request.
enum class EntryField : std::uint8_t {
  kNotPresent,
  kPresent,
  kFpd0,
  kFpd1,
  kDm0,
  kDm1,
  kRh0,
  kRh1,
  kTm0,
  kTm1,
  kDlm0,
  kDlm7 = kDlm0 + 7,
  kSvt0,
  kSvt1Sq0,
  kSvt1Sq3 = kSvt1Sq0 + 3,
  kSvt2,
  kSvt3,
  kIm0,
  kIm1,
  kEime0,  // IRTA.EIME: which bits of DST are reserved
  kEime1,
  kReservedLow,       // bits 14:12
  kReservedMiddle,    // bits 31:24
  kReservedDstLow,    // bits 39:32 while EIME = 0
  kReservedDstHigh,   // bits 63:48 while EIME = 0
  kReservedHighHalf,  // bits 127:84
  // Of the posted format (IM = 1), where a build has it.
  kUrgent0,
  kUrgent1,
  kPostedReservedLow,      // bits 7:2
  kPostedReservedMiddle,   // bits 13:12
  kPostedReservedHigh,     // bits 37:24
  kPostedReservedUpper,    // bits 95:84
  kPostedReservedAddress,  // beyond the host address width
};
enum class EntryOutcome : std::uint8_t {
  kRemapped,
  kPosted,
  kFault22,
  kFault22Hidden,  // by FPD
  kFault24,
  kFault24Hidden,
  kFault26,
  kFault26Hidden,
};

struct Groups {
  Group requests;
  Group invalidations;
  Group queue_errors;
  Group interrupt_entries;
  DeviceGroups devices;

  Groups();
  [[nodiscard]] std::vector<Group *> all();
};

// Those of this process, written to the coverage folder when it ends, if there is one.
Groups &process_groups();

}  // namespace dmar::coverage

#endif  // DMAR_COVERAGE_GROUPS_HPP
