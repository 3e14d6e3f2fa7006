// SPDX-License-Identifier: Apache-2.0
// See top_features.hpp.
#include "dmar/ats.hpp"
#include "golden/little_endian.hpp"
#include "perf/feature_rig.hpp"
#include "perf/top_features.hpp"

namespace dmar::perf {

namespace {

constexpr std::uint64_t kOnes = 200;
constexpr std::uint64_t kMany = 2000;
constexpr unsigned kWarmPages = 64;       // all of them stay in the IOTLB
constexpr unsigned kStride = 1237;        // pages in an order that no prefetch follows
constexpr unsigned kDevices = 16;         // that are invalidated side by side
constexpr unsigned kInvalidations = 200;  // the ring has room for them

unsigned warm_page(std::uint64_t n) { return static_cast<unsigned>(n * 5 % kWarmPages); }
unsigned cold_page(std::uint64_t n) {
  return static_cast<unsigned>((kWarmPages + n * kStride) % FeatureRig::kPages);
}

using PageOf = unsigned (*)(std::uint64_t n);

FeatureRig::Make translation_request(PageOf page) {
  return [page](std::uint64_t n) {
    return Request{.source_id = FeatureRig::kDevice,
                   .address = FeatureRig::page(page(n)),
                   .bytes = 8,
                   .at = AddressType::kTranslationRequest};
  };
}

FeatureRig::Check entry_of(PageOf page) {
  return [page](std::uint64_t n, const bench::Outcome &outcome) {
    if (outcome.completion.status != Completion::Status::kOkay) return false;
    const TranslationEntry entry{
        golden::from_little_endian<std::uint64_t>(std::span(outcome.completion.data).first(8))};
    return entry.grants() && entry.base() == FeatureRig::host(page(n)).raw();
  };
}

Request read_of(std::uint64_t n, bool translated) {
  const unsigned page = warm_page(n);
  return {.source_id = FeatureRig::kDevice,
          .address = Iova(translated ? FeatureRig::host(page).raw() : FeatureRig::page(page).raw()),
          .bytes = 64,
          .at = translated ? AddressType::kTranslated : AddressType::kUntranslated};
}

bool read_arrives(std::uint64_t n, const bench::Outcome &outcome) {
  return outcome.completion.status == Completion::Status::kOkay &&
         outcome.completion.address == FeatureRig::host(warm_page(n));
}

// Clocks for each of `kInvalidations` device-TLB invalidations of `devices` devices that answer at
// once, up to the status write of the wait behind them.
double invalidate(FeatureRig &rig, unsigned devices) {
  for (unsigned n = 0; n < kInvalidations; ++n) {
    const SourceId device = bdf(1, n % devices, 0);
    rig.driver().push(
        {.lo = 3U | std::uint64_t{device.raw()} << 32, .hi = FeatureRig::page(n).raw()});
  }
  const std::uint32_t ticket = rig.driver().push_wait();
  const std::uint64_t start = rig.unit().cycle();
  rig.driver().ring_doorbell();
  while (!rig.driver().wait_completed(ticket)) {
    rig.unit().step();
    for (const InvalidateRequest &request : rig.unit().take_invalidate_requests()) {
      rig.unit().send_completion(
          {.source_id = request.source_id, .itags = 1U << request.itag, .count = 1});
    }
  }
  return static_cast<double>(rig.unit().cycle() - start) / kInvalidations;
}

}  // namespace

std::vector<FeatureFigure> device_tlb_figures(const bench::ModelInfo &model, unsigned latency) {
  if (!model.config.device_tlb) return {};
  FeatureFigures figures(latency);
  FeatureRig rig(model, latency);
  rig.many(4ULL * kWarmPages, translation_request(warm_page), entry_of(warm_page));
  figures.add("translation_again", "translation request, page asked for before",
              rig.one_by_one(kOnes, translation_request(warm_page), entry_of(warm_page)));
  figures.add("translation_first", "translation request, upper levels cached",
              rig.one_by_one(kOnes, translation_request(cold_page), entry_of(cold_page)));
  figures.add("translations_again", "translation requests in flight, 64 pages in turn",
              1 / rig.many(kMany, translation_request(warm_page), entry_of(warm_page)), "a clock");
  figures.add("translations_first", "translation requests in flight, upper levels cached",
              1 / rig.many(kMany, translation_request(cold_page), entry_of(cold_page)), "a clock");
  rig.many(4ULL * kWarmPages, translation_request(warm_page), entry_of(warm_page));
  for (const bool translated : {false, true}) {
    const auto make = [translated](std::uint64_t n) { return read_of(n, translated); };
    figures.add(
        translated ? "read_translated" : "read_untranslated",
        translated ? "translated read of 64 bytes" : "untranslated read of 64 bytes, page cached",
        rig.one_by_one(kOnes, make, read_arrives));
  }
  for (const unsigned devices : {1U, kDevices}) {
    figures.add(devices == 1 ? "invalidation_one" : "invalidation_many",
                devices == 1 ? "device-TLB invalidation, one device" : "the same, 16 devices",
                invalidate(rig, devices), "clocks each");
  }
  return figures.take();
}

}  // namespace dmar::perf
