// SPDX-License-Identifier: Apache-2.0
// Nothing gets to the interrupt range but a message that the control state lets out: every kind of
// request with an address there, under each state of both remappings (VT-d 3.15, 5.1.4, 7.1.3).
#include <fmt/format.h>

#include <array>
#include <vector>

#include "tests/scenario/interrupt_scenario.hpp"

namespace dmar {
namespace {

class InterruptBypass : public InterruptScenario {
 protected:
  enum class Tables { kOff, kSecondStage, kPassThrough };
  static constexpr unsigned kPresentIndex = 0x20;
  static constexpr unsigned kAbsentIndex = 0x21;

  struct Case {
    Request request;
    bool remapping;  // GSTS.IRES; GSTS.CFIS is 0
    Tables tables;

    [[nodiscard]] std::string text() const {
      return fmt::format("kind {}, {} bytes at {:#x}, AT {}, {}, IRES {}, tables {}",
                         static_cast<int>(request.kind), request.bytes, request.address.raw(),
                         static_cast<int>(request.at), request.pasid ? "PASID" : "no PASID",
                         remapping, static_cast<int>(tables));
    }
  };

  // Every kind of request with an address in the range.
  static std::vector<Request> requests() {
    std::vector<Request> all;
    const std::uint64_t present = remappable_message(kPresentIndex).address;
    const std::uint64_t absent = remappable_message(kAbsentIndex).address;
    for (const std::uint64_t address : {present, absent, std::uint64_t{0xFEE0'0000},
                                        std::uint64_t{0xFEEF'FFFC}, std::uint64_t{0xFEE0'1002}}) {
      for (const AccessKind kind : {AccessKind::kRead, AccessKind::kWrite, AccessKind::kAtomic,
                                    AccessKind::kZeroLengthRead}) {
        for (const std::uint32_t bytes : {1U, 2U, 4U, 8U}) {
          if (address % kPage + bytes > kPage) continue;
          for (const bool with_pasid : {false, true}) {
            for (const AddressType at :
                 {AddressType::kUntranslated, AddressType::kTranslationRequest,
                  AddressType::kTranslated, AddressType::kReserved}) {
              Request request = request_of(kind, Iova(address));
              request.bytes = bytes;
              request.at = at;
              if (with_pasid) request.pasid = Pasid(5);
              all.push_back(request);
            }
          }
        }
      }
    }
    return all;
  }

  void expect_message(const Case &one) {
    const Request &request = one.request;
    const std::uint64_t address = request.address.raw();
    if (!one.remapping) {
      EXPECT_THAT(access(request), Delivers(Message{address, request.message_data}));
    } else if ((address & 0x10) == 0) {
      expect_fault(request, FaultReason::kInterruptCompatibilityBlocked);
    } else if (address == remappable_message(kPresentIndex).address) {
      EXPECT_THAT(access(request), Delivers(delivered(InterruptEntry{})));
    } else {
      expect_fault(request, FaultReason::kInterruptEntryNotPresent);
    }
  }

  void expect_no_message(const Case &one) {
    const Request &request = one.request;
    const bool writes = request.kind == AccessKind::kWrite || request.kind == AccessKind::kAtomic;
    const bool malformed = request.at == AddressType::kReserved ||
                           (request.at == AddressType::kTranslationRequest && writes) ||
                           is_malformed_translation_request(config(), request) ||
                           (request.at == AddressType::kTranslated && request.pasid.has_value());
    if (malformed) {
      expect_refused(request);
    } else if (request.at == AddressType::kUntranslated && !request.pasid) {
      expect_fault(request, FaultReason::kInterruptRequestInvalid);
    } else if (one.tables == Tables::kOff) {
      expect_refused(request);
    } else if (request.pasid) {
      expect_fault(request, FaultReason::kPasidInLegacyMode);
    } else {
      expect_fault(request, FaultReason::kTranslationTypeBlocked);
    }
  }

  void expect_the_rule(const Case &one) {
    SCOPED_TRACE(one.text());
    const Request &request = one.request;
    const bool plain = request.at == AddressType::kUntranslated && !request.pasid;
    const bool dword =
        request.kind == AccessKind::kWrite && request.bytes == 4 && request.address.raw() % 4 == 0;
    if (plain && dword) {
      expect_message(one);
    } else if (plain && request.kind == AccessKind::kZeroLengthRead) {
      const Completion completion = access(request);
      EXPECT_THAT(completion, IsOkay());
      EXPECT_FALSE(completion.address.has_value());
      EXPECT_FALSE(completion.interrupt.has_value());
    } else {
      expect_no_message(one);
    }
    EXPECT_EQ(memory().read64(HostAddr(request.address.raw() & ~7ULL)), 0U);
  }

  // The tables of kDevice, which give it the range page by page, as if that could help.
  void use(Tables wanted) {
    if (wanted == Tables::kOff) return;
    if (wanted == Tables::kPassThrough) {
      tables().attach_pass_through(kDevice, 7);
    } else {
      Domain domain = attach_domain();
      for (const std::uint64_t page : {0xFEE0'0000, 0xFEE0'1000, 0xFEEF'F000}) {
        domain.map(Iova(page), HostAddr(page));
      }
    }
    start();
  }

  [[nodiscard]] std::vector<Tables> kinds_of_tables() const {
    std::vector<Tables> all{Tables::kOff, Tables::kSecondStage};
    if (config().pass_through) all.push_back(Tables::kPassThrough);
    return all;
  }
};

TEST_P(InterruptBypass, EveryRequestIntoTheRange) {
  for (const bool remapping : {false, true}) {
    if (remapping && !config().interrupt_remapping) break;
    if (remapping) {
      table().set(kPresentIndex, {});
      start_remapping();
    }
    for (const Tables wanted : kinds_of_tables()) {
      driver().disable_translation();
      use(wanted);
      for (const Request &request : requests()) expect_the_rule({request, remapping, wanted});
    }
    driver().disable_translation();
  }
}

// Where the address goes through unchanged, one that is wider than host addresses goes nowhere: a
// fabric that dropped the bits above would make one of the interrupt range of it.
TEST_P(InterruptBypass, NoHigherAddressAliasesTheRange) {
  const auto higher = [](unsigned n) { return write_of(Iova(0xFEE0'1000 | bit(n)), 4); };
  for (unsigned n = 32; n < 64; ++n) {
    SCOPED_TRACE(n);
    const Request request = higher(n);
    if (n < config().host_address_width) {
      EXPECT_THAT(access(request), Reaches(request.address.raw()));
    } else {
      expect_refused(request);
    }
  }
  if (!config().pass_through) return;
  use(Tables::kPassThrough);
  for (unsigned n = 32; n < 64; ++n) {
    SCOPED_TRACE(n);
    const Request request = higher(n);
    if (n >= config().host_address_width) {
      expect_fault(request, FaultReason::kAddressBeyondWidth);
    }
  }
}

DMAR_SCENARIO(InterruptBypass);

}  // namespace
}  // namespace dmar
