// SPDX-License-Identifier: Apache-2.0
// What the kernel counts about its bounce buffers (SWIOTLB).
#ifndef DMAR_AGENT_BOUNCE_COUNT_HPP
#define DMAR_AGENT_BOUNCE_COUNT_HPP

#include <string>
#include <utility>

namespace dmar::agent {

// Needs tracefs at /sys/kernel/tracing. Uses the trace event swiotlb:swiotlb_bounced and, where the
// kernel allows a probe there, its function that copies.
class BounceCount {
 public:
  // `device`: "0000:00:05.0".
  explicit BounceCount(std::string device) : device_(std::move(device)) {}
  ~BounceCount() { remove(); }
  BounceCount(const BounceCount &) = delete;
  BounceCount &operator=(const BounceCount &) = delete;

  struct Result {
    bool known = true;
    std::string problem = {};
    unsigned long long buffers = 0;  // that the device was given
    unsigned long long buffer_bytes = 0;
    long long copies = -1;  // to and from them, of all devices; -1: the kernel has no such place
    long long copied_bytes = -1;
  };

  // Between the two, each count costs some time.
  void start();
  Result stop();

 private:
  void remove();

  std::string device_;
  std::string problem_;
  bool counted_ = false;
  bool probed_ = false;
};

}  // namespace dmar::agent

#endif  // DMAR_AGENT_BOUNCE_COUNT_HPP
