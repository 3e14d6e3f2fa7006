// SPDX-License-Identifier: Apache-2.0
// See top_features.hpp.
#include <memory>
#include <vector>

#include "perf/feature_rig.hpp"
#include "perf/top_features.hpp"
#include "tables/interrupt_table.hpp"
#include "tables/posted_descriptor.hpp"

namespace dmar::perf {

namespace {

constexpr std::uint64_t kOnes = 100;
constexpr std::uint64_t kMany = 400;
constexpr HostAddr kTable{0x0600'0000};
constexpr HostAddr kDescriptors{0x0610'0000};
constexpr unsigned kSizeExponent = 5;
constexpr unsigned kEntries = 2U << kSizeExponent;
constexpr unsigned kRemapped = kEntries - 1;  // the entry in remapped format
constexpr unsigned kNotification = 0xF2;

// Each entry of the table names a descriptor of its own.
class Posting {
 public:
  explicit Posting(FeatureRig &rig)
      : rig_(rig), table_(rig.unit().memory(), kTable, kSizeExponent) {
    for (unsigned n = 0; n < kRemapped; ++n) {
      descriptors_.emplace_back(rig.unit().memory(), HostAddr(kDescriptors.raw() + 64ULL * n));
      const PostedEntry entry{.vector = 0x30 + n, .descriptor = descriptors_.back().address()};
      table_.set_raw(n, entry.lo(), entry.hi());
    }
    table_.set(kRemapped, {.vector = 0x31});
    rig.driver().set_interrupt_table(kTable, kSizeExponent);
    rig.driver().enable_interrupt_remapping();
  }

  // Nothing is pending; with `outstanding`, ON is set, so that nobody is notified.
  void clear(bool outstanding) {
    const std::uint64_t on = outstanding ? PostedDescriptor::kOn : 0;
    for (PostedDescriptor &one : descriptors_) {
      one.clear(PostedDescriptor::notify(kNotification, 1) | on);
    }
  }

  static Request interrupt(unsigned index) {
    const Message message = remappable_message(index);
    return {.source_id = FeatureRig::kDevice,
            .address = Iova(message.address),
            .kind = AccessKind::kWrite,
            .bytes = 4,
            .message_data = message.data};
  }

 private:
  FeatureRig &rig_;
  InterruptTable table_;
  std::vector<PostedDescriptor> descriptors_;
};

bool accepted(std::uint64_t, const bench::Outcome &outcome) {
  return outcome.completion.status == Completion::Status::kOkay;
}

}  // namespace

std::vector<FeatureFigure> posting_figures(const bench::ModelInfo &model, unsigned latency) {
  if (!model.config.posted_interrupts) return {};
  FeatureFigures figures(latency);
  FeatureRig rig(model, latency);
  Posting posting(rig);
  const auto in_turn = [](std::uint64_t n) {
    return Posting::interrupt(static_cast<unsigned>(n % kRemapped));
  };
  const auto remapped = [](std::uint64_t) { return Posting::interrupt(kRemapped); };
  posting.clear(true);
  rig.many(kEntries, in_turn, accepted);  // the entries are cached from here on
  figures.add("remapped", "remapped interrupt", rig.one_by_one(kOnes, remapped, accepted));
  figures.add("posted", "posted interrupt, nobody notified",
              rig.one_by_one(kOnes, in_turn, accepted));
  posting.clear(false);
  figures.add("notified", "posted interrupt and its notification",
              rig.one_by_one(kRemapped, in_turn, accepted));
  posting.clear(true);
  figures.add("posted_in_flight", "posted interrupts in flight", rig.many(kMany, in_turn, accepted),
              "clocks each");
  figures.add("remapped_in_flight", "remapped interrupts in flight",
              rig.many(kMany, remapped, accepted), "clocks each");
  return figures.take();
}

}  // namespace dmar::perf
