// SPDX-License-Identifier: Apache-2.0
// What device TLBs may hold: each translation that was granted, until the device has acknowledged
// an invalidation of it. A unit cannot know that a translated request is none of these (PCIe ATS
// trusts the device); who watches both can.
#ifndef DMAR_COSIM_GRANT_LEDGER_HPP
#define DMAR_COSIM_GRANT_LEDGER_HPP

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>

#include "dmar/ats.hpp"
#include "dmar/types.hpp"

namespace dmar::cosim {

class GrantLedger {
 public:
  // A translation request for `address` was answered.
  void granted(SourceId source, Iova address, const TranslationEntry &entry);
  // A number that grows with each grant: the grants before now and those behind it.
  [[nodiscard]] std::uint64_t moment() const { return count_; }
  // The device says that it has carried it out. What was granted after `sent`, the moment when the
  // message came to it, is newer than what it invalidates.
  void invalidated(const InvalidateRequest &request, std::uint64_t sent);
  // A translated request that the device may make.
  [[nodiscard]] bool covers(const Request &request) const;

  [[nodiscard]] std::size_t size() const;
  void clear() { grants_.clear(); }

 private:
  struct Grant {
    std::uint64_t input;  // first byte of its region, as large as that of the entry
    TranslationEntry entry;
    std::uint64_t number;
  };
  std::uint64_t count_ = 0;
  std::map<std::uint16_t, std::list<Grant>> grants_;  // by source
};

}  // namespace dmar::cosim

#endif  // DMAR_COSIM_GRANT_LEDGER_HPP
