// SPDX-License-Identifier: Apache-2.0
// For tests of the replay: the recorded traces, and a unit under test that can be made to
// misbehave.
#ifndef DMAR_TESTS_TRACE_SUPPORT_HPP
#define DMAR_TESTS_TRACE_SUPPORT_HPP

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "golden/golden_iommu.hpp"
#include "trace/event.hpp"
#include "trace/golden_target.hpp"
#include "trace/parser.hpp"
#include "trace/replayer.hpp"
#include "trace/target.hpp"

namespace dmar::trace {

// Parsed once, copied for each test that changes it.
inline const Trace &lazy_trace() {
  static const Trace kTrace = load_trace(DMAR_TRACE_DIR "/linux61-blk-lazy.trace.gz");
  return kTrace;
}

// The life with interrupt remapping.
inline const Trace &remapping_trace() {
  static const Trace kTrace = load_trace(DMAR_TRACE_DIR "/linux61-blk-strict-ir.trace.gz");
  return kTrace;
}

// The entry of the `skip`+1-th event of type Wanted for which `matches` holds.
template <class Wanted, class Predicate>
Entry &find(Trace &trace, Predicate matches, int skip = 0) {
  const auto found =
      std::find_if(trace.entries.begin(), trace.entries.end(), [&](const Entry &entry) {
        const auto *event = std::get_if<Wanted>(&entry.event);
        return event != nullptr && matches(*event) && skip-- == 0;
      });
  EXPECT_NE(found, trace.entries.end());
  return *found;
}

inline constexpr auto kAny = [](const auto &) { return true; };

inline Report replay_on_golden(const Trace &trace, const Config &config = {}) {
  GoldenTarget target(config);
  return Replayer(trace, target).run();
}

// The golden model with hooks that spoil what it does.
class TamperedTarget : public Target, private Iommu {
 public:
  explicit TamperedTarget(const Config &config = {}) : inner_(config) {}

  std::function<void(const Request &, Completion &, Memory &)> after_access;
  std::function<void(std::uint32_t, std::uint64_t &)> after_read;
  std::function<void(std::vector<StatusEvent> &)> after_status;
  std::function<void(std::vector<Message> &)> after_messages;
  std::vector<HostAccess> accesses;  // reported after the next request

  Iommu &iommu() override { return *this; }
  [[nodiscard]] Counters counters() const override { return {.hits = 1, .cycles = 2}; }
  std::vector<StatusEvent> take_status_writes() override {
    std::vector<StatusEvent> out;
    for (const auto &write : inner_.unit().take_status_writes()) {
      out.push_back({write.address, write.data});
    }
    if (after_status) after_status(out);
    return out;
  }
  std::vector<HostAccess> take_accesses() override { return std::exchange(accesses, {}); }

 private:
  [[nodiscard]] const Config &config() const override { return inner_.config(); }
  [[nodiscard]] Memory &memory() override { return inner_.memory(); }
  std::uint64_t read(std::uint32_t offset, unsigned bytes) override {
    std::uint64_t value = inner_.read(offset, bytes);
    if (after_read) after_read(offset, value);
    return value;
  }
  void write(std::uint32_t offset, unsigned bytes, std::uint64_t value) override {
    inner_.write(offset, bytes, value);
  }
  Completion access(const Request &request, std::span<const std::uint8_t> data) override {
    Completion completion = inner_.access(request, data);
    if (after_access) after_access(request, completion, inner_.memory());
    return completion;
  }
  std::vector<Completion> access_all(std::span<const Request> requests) override {
    return inner_.access_all(requests);
  }
  void settle() override {}
  std::vector<Message> take_messages() override {
    std::vector<Message> out = inner_.take_messages();
    if (after_messages) after_messages(out);
    return out;
  }

  GoldenIommu inner_;
};

}  // namespace dmar::trace

#endif  // DMAR_TESTS_TRACE_SUPPORT_HPP
