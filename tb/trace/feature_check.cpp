// SPDX-License-Identifier: Apache-2.0
// See feature_check.hpp. Register writes are recognised by what they say; what requests, tables and
// descriptors need is found by asking the golden model with one feature at a time taken away.
#include "trace/feature_check.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "dmar/registers.hpp"
#include "dmar/structures.hpp"
#include "golden/bus_table_reader.hpp"
#include "trace/build_features.hpp"
#include "trace/event_text.hpp"
#include "trace/reference.hpp"
#include "trace/register_features.hpp"

namespace dmar::trace {

namespace {

constexpr unsigned kDescriptorBytes = 16;
constexpr unsigned kWideDescriptorBytes = 32;  // with IQA.DW=1

bool is_valid(const golden::Descriptor &descriptor) {
  return !std::holds_alternative<QueueError>(descriptor);
}

// The feature behind a descriptor type that no build has; nullptr for any other type.
const char *unknown_descriptor(std::uint64_t qw0) {
  constexpr std::array<const char *, 11> kTypes{nullptr,
                                                nullptr,
                                                nullptr,
                                                nullptr,
                                                nullptr,
                                                nullptr,
                                                "PASID invalidation",
                                                "PASID invalidation",
                                                "device-TLB invalidation",
                                                "page requests",
                                                "host permission tables"};
  const unsigned type = static_cast<unsigned>((field(qw0, 11, 9) << 4) | field(qw0, 3, 0));
  return type < kTypes.size() ? kTypes[type] : nullptr;
}

class FeatureCheck {
 public:
  explicit FeatureCheck(const Trace &trace, const Config &config)
      : trace_(trace), config_(config), reference_(with_everything(config)) {}

  std::vector<MissingFeature> run() {
    for (const Entry &entry : trace_.entries) {
      current_ = &entry;
      std::visit([this](const auto &event) { check(event); }, entry.event);
      // Descriptors lie before the tail that the write is about to set.
      reference_.step(entry.event);
    }
    return std::move(missing_);
  }

 private:
  void check(const MemEvent &) {}
  void check(const StatusEvent &) {}
  void check(const MessageEvent &) {}

  void check(const ReadEvent &event) {
    const std::uint32_t end = reg::frcd(config_.fault_records);
    const unsigned recorded = static_cast<unsigned>(field(trace_.unit.capability, 47, 40)) + 1;
    if (event.offset >= end && event.offset < reg::frcd(recorded) && event.value != 0) {
      add(fmt::format("fault record {} (CAP.NFR)", (event.offset - reg::kFrcd) / 16));
    }
  }

  void check(const WriteEvent &event) {
    if (const char *feature = missing_register_feature(event, config_)) add(feature);
    if (event.offset == reg::kIqt) check_queue(event.value);
  }

  void check(const DmaEvent &event) {
    if (event.address) check_request(event);
  }

  void check(const InterruptEvent &event) {
    const bool of_descriptor = event.reason == FaultReason::kPostedDescriptorAccess ||
                               event.reason == FaultReason::kPostedDescriptorReserved;
    if (!of_descriptor) {
      check_request(event);
    } else if (!config_.posted_interrupts) {
      add(kPostedInterrupts);  // the entry alone does not say that it is the descriptor that faults
    }
  }

  void check(const AskEvent &event) { check_request(event); }
  void check(const InvalidateEvent &) {}
  void check(const CompletionEvent &) {}
  void check(const TimeOutEvent &) {}

  template <class RequestEvent>
  void check_request(const RequestEvent &event) {
    const auto agrees = [&](const Config &config) {
      golden::BusTableReader tables(reference_.memory());
      const auto control = restricted(reference_.unit().control(), config);
      const auto verdict = golden::translate(config, control, tables, request_of(event));
      return equivalent(outcome_of(verdict), outcome_of(event));
    };
    for (const char *feature : needed(request_features(), config_, agrees)) add(feature);
  }

  void check_queue(std::uint64_t new_tail) {
    constexpr std::uint64_t kTailBits = 0x7FFF0;
    const std::uint64_t iqa = reference_.unit().read(reg::kIqa, 8);
    const std::uint64_t size = iqa::queue_bytes(iqa);
    const unsigned step = (iqa & iqa::kDw) != 0 ? kWideDescriptorBytes : kDescriptorBytes;
    const std::uint64_t end = (new_tail & kTailBits) % size;
    std::uint64_t at = (reference_.unit().read(reg::kIqt, 8) & kTailBits) % size;
    for (; at != end; at = (at + kDescriptorBytes) % size) {
      if (at % step == 0) check_descriptor((iqa & iqa::kBase) + at);
    }
  }

  void check_descriptor(std::uint64_t address) {
    const std::uint64_t qw0 = reference_.memory().read64(HostAddr(address));
    const std::uint64_t qw1 = reference_.memory().read64(HostAddr(address + 8));
    const auto valid = [&](const Config &config) {
      return is_valid(golden::decode_descriptor(config, qw0, qw1));
    };
    if (const char *feature = unknown_descriptor(qw0)) add(feature);
    for (const char *feature : needed(descriptor_features(), config_, valid)) add(feature);
  }

  void add(std::string feature) {
    const auto same = [&](const MissingFeature &missing) { return missing.feature == feature; };
    if (std::any_of(missing_.begin(), missing_.end(), same)) return;
    missing_.push_back({current_->line, std::move(feature), to_string(current_->event)});
  }

  const Trace &trace_;
  const Config &config_;
  Reference reference_;
  const Entry *current_ = nullptr;
  std::vector<MissingFeature> missing_;
};

}  // namespace

std::vector<MissingFeature> missing_features(const Trace &trace, const Config &config) {
  return FeatureCheck(trace, config).run();
}

}  // namespace dmar::trace
