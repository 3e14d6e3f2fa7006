// SPDX-License-Identifier: Apache-2.0
// See invalidation_text.hpp.
#include "report/invalidation_text.hpp"

#include <fmt/core.h>

#include "dmar/registers.hpp"
#include "golden/explain.hpp"

namespace dmar::report {

namespace {

struct Name {
  std::string operator()(const golden::ContextInvalidation &what) const {
    return what.granularity == granularity::kGlobal   ? "context cache, global"
           : what.granularity == granularity::kDomain ? "context cache, domain"
                                                      : "context cache, function";
  }
  std::string operator()(const golden::IotlbInvalidation &what) const {
    return what.granularity == granularity::kGlobal   ? "IOTLB, global"
           : what.granularity == granularity::kDomain ? "IOTLB, domain"
                                                      : "IOTLB, pages";
  }
  std::string operator()(const golden::InterruptInvalidation &what) const {
    return what.all ? "interrupt entries, all" : "interrupt entries";
  }
};

struct Detail {
  std::string operator()(const golden::ContextInvalidation &what) const {
    if (what.granularity == granularity::kGlobal) return "";
    if (what.granularity == granularity::kDomain)
      return fmt::format("domain {}", what.domain.raw());
    return fmt::format("domain {}, {}", what.domain.raw(), golden::device_name(what.source_id));
  }
  std::string operator()(const golden::IotlbInvalidation &what) const {
    if (what.granularity == granularity::kGlobal) return "";
    if (what.granularity == granularity::kDomain)
      return fmt::format("domain {}", what.domain.raw());
    const std::uint64_t pages = std::uint64_t{1} << what.address_mask;
    return fmt::format("{} page{} from {:#x}{}", pages, pages == 1 ? "" : "s", what.address.raw(),
                       what.leaf_only ? ", leaf only" : "");
  }
  std::string operator()(const golden::InterruptInvalidation &what) const {
    if (what.all) return "";
    return fmt::format("{} from index {}", std::uint64_t{1} << what.index_mask, what.index);
  }
};

}  // namespace

std::string invalidation_name(const golden::Invalidation &what) { return std::visit(Name{}, what); }

std::string invalidation_detail(const golden::Invalidation &what) {
  return std::visit(Detail{}, what);
}

std::optional<std::uint16_t> domain_of(const golden::Invalidation &what) {
  if (const auto *context = std::get_if<golden::ContextInvalidation>(&what)) {
    if (context->granularity != granularity::kGlobal) return context->domain.raw();
  }
  if (const auto *pages = std::get_if<golden::IotlbInvalidation>(&what)) {
    if (pages->granularity != granularity::kGlobal) return pages->domain.raw();
  }
  return std::nullopt;
}

}  // namespace dmar::report
