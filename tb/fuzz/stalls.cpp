// SPDX-License-Identifier: Apache-2.0
#include "fuzz/stalls.hpp"

namespace dmar::bench {
namespace {

constexpr unsigned kStream = 47;    // of random numbers
constexpr unsigned kMachines = 50;  // percent in which ports stand still
constexpr std::uint64_t kLongestPause = 4000;
constexpr std::uint64_t kShortest = 20;
constexpr std::uint64_t kSpan = 400;

}  // namespace

Stalls::Stalls(RtlIommu &unit, std::uint64_t seed, bool wanted)
    : unit_(unit), random_(seed, kStream), wanted_(wanted && random_.percent(kMachines)) {
  next_ = random_.below(kLongestPause);
}

void Stalls::begin() {
  enum {
    kDataAr,
    kDataAw,
    kDataW,
    kDataAnswers,
    kTableAr,
    kTableAw,
    kTableAnswers,
    kDevice,
    kMessages,
    kAll
  };
  const auto hold = [](const AddressBeat &, bool) { return true; };
  switch (random_.below(kAll)) {
    case kDataAr:
      return unit_.block_dma_channels({.ar = true});
    case kDataAw:
      return unit_.block_dma_channels({.aw = true});
    case kDataW:
      return unit_.block_dma_channels({.w = true});
    case kDataAnswers:
      return unit_.hold_dma_answers(hold);
    case kTableAr:
      return unit_.block_table_channels({.ar = true});
    case kTableAw:
      return unit_.block_table_channels({.aw = true, .w = random_.percent(50)});
    case kTableAnswers:
      return unit_.hold_table_answers(hold);
    case kMessages:
      return unit_.accept_invalidate_requests(false);
    default: {
      const bool reads = random_.percent(50);
      return unit_.accept_device_answers(reads, !reads);
    }
  }
}

void Stalls::end() {
  unit_.block_dma_channels({});
  unit_.block_table_channels({});
  unit_.hold_dma_answers(nullptr);
  unit_.hold_table_answers(nullptr);
  unit_.accept_device_answers(true);
  unit_.accept_invalidate_requests(true);
}

void Stalls::tick() {
  if (!wanted_ || unit_.cycle() < next_) return;
  stalled_ = !stalled_;
  if (stalled_) {
    begin();
  } else {
    end();
  }
  next_ =
      unit_.cycle() + (stalled_ ? kShortest + random_.below(kSpan) : random_.below(kLongestPause));
}

}  // namespace dmar::bench
