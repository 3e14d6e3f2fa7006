// SPDX-License-Identifier: Apache-2.0
// See trace_caches.hpp.
#include "scale/trace_caches.hpp"

#include <set>
#include <utility>
#include <variant>

#include "scale/context_cache.hpp"
#include "scale/iotlb.hpp"
#include "scale/stream_windows.hpp"
#include "trace/build_features.hpp"
#include "trace/outcome.hpp"
#include "trace/reference.hpp"

namespace dmar::scale {

namespace {

constexpr unsigned kRequestBytes = 256;  // of a PCIe device; what a trace has may be larger

class Caches {
 public:
  explicit Caches(const SliceShape &shape) : iotlb_(shape), contexts_(shape) {}

  void drop(const golden::Invalidation &what) {
    if (std::holds_alternative<golden::ContextInvalidation>(what)) contexts_.clear();
    const auto *pages = std::get_if<golden::IotlbInvalidation>(&what);
    if (pages == nullptr) return;
    ++hits_.invalidations;
    if (pages->granularity == granularity::kGlobal) {
      iotlb_.clear();
    } else if (pages->granularity == granularity::kDomain) {
      iotlb_.drop_domain(pages->domain.raw());
    } else {
      iotlb_.drop_pages(pages->domain.raw(), pages->address.raw() >> 12, pages->address_mask);
    }
  }

  void look_up(SourceId source_id, unsigned domain, std::uint64_t page, bool large) {
    ++hits_.requests;
    const bool context = contexts_.look_up(source_id);
    if (!context) {
      ++hits_.context_misses;
      contexts_.fill(source_id);
    }
    const auto place = iotlb_.find(domain, page);
    if (place) iotlb_.touch(*place);
    const StreamWindows::Look look = streams_.look(source_id, page);
    const bool hit = context && place;
    if (hit) ++hits_.hits;
    if (seen_.insert({domain, page}).second && !place) ++hits_.never_before;
    streams_.note(look, page, hit);
    if (place) return;
    if (look.sequential && !large) {
      for (std::uint64_t other = page & ~7ULL; other < (page | 7) + 1; ++other) {
        iotlb_.fill(domain, other, false);
      }
    } else {
      iotlb_.fill(domain, page, large);
    }
  }

  [[nodiscard]] const TraceHits &hits() const { return hits_; }

 private:
  Iotlb iotlb_;
  ContextCache contexts_;
  StreamWindows streams_{0};
  std::set<std::pair<unsigned, std::uint64_t>> seen_;
  TraceHits hits_;
};

}  // namespace

TraceHits replay_caches(const trace::Trace &trace, const SliceShape &shape) {
  trace::Reference reference(trace::with_everything(Config{}));
  Caches caches(shape);
  reference.observe_invalidations([&](const golden::Invalidation &what) { caches.drop(what); });
  for (const trace::Entry &entry : trace.entries) {
    if (const auto *dma = std::get_if<trace::DmaEvent>(&entry.event)) {
      const golden::Verdict verdict = reference.unit().judge(trace::request_of(*dma));
      const auto *translation = std::get_if<golden::Translation>(&verdict);
      if (translation != nullptr && translation->domain && !translation->identity) {
        for (unsigned bytes = 0; bytes < dma->bytes; bytes += kRequestBytes) {
          caches.look_up(dma->source_id, translation->domain->raw(), dma->iova.raw() >> 12,
                         translation->page_size != PageSize::k4K);
        }
      }
    }
    reference.step(entry.event);
  }
  return caches.hits();
}

}  // namespace dmar::scale
