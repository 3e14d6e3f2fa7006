// SPDX-License-Identifier: Apache-2.0
// Translated requests with a PASID, which a unit with ECAP.PTRS = 0 takes for malformed (VT-d 3.2):
// refused without a record in every state of the unit.
#include "tests/scenario/scenario.hpp"

namespace dmar {
namespace {

class MalformedRequest : public Scenario {
 protected:
  void expect_all_refused() {
    for (const Iova address : {kIova, Iova(0xFEE0'1000), Iova(0)}) {
      for (const AccessKind kind : {AccessKind::kRead, AccessKind::kWrite, AccessKind::kAtomic,
                                    AccessKind::kZeroLengthRead}) {
        Request request = request_of(kind, address);
        request.at = AddressType::kTranslated;
        request.pasid = Pasid(address.raw() == 0 ? 0 : 0xF'FFFF);
        expect_refused(request);
      }
    }
    for (unsigned n = 0; n < config().fault_records; ++n) EXPECT_FALSE(driver().record(n).valid());
  }
};

TEST_P(MalformedRequest, WithTranslationOff) {
  expect_all_refused();
  driver().set_root_pointer(tables().root_table());
  expect_all_refused();
  // It is the type, not the PASID, that is refused.
  Request plain = read_of(Iova(kData));
  plain.pasid = Pasid(1);
  EXPECT_THAT(access(plain), Reaches(kData));
}

TEST_P(MalformedRequest, WithTranslationOn) {
  start_with_page();
  expect_all_refused();
  EXPECT_THAT(access(read_of(kIova)), Reaches(kData));
}

DMAR_SCENARIO(MalformedRequest);

}  // namespace
}  // namespace dmar
