// SPDX-License-Identifier: Apache-2.0
// The fixture of ATS: devices that may ask for translations and use them, and what they are told.
#ifndef DMAR_TESTS_SCENARIO_ATS_SCENARIO_HPP
#define DMAR_TESTS_SCENARIO_ATS_SCENARIO_HPP

#include <fmt/format.h>

#include "dmar/ats.hpp"
#include "tests/scenario/scenario.hpp"

namespace dmar {

// Succeeds with this completion entry, and touches nothing.
MATCHER_P(Completes, raw, fmt::format("completes with {:#x}", std::uint64_t{raw})) {
  std::uint64_t entry = 0;
  for (std::size_t n = arg.data.size(); n-- > 0;) entry = entry << 8 | arg.data[n];
  *result_listener << fmt::format("{} bytes {:#x}", arg.data.size(), entry);
  return arg.status == Completion::Status::kOkay && arg.reason == FaultReason::kNone &&
         !arg.address && arg.data.size() == 8 && entry == std::uint64_t{raw};
}

class AtsScenario : public Scenario {
 protected:
  static constexpr std::uint64_t kR = TranslationEntry::kRead;
  static constexpr std::uint64_t kW = TranslationEntry::kWrite;
  static constexpr std::uint64_t kRW = kR | kW;
  static constexpr std::uint64_t kN = TranslationEntry::kNoSnoop;
  static constexpr std::uint64_t kNoAccess = 0;

  // A domain whose context entry for kDevice permits ATS.
  Domain start_ats() {
    Domain domain = tables().create_domain({.id = 1, .levels = 4});
    tables().attach(kDevice, domain, {.device_tlb = true});
    start();
    return domain;
  }
  Domain start_ats_with_page(Rights rights = {}) {
    Domain domain = start_ats();
    domain.map(kIova, HostAddr(kData), PageSize::k4K, rights);
    return domain;
  }
  // Asks for the translation of the page at `address`.
  static Request asking(Iova address, SourceId source_id = kDevice) {
    return {.source_id = source_id,
            .address = address,
            .kind = AccessKind::kRead,
            .bytes = 8,
            .at = AddressType::kTranslationRequest};
  }
  static Request asking_to_read(Iova address) {
    Request request = asking(address);
    request.no_write = true;
    return request;
  }
  static Request translated(AccessKind kind, std::uint64_t address) {
    Request request = request_of(kind, Iova(address));
    request.at = AddressType::kTranslated;
    return request;
  }
  // Succeeds with this entry, and no fault is recorded.
  void expect_entry(const Request &request, std::uint64_t raw) {
    EXPECT_THAT(access(request), Completes(raw));
    EXPECT_EQ(driver().fault_status() & fsts::kAnyStatus, 0U);
  }
  static std::uint64_t entry(std::uint64_t host, PageSize size, std::uint64_t rights) {
    return size_code::encode(host, page_bytes(size)) | rights;
  }
  [[nodiscard]] bool size_supported(PageSize size) const {
    return second_stage::may_be_leaf(config(), static_cast<unsigned>(size) + 1);
  }
  [[nodiscard]] HostAddr context() { return tables().context_entry_address(kDevice); }
  [[nodiscard]] HostAddr context_hi() { return HostAddr(context().raw() + 8); }
};

}  // namespace dmar

// Runs a suite where devices may have TLBs.
#define DMAR_ATS_SCENARIO(suite) \
  DMAR_SCENARIO_WITH(            \
      suite, +[](const ::dmar::Config &config) { return config.device_tlb; })

#endif  // DMAR_TESTS_SCENARIO_ATS_SCENARIO_HPP
