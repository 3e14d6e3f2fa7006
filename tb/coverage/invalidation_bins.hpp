// SPDX-License-Identifier: Apache-2.0
// The form and the granularity of an invalidation as bins count them.
#ifndef DMAR_COVERAGE_INVALIDATION_BINS_HPP
#define DMAR_COVERAGE_INVALIDATION_BINS_HPP

#include "coverage/groups.hpp"
#include "dmar/registers.hpp"
#include "golden/descriptor.hpp"

namespace dmar::coverage {

inline InvalidationForm form_of(const golden::ContextInvalidation &, bool by_register) {
  return by_register ? InvalidationForm::kContextRegister : InvalidationForm::kContextQueue;
}
inline InvalidationForm form_of(const golden::IotlbInvalidation &, bool by_register) {
  return by_register ? InvalidationForm::kIotlbRegister : InvalidationForm::kIotlbQueue;
}
inline InvalidationForm form_of(const golden::InterruptInvalidation &, bool) {
  return InvalidationForm::kInterruptQueue;
}

inline Granularity granularity_of(const golden::ContextInvalidation &one) {
  if (one.granularity == granularity::kGlobal) return Granularity::kGlobal;
  return one.granularity == granularity::kDomain ? Granularity::kDomain : Granularity::kDevice;
}
inline Granularity granularity_of(const golden::IotlbInvalidation &one) {
  if (one.granularity == granularity::kGlobal) return Granularity::kGlobal;
  if (one.granularity == granularity::kDomain) return Granularity::kDomain;
  return one.leaf_only ? Granularity::kPageLeafOnly : Granularity::kPage;
}
inline Granularity granularity_of(const golden::InterruptInvalidation &one) {
  return one.all ? Granularity::kGlobal : Granularity::kIndex;
}

}  // namespace dmar::coverage

#endif  // DMAR_COVERAGE_INVALIDATION_BINS_HPP
