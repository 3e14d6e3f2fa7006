// SPDX-License-Identifier: Apache-2.0
// The axes. Which bins are excluded: exclusions.cpp.
#include "coverage/groups.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "coverage/exclusions.hpp"
#include "coverage/folder.hpp"
#include "coverage/reasons.hpp"
#include "coverage/tally.hpp"

namespace dmar::coverage {
namespace {

std::vector<std::string> reason_names() {
  std::vector<std::string> names{"no fault"};
  for (const FaultReason reason : kReasons) {
    names.push_back(fmt::format("{:02X}h", static_cast<unsigned>(reason)));
  }
  return names;
}

Axis entry_fields() {
  std::vector<std::string> values{"P=0",  "P=1",  "FPD=0", "FPD=1", "DM=0",
                                  "DM=1", "RH=0", "RH=1",  "TM=0",  "TM=1"};
  for (unsigned mode = 0; mode < 8; ++mode) values.push_back(fmt::format("DLM={:03b}", mode));
  values.emplace_back("SVT=00");
  for (unsigned mask = 0; mask < 4; ++mask) values.push_back(fmt::format("SVT=01 SQ={:02b}", mask));
  for (const char *rest :
       {"SVT=10", "SVT=11", "IM=0", "IM=1", "EIME=0", "EIME=1", "reserved 14:12", "reserved 31:24",
        "DST 39:32, EIME=0", "DST 63:48, EIME=0", "reserved 127:84", "URG=0", "URG=1",
        "posted, 7:2", "posted, 13:12", "posted, 37:24", "posted, 95:84", "posted, address"}) {
    values.emplace_back(rest);
  }
  return {"field", std::move(values)};
}

struct ProcessGroups : Groups {
  ProcessGroups() = default;
  ProcessGroups(const ProcessGroups &) = delete;
  ProcessGroups &operator=(const ProcessGroups &) = delete;
  ~ProcessGroups() {
    if (enabled()) save_tally(*this, file_name("functional", "json"));
  }
};

}  // namespace

std::size_t reason_value(FaultReason reason) {
  if (reason == FaultReason::kNone) return 0;
  for (std::size_t k = 0; k < kReasons.size(); ++k) {
    if (kReasons[k] == reason) return k + 1;
  }
  throw std::out_of_range(fmt::format("no fault reason {:02X}h", static_cast<unsigned>(reason)));
}

Groups::Groups()
    : requests("requests", "Outcome x request kind x deciding table entry x page size",
               {{"outcome", reason_names()},
                {"kind", {"read", "write", "atomic", "zero-length read"}},
                {"entry",
                 {"no entry", "root", "context", "level 1", "level 2", "level 3", "level 4",
                  "level 5", "IRTE"}},
                {"page", {"no page", "4K", "2M", "1G"}}},
               exclude_request),
      invalidations(
          "invalidations", "Invalidation x granularity x what caches may hold",
          {{"form", {"cc register", "cc queue", "iotlb register", "iotlb queue", "iec queue"}},
           {"granularity", {"global", "domain", "device", "page", "page, IH", "index"}},
           {"caches", {"nothing cached", "covered", "not covered", "walk in flight"}}},
          exclude_invalidation),
      queue_errors("queue_errors", "Queue error cause x descriptor width",
                   {{"cause",
                     {"1 tail", "2 fetch", "3 type", "4 reserved", "5 width", "6 tail alignment",
                      "7 table mode"}},
                    {"width", {"128", "256"}}},
                   exclude_queue_error),
      interrupt_entries(
          "interrupt_entries", "Interrupt-remapping entry field x outcome",
          {entry_fields(),
           {"outcome",
            {"remapped", "posted", "22h", "22h hidden", "24h", "24h hidden", "26h", "26h hidden"}}},
          exclude_interrupt_entry) {}

std::vector<Group *> Groups::all() {
  DeviceGroups &d = devices;
  return {&requests,
          &invalidations,
          &queue_errors,
          &interrupt_entries,
          &d.translation_requests,
          &d.translated_requests,
          &d.device_tlb_messages,
          &d.device_tlb_tags,
          &d.device_tlb_completions,
          &d.device_tlb_holds,
          &d.device_tlb_errors,
          &d.device_tlb_recoveries,
          &d.posted_updates,
          &d.posting_ends,
          &d.notifications};
}

Groups &process_groups() {
  static ProcessGroups groups;
  return groups;
}

}  // namespace dmar::coverage
