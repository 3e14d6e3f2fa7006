// SPDX-License-Identifier: Apache-2.0
// Messages to device TLBs and their completions, as they pass the message ports, to bins. The
// golden unit beside has the same messages under tags of its own; it hears of the completions, and
// of devices that did not answer, because only a clock tells about those.
#ifndef DMAR_COVERAGE_DEVICE_TLB_WATCH_HPP
#define DMAR_COVERAGE_DEVICE_TLB_WATCH_HPP

#include <array>
#include <cstdint>
#include <deque>
#include <optional>

#include "coverage/device_groups.hpp"
#include "dmar/ats.hpp"
#include "golden/unit.hpp"

namespace dmar::coverage {

class DeviceTlbWatch {
 public:
  // `time_out`: cycles after which a device is late; 0: never. Both outlive the watch.
  DeviceTlbWatch(golden::Unit &unit, DeviceGroups &groups, std::uint64_t time_out)
      : unit_(unit), groups_(groups), time_out_(time_out) {}

  // A message left the unit; one of a device is on its way to it.
  void sent(const InvalidateRequest &request, std::uint64_t cycle);
  void completed(const InvalidateCompletion &completion, std::uint64_t cycle);

  // Around each register write of the golden unit. `cleared`: what it clears in FSTS.
  void before_write(std::uint32_t cleared, std::uint64_t cycle);
  void after_write() { follow(Release::kAnswer); }
  void reset();

 private:
  struct Tag {
    bool used = false;
    SourceId source_id = {};
    std::optional<unsigned> golden = std::nullopt;  // the tag that the golden unit took
    unsigned count = 0;                             // 0: no completion yet
    unsigned come = 0;
    std::uint64_t sent = 0;  // cycle
    TagPast past = TagPast::kNew;
  };
  struct Holding {
    Hold hold;
    Amount amount;
    std::uint64_t head;  // IQH: which descriptor
  };

  void give_up(Tag &tag);
  void expire(std::uint64_t cycle);
  [[nodiscard]] Outstanding outstanding_beside(SourceId source_id) const;
  [[nodiscard]] std::optional<unsigned> golden_tag_of(const InvalidateRequest &request);
  [[nodiscard]] CompletedTag judge(Tag &tag, const InvalidateCompletion &completion);
  [[nodiscard]] std::optional<unsigned> unused_golden_tag() const;
  void error(DeviceError error);
  [[nodiscard]] std::optional<Holding> holding() const;
  void follow(Release release);

  golden::Unit &unit_;
  DeviceGroups &groups_;
  std::uint64_t time_out_;
  std::array<Tag, golden::DeviceTlbs::kTags> tags_ = {};
  std::deque<InvalidateRequest> asked_;  // by the golden unit, not sent yet
  std::optional<Holding> holding_ = std::nullopt;
};

}  // namespace dmar::coverage

#endif  // DMAR_COVERAGE_DEVICE_TLB_WATCH_HPP
