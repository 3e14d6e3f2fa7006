// SPDX-License-Identifier: Apache-2.0
// See feature_check.hpp. Commands and descriptors are recognised by what they say; what tables
// need is found by asking the golden model with one feature at a time taken away.
#include "trace/feature_check.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <type_traits>

#include "dmar/registers.hpp"
#include "dmar/structures.hpp"
#include "golden/bus_table_reader.hpp"
#include "trace/event_text.hpp"
#include "trace/reference.hpp"

namespace dmar::trace {

namespace {

constexpr const char *kInterruptRemapping = "interrupt remapping";
constexpr std::uint32_t kIrta = 0xB8;
constexpr std::uint32_t kPageRequestFirst = 0xC0;
constexpr std::uint32_t kPageRequestEnd = 0xF0;
constexpr std::uint32_t kAdvancedFaultLog = (1U << 29) | (1U << 28);  // GCMD.SFL, EAFL
constexpr unsigned kDescriptorBytes = 16;

// A property of the tables that some builds handle and others do not.
struct TableFeature {
  const char *name;
  void (*take_from)(Config &config, const Config &build);
};

const std::array<TableFeature, 7> kTableFeatures{{
    {"a table depth (CAP.SAGAW)", [](Config &c, const Config &b) { c.sagaw = b.sagaw; }},
    {"super-pages (CAP.SSLPS)", [](Config &c, const Config &b) { c.super_pages = b.super_pages; }},
    {"a wider host address",
     [](Config &c, const Config &b) { c.host_address_width = b.host_address_width; }},
    {"a wider guest address (CAP.MGAW)",
     [](Config &c, const Config &b) { c.guest_address_width = b.guest_address_width; }},
    {"a wider domain id (CAP.ND)",
     [](Config &c, const Config &b) { c.domain_id_code = b.domain_id_code; }},
    {"pass-through (ECAP.PT)", [](Config &c, const Config &b) { c.pass_through = b.pass_through; }},
    {"snoop control (ECAP.SC)",
     [](Config &c, const Config &b) { c.snoop_control = b.snoop_control; }},
}};

Config everything(const Config &build) {
  Config config = build;
  config.host_address_width = 52;
  config.guest_address_width = 57;
  config.sagaw = 0b01110;
  config.super_pages = 0b11;
  config.domain_id_code = 6;
  config.pass_through = true;
  config.snoop_control = true;
  config.device_tlb = true;
  return config;
}

const char *missing_command(std::uint32_t value) {
  if ((value & (gcmd::kIre | gcmd::kSirtp | gcmd::kCfi)) != 0) return kInterruptRemapping;
  return (value & kAdvancedFaultLog) != 0 ? "advanced fault logging" : nullptr;
}

const char *missing_root_table(std::uint64_t value) {
  switch (rtaddr::ttm(value)) {
    case 0:
      return nullptr;
    case 1:
      return "scalable mode (RTADDR.TTM=01)";
    case 3:
      return "abort-DMA mode (RTADDR.TTM=11)";
    default:
      return "extended mode (RTADDR.TTM=10)";
  }
}

const char *missing_protection(const WriteEvent &event, const Config &config) {
  if (event.offset != reg::kPmen || config.protected_low || config.protected_high) return nullptr;
  return (event.value & pmen::kEpm) != 0 ? "protected memory regions (CAP.PLMR, PHMR)" : nullptr;
}

const char *missing_register(const WriteEvent &event, const Config &config) {
  if (event.value == 0) return nullptr;
  if (event.offset == reg::kGcmd) return missing_command(static_cast<std::uint32_t>(event.value));
  if (event.offset == reg::kRtaddr) return missing_root_table(event.value);
  if (event.offset == kIrta || event.offset == kIrta + 4) return kInterruptRemapping;
  if (event.offset >= kPageRequestFirst && event.offset < kPageRequestEnd) return "page requests";
  if (event.offset == reg::kIqa && (event.value & iqa::kDw) != 0) {
    return "256-bit invalidation descriptors (IQA.DW=1)";
  }
  return missing_protection(event, config);
}

const char *missing_descriptor(const golden::Descriptor &descriptor, std::uint64_t qw0,
                               const Config &config) {
  if (!std::holds_alternative<QueueError>(descriptor)) return nullptr;
  constexpr std::array<const char *, 11> kTypes{nullptr,
                                                nullptr,
                                                nullptr,
                                                "device-TLB invalidation",
                                                kInterruptRemapping,
                                                nullptr,
                                                "PASID invalidation",
                                                "PASID invalidation",
                                                "device-TLB invalidation",
                                                "page requests",
                                                "host permission tables"};
  const unsigned type = static_cast<unsigned>((field(qw0, 11, 9) << 4) | field(qw0, 3, 0));
  if (type < kTypes.size() && kTypes[type] != nullptr) return kTypes[type];
  const bool page = type == 2 && field(qw0, 5, 4) == granularity::kDeviceOrPage;
  return page && !config.page_selective ? "page-selective invalidation (CAP.PSI)" : nullptr;
}

class FeatureCheck {
 public:
  explicit FeatureCheck(const Trace &trace, const Config &config)
      : trace_(trace), config_(config), reference_(config) {}

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
    if (const char *feature = missing_register(event, config_)) add(feature);
    if (event.offset == reg::kIqt) check_queue(event.value);
  }

  void check(const DmaEvent &event) {
    if (!event.address || agrees(config_, event)) return;
    Config wide = everything(config_);
    if (!agrees(wide, event)) return;
    for (const TableFeature &feature : kTableFeatures) {
      Config without = wide;
      feature.take_from(without, config_);
      if (!agrees(without, event)) add(feature.name);
    }
    wide.device_tlb = config_.device_tlb;
    if (!agrees(wide, event)) add("device TLBs (ECAP.DT)");
  }

  void check(const InterruptEvent &event) {
    constexpr unsigned kFirstReason = 0x20;
    constexpr unsigned kLastReason = 0x28;
    const auto reason = static_cast<unsigned>(event.reason);
    const bool remapped = event.output && *event.output != event.input;
    if (remapped || (reason >= kFirstReason && reason <= kLastReason)) add(kInterruptRemapping);
  }

  void check_queue(std::uint64_t new_tail) {
    constexpr std::uint64_t kTailBits = 0x7FFF0;
    const std::uint64_t iqa = reference_.unit().read(reg::kIqa, 8);
    const std::uint64_t size = iqa::queue_bytes(iqa);
    const std::uint64_t end = (new_tail & kTailBits) % size;
    std::uint64_t at = (reference_.unit().read(reg::kIqt, 8) & kTailBits) % size;
    for (; at != end; at = (at + kDescriptorBytes) % size) {
      const HostAddr address((iqa & iqa::kBase) + at);
      const std::uint64_t qw0 = reference_.memory().read64(address);
      const std::uint64_t qw1 = reference_.memory().read64(HostAddr(address.raw() + 8));
      const auto descriptor = golden::decode_descriptor(config_, qw0, qw1);
      if (const char *feature = missing_descriptor(descriptor, qw0, config_)) add(feature);
    }
  }

  [[nodiscard]] bool agrees(const Config &config, const DmaEvent &event) {
    golden::BusTableReader tables(reference_.memory());
    const Request request = request_of(event);
    const auto verdict = golden::translate(config, reference_.unit().control(), tables, request);
    return outcome_of(verdict) == outcome_of(event);
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
