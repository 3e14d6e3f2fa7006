// SPDX-License-Identifier: Apache-2.0
// Axes of the groups of devices with TLBs and of posted interrupts, and their rules.
#ifndef DMAR_COVERAGE_DEVICE_GROUPS_HPP
#define DMAR_COVERAGE_DEVICE_GROUPS_HPP

#include <cstdint>

#include "coverage/group.hpp"

namespace dmar::coverage {

// Group `translation_requests`: what was answered, NW, N and page size of a leaf.
enum class TranslationEnd : std::uint8_t {
  kRead,
  kWrite,
  kReadWrite,
  kBeyondWidth,    // success, nothing granted: the address
  kNotGranted,     // the same: the tables
  kUntranslated,   // W and U: the interrupt range
  kNoInterrupt,    // nothing granted: the interrupt range without an intended write
  kNoTranslation,  // UR without a record: GSTS.TES = 0
  kFirstFault,     // UR or CA with a record: the reasons of kReasons
};

// Group `translated_requests`: what became of them, and AccessKind.
enum class TranslatedEnd : std::uint8_t {
  kForwarded,
  kProtected,      // blocked without a record: protected memory
  kWithPasid,      // the same
  kNoTranslation,  // the same: GSTS.TES = 0
  kFirstFault,
};

// Group `device_tlb_messages`: region, Global bit, messages that are outstanding.
enum class Region : std::uint8_t { kPage, kUpTo2M, kLarger, kEverything };
enum class Outstanding : std::uint8_t { kNone, kOfOthers, kOfThisDevice };
// Group `device_tlb_tags`: what was outstanding, and what the tag was before.
enum class TagPast : std::uint8_t { kNew, kAnswered, kTimedOut };

// Group `device_tlb_completions`: what one tag of a completion was, the count that it carries, and
// whether it names other tags, too.
enum class CompletedTag : std::uint8_t {
  kFirst,          // of several
  kLater,          // neither the first nor the last
  kLast,           // or the only one: the tag is free
  kFree,           // not outstanding: ICE
  kTimedOut,       // no longer outstanding: ICE
  kOfOther,        // outstanding at another device: ICE
  kNoTranslation,  // GSTS.TES = 0: the message is dropped
};
enum class CompletionCount : std::uint8_t { kOne, kSeveral, kEight };

// Group `device_tlb_holds`: what the queue holds back, what is outstanding, and how that ends.
enum class Held : std::uint8_t { kNothing, kWait, kMessage };
enum class Hold : std::uint8_t { kWait, kLimit, kTags };
enum class Amount : std::uint8_t { kOne, kSome, kAll };
enum class Release : std::uint8_t { kAnswer, kTimeOut };

// Group `device_tlb_errors`: error, the descriptor that is held, errors that stand in FSTS.
enum class DeviceError : std::uint8_t { kCompletion, kTimeOut };
enum class ErrorsBefore : std::uint8_t { kNone, kCompletion, kTimeOut, kBoth };
// Group `device_tlb_recoveries`: what software clears, and whether descriptors are left.
enum class Cleared : std::uint8_t { kCompletion, kTimeOut, kBoth };

// Group `posted_updates`: ON, SN, URG, attempts, and whether ON was set, which a notification
// follows.
// Group `posting_ends`: how a posting ended, FPD, and the width of APIC ids.
enum class PostingEnd : std::uint8_t {
  kPosted,
  kReadError,        // 27h
  kNoMonitor,        // 27h: the exclusive read was answered with OKAY
  kWriteError,       // 27h
  kReservedLow,      // 28h: bits 15:2 of the control word
  kReservedMiddle,   // 31:24
  kReservedDstLow,   // 39:32, 8-bit ids
  kReservedDstHigh,  // 63:48, 8-bit ids
  kReservedWord5,
  kReservedWord6,
  kReservedWord7,
};
// Group `notifications`: NDST, URG.
enum class Destination : std::uint8_t { kByte, kByteOf32, kWide };

struct DeviceGroups {
  Group translation_requests;
  Group translated_requests;
  Group device_tlb_messages;
  Group device_tlb_tags;
  Group device_tlb_completions;
  Group device_tlb_holds;
  Group device_tlb_errors;
  Group device_tlb_recoveries;
  Group posted_updates;
  Group posting_ends;
  Group notifications;

  DeviceGroups();
};

}  // namespace dmar::coverage

#endif  // DMAR_COVERAGE_DEVICE_GROUPS_HPP
