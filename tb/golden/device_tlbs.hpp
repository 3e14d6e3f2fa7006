// SPDX-License-Identifier: Apache-2.0
// The messages to device TLBs that are outstanding (VT-d 6.5.2.5; PCIe ATS): 32 tags, what has come
// of each.
#ifndef DMAR_GOLDEN_DEVICE_TLBS_HPP
#define DMAR_GOLDEN_DEVICE_TLBS_HPP

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "dmar/ats.hpp"
#include "golden/descriptor.hpp"

namespace dmar::golden {

class DeviceTlbs {
 public:
  static constexpr unsigned kTags = 32;

  // Requests are appended to `requests`.
  explicit DeviceTlbs(std::vector<InvalidateRequest> &requests) : requests_(requests) {}
  void reset() { tags_ = {}; }

  // Sends the message under the lowest tag that is free. False: not now, because none is, or as
  // many as the device takes are outstanding.
  bool send(const DeviceTlbInvalidation &invalidation);
  [[nodiscard]] bool idle() const;
  // How many messages are outstanding, of all devices or of one.
  [[nodiscard]] unsigned outstanding() const;
  [[nodiscard]] unsigned outstanding_of(SourceId source_id) const;

  // Counts for each tag in the message that its device sent; the last one frees the tag. False: it
  // names others, too, which is an error (VT-d 6.5.2.10).
  bool complete(const InvalidateCompletion &completion);

  // Nobody waits for this tag any more; the device it was for. Without `tag`: the oldest one.
  std::optional<SourceId> give_up(std::optional<unsigned> tag);

 private:
  struct Tag {
    bool used = false;
    SourceId source_id = {};
    unsigned come = 0;         // completions, each compared with the count that it says itself
    std::uint64_t number = 0;  // they are sent in this order
  };

  std::vector<InvalidateRequest> &requests_;
  std::array<Tag, kTags> tags_ = {};
  std::uint64_t sent_ = 0;
};

}  // namespace dmar::golden

#endif  // DMAR_GOLDEN_DEVICE_TLBS_HPP
